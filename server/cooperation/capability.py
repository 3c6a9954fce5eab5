"""What cooperation agreements add to the product."""

from __future__ import annotations

from typing import Final

from server.foundation.capability import Capability

CAPABILITY: Final = Capability(name="cooperation")
