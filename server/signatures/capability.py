"""What signatures add to the product."""

from __future__ import annotations

from server.foundation.actor import Role
from server.foundation.capability import Capability

from .http import routes

_SIGNERS = frozenset({Role.DOCTOR, Role.PHARMACIST})

CAPABILITY = Capability(
    name="signatures",
    routes=(routes,),
    permissions={
        "signatures.read": _SIGNERS,
        "signatures.manage": frozenset({Role.ADMINISTRATOR}),
        "signatures.revoke": _SIGNERS | {Role.ADMINISTRATOR},
    },
)
