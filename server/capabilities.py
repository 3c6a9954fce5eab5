"""The table of contents: every capability of the product, in the order of the floors, from below."""

from __future__ import annotations

from typing import Final

from server.foundation.capability import Capability

CAPABILITIES: Final[tuple[Capability, ...]] = ()
