"""What signatures add to the product."""

from __future__ import annotations

from server.foundation.actor import Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.identity.events import LoginEnded

from . import http, http_key
from .pins import lock_ended

_SIGNERS = frozenset({Role.DOCTOR, Role.PHARMACIST})

CAPABILITY = Capability(
    name="signatures",
    routes=(http.routes, http_key.routes),
    permissions={
        "signatures.read": _SIGNERS,
        "signatures.sign": _SIGNERS,
        "signatures.manage": frozenset({Role.ADMINISTRATOR}),
        "signatures.revoke": _SIGNERS | {Role.ADMINISTRATOR},
    },
    subscribers=(Subscriber(LoginEnded, lock_ended),),
)
