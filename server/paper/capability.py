"""What papers add to the product: the public check of a printed report."""

from __future__ import annotations

from typing import Final

from server.foundation.capability import Capability

from .http import routes

CAPABILITY: Final = Capability(name="paper", routes=(routes,))
