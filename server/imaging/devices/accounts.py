"""Use cases of device accounts and peers: made, listed, renewed and revoked by an institution's administrator."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.problems import invalid_field
from server.foundation.work import Work

from . import store
from .errors import DeviceRevoked, PeerKnown, TooManyDevices
from .model import Device, Peer
from .rules import Scope, digest_of, fresh_token, read_network, shown_network

MOST: Final = 100
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """An account as administrators see it; `token` only in the answer that made it."""

    id: UUID
    name: str
    scope: Scope
    token_end: str
    created_at: datetime
    renewed_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PeerFacts:
    """A peer as administrators see it."""

    id: UUID
    name: str
    address: str
    ae_title: str
    created_at: datetime
    last_used_at: datetime | None


async def add_device(work: Work, name: str, scope: Scope) -> DeviceFacts:
    """A new account of the acting institution, with the token that is shown this once.

    Raises: TooManyDevices. Rule: imaging-40
    """
    if await store.standing_devices(work.session, work.actor.organisation) >= MOST:
        raise TooManyDevices(limit=MOST)
    token = fresh_token()
    row = Device(
        id=work.new_id(),
        organisation_id=work.actor.organisation,
        name=name,
        scope=scope,
        token_digest=digest_of(token),
        token_end=token[-4:],
        created_by=work.actor.person,
        created_at=work.now,
        renewed_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("imaging-device.add", "imaging-device", row.id, scope=scope)
    return _facts(row, token)


async def devices(work: Work) -> list[DeviceFacts]:
    """The acting institution's accounts."""
    return [_facts(row) for row in await store.devices(work.session, work.actor.organisation, _SHOWN)]


async def renew_device(work: Work, device_id: UUID) -> DeviceFacts:
    """A new token for an account; the old one is refused from this moment. Raises: Unknown, DeviceRevoked."""
    await _own(work, device_id)
    token = fresh_token()
    values = {"token_digest": digest_of(token), "token_end": token[-4:], "renewed_at": work.now}
    if not await store.change(work.session, device_id, **values):
        raise DeviceRevoked
    work.audit("imaging-device.renew", "imaging-device", device_id)
    return _facts(await _own(work, device_id), token)


async def revoke_device(work: Work, device_id: UUID) -> DeviceFacts:
    """End an account; its next request is refused. Doing so twice changes nothing. Raises: Unknown."""
    await _own(work, device_id)
    if await store.change(work.session, device_id, revoked_at=work.now, revoked_by=work.actor.person):
        work.audit("imaging-device.revoke", "imaging-device", device_id)
    return _facts(await _own(work, device_id))


async def add_peer(work: Work, name: str, address: str, ae_title: str) -> PeerFacts:
    """Let one address and AE title store for the acting institution.

    Raises: Invalid for an address that is none, or wider than a segment; PeerKnown. Rule: imaging-41
    """
    network = read_network(address)
    if network is None:
        raise invalid_field(
            "/address",
            "请填写一个 IP 地址，或不大于 /24（IPv6 为 /64）的网段",
            "Enter one IP address, or a network no larger than /24 (IPv6: /64)",
        )
    row = Peer(
        id=work.new_id(),
        organisation_id=work.actor.organisation,
        name=name,
        address=shown_network(network),
        ae_title=ae_title.strip(),
        created_by=work.actor.person,
        created_at=work.now,
    )
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as refused:
        if violated(refused) == "uq_imaging_peers_standing":
            raise PeerKnown from None
        raise
    work.audit("imaging-peer.add", "imaging-peer", row.id)
    return _peer(row)


async def peers(work: Work) -> list[PeerFacts]:
    """The acting institution's peers."""
    return [_peer(row) for row in await store.peers(work.session, work.actor.organisation)]


async def end_peer(work: Work, peer_id: UUID) -> None:
    """Let a peer store no more; its next instance is refused. Raises: Unknown."""
    if not await store.end_peer(work.session, peer_id, work.actor.organisation, work.actor.person, work.now):
        raise Unknown
    work.audit("imaging-peer.end", "imaging-peer", peer_id)


async def _own(work: Work, device_id: UUID) -> Device:
    row = await store.device(work.session, device_id, work.actor.organisation)
    if row is None:
        raise Unknown
    return row


def _facts(row: Device, token: str | None = None) -> DeviceFacts:
    return DeviceFacts(
        id=row.id,
        name=row.name,
        scope=Scope(row.scope),
        token_end=row.token_end,
        created_at=row.created_at,
        renewed_at=row.renewed_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        token=token,
    )


def _peer(row: Peer) -> PeerFacts:
    return PeerFacts(row.id, row.name, row.address, row.ae_title, row.created_at, row.last_used_at)
