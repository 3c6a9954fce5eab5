"""SQL of device accounts and peers. Time is always an argument."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Device, Peer

_USED_EVERY: Final = timedelta(minutes=1)  # a row written per picture would be a write per read


async def device(session: AsyncSession, device_id: UUID, organisation_id: UUID) -> Device | None:
    """An institution's device account."""
    statement = select(Device).where(Device.id == device_id, Device.organisation_id == organisation_id)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def by_token(session: AsyncSession, digest: bytes) -> Device | None:
    """The account that stands behind a token."""
    statement = select(Device).where(Device.token_digest == digest, Device.revoked_at.is_(None))
    return (await session.scalars(statement)).one_or_none()


async def devices(session: AsyncSession, organisation_id: UUID, limit: int) -> Sequence[Device]:
    """An institution's accounts, those that stand first, newest first."""
    statement = select(Device).where(Device.organisation_id == organisation_id)
    order = (Device.revoked_at.is_not(None), Device.created_at.desc())
    return (await session.scalars(statement.order_by(*order).limit(limit))).all()


async def standing_devices(session: AsyncSession, organisation_id: UUID) -> int:
    """How many accounts of an institution stand."""
    statement = select(func.count()).where(Device.organisation_id == organisation_id, Device.revoked_at.is_(None))
    return (await session.scalar(statement)) or 0


async def change(session: AsyncSession, device_id: UUID, **values: object) -> bool:
    """Change an account that stands; False when it was revoked meanwhile."""
    statement = update(Device).where(Device.id == device_id, Device.revoked_at.is_(None)).values(**values)
    done = await session.execute(statement.returning(Device.id).execution_options(synchronize_session=False))
    return done.first() is not None


async def used(session: AsyncSession, table: type[Device] | type[Peer], row_id: UUID, now: datetime) -> None:
    """Note that it was used, to the minute."""
    stale = or_(table.last_used_at.is_(None), table.last_used_at < now - _USED_EVERY)
    statement = update(table).where(table.id == row_id, stale).values(last_used_at=now)
    await session.execute(statement.execution_options(synchronize_session=False))


async def peers(session: AsyncSession, organisation_id: UUID) -> Sequence[Peer]:
    """An institution's peers that stand, newest first."""
    statement = select(Peer).where(Peer.organisation_id == organisation_id, Peer.ended_at.is_(None))
    return (await session.scalars(statement.order_by(Peer.created_at.desc()))).all()


async def peers_titled(session: AsyncSession, ae_title: str) -> Sequence[Peer]:
    """The standing peers of everybody with that AE title, whose address is then compared."""
    return (await session.scalars(select(Peer).where(Peer.ae_title == ae_title, Peer.ended_at.is_(None)))).all()


async def peer_addresses(session: AsyncSession) -> Sequence[str]:
    """Where standing peers are, everybody's."""
    return (await session.scalars(select(Peer.address).where(Peer.ended_at.is_(None)).distinct())).all()


async def peer_stands(session: AsyncSession, peer_id: UUID) -> bool:
    """Whether a peer was not ended."""
    statement = select(Peer.id).where(Peer.id == peer_id, Peer.ended_at.is_(None))
    return (await session.scalars(statement)).first() is not None


async def end_peer(session: AsyncSession, peer_id: UUID, organisation_id: UUID, by: UUID, at: datetime) -> bool:
    """Strike an institution's peer off the list; False when there is none that stands."""
    own = (Peer.id == peer_id, Peer.organisation_id == organisation_id, Peer.ended_at.is_(None))
    done = await session.execute(
        update(Peer)
        .where(*own)
        .values(ended_at=at, ended_by=by)
        .returning(Peer.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


async def names(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """What these devices and peers are called."""
    devices_named = select(Device.id, Device.name).where(Device.id.in_(ids))
    peers_named = select(Peer.id, Peer.name).where(Peer.id.in_(ids))
    return {row.id: row.name for row in await session.execute(devices_named.union_all(peers_named))}
