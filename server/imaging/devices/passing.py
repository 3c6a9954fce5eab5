"""Who stands at the door of DICOMweb or the listener: a token or an address as the institution's device, or nobody.

Asked anew for every request and every stored instance, so that what was revoked is refused at once.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import SYSTEM, Actor, Kind, OrganisationId
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work

from . import store
from .errors import DeviceMayNot, DeviceNotKnown
from .model import Device, Peer
from .rules import Presented, Scope, digest_of, stands_in


@dataclass(frozen=True, slots=True)
class Visitor:
    """A device account or a peer that was let in; acts as the system within its institution."""

    id: UUID
    organisation_id: OrganisationId
    name: str

    @property
    def actor(self) -> Actor:
        """Nobody's person: what it does is audited under its institution, with its id beside."""
        return Actor(Kind.SYSTEM, organisation_id=self.organisation_id)


async def enter(ground: Ground, presented: Presented | None, scope: Scope) -> Visitor:
    """The device behind a token, when it holds the scope.

    Raises: DeviceNotKnown, DeviceMayNot. Rule: imaging-40
    """
    if presented is None:
        raise DeviceNotKnown
    digest = digest_of(presented.token)
    async with unit_of_work(ground, SYSTEM) as work:
        row = await store.by_token(work.session, digest)
        if row is None or not hmac.compare_digest(row.token_digest, digest):
            raise DeviceNotKnown
        if presented.device_id is not None and presented.device_id != row.id:
            raise DeviceNotKnown
        if row.scope != scope:
            raise DeviceMayNot(scope=str(scope))
        await store.used(work.session, Device, row.id, work.now)
        return Visitor(row.id, OrganisationId(row.organisation_id), row.name)


async def admit_peer(ground: Ground, address: str, ae_title: str) -> Visitor | None:
    """The peer with that AE title at that address; None when it is on no list.

    Rule: imaging-41
    """
    async with unit_of_work(ground, SYSTEM) as work:
        for row in await store.peers_titled(work.session, ae_title.strip()):
            if stands_in(address, row.address):
                await store.used(work.session, Peer, row.id, work.now)
                return Visitor(row.id, OrganisationId(row.organisation_id), row.name)
    return None


async def still_stands(ground: Ground, visitor: Visitor) -> bool:
    """Whether a peer that was admitted has not been struck off since."""
    async with ground.database.session() as session:
        return await store.peer_stands(session, visitor.id)


async def known_addresses(ground: Ground) -> tuple[str, ...]:
    """Every address and network that some peer stands at."""
    async with ground.database.session() as session:
        return tuple(await store.peer_addresses(session))
