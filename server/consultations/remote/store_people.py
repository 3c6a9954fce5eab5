"""Statements about the experts, materials and consents of requests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import LIVE, RemoteConsent, RemoteExpert, RemoteMaterial, RemoteRequest

LEFT = ("declined", "released")


async def experts(session: AsyncSession, request_ids: Collection[UUID]) -> Sequence[RemoteExpert]:
    """Everybody who was ever asked, the first first."""
    wanted = select(RemoteExpert).where(RemoteExpert.request_id.in_(request_ids))
    wanted = wanted.order_by(RemoteExpert.asked_at, RemoteExpert.place).execution_options(populate_existing=True)
    return (await session.scalars(wanted)).all()


async def live_experts(session: AsyncSession, request_id: UUID) -> list[RemoteExpert]:
    """Those who have not declined or been released."""
    return [each for each in await experts(session, [request_id]) if each.state not in LEFT]


async def add_expert(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Ask somebody; False when they are asked already, or another leads."""
    statement = insert(RemoteExpert).values(**values).on_conflict_do_nothing().returning(RemoteExpert.id)
    return (await session.execute(statement)).first() is not None


async def change_expert(
    session: AsyncSession, expert_id: UUID, before: Collection[str], **values: Any
) -> RemoteExpert | None:
    """Move an expert on; None when they are not there any more."""
    statement = (
        update(RemoteExpert)
        .where(RemoteExpert.id == expert_id, RemoteExpert.state.in_(before))
        .values(**values)
        .returning(RemoteExpert)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def unlead(session: AsyncSession, request_id: UUID) -> None:
    """Nobody leads for a moment: another is about to."""
    await session.execute(
        update(RemoteExpert)
        .where(RemoteExpert.request_id == request_id, RemoteExpert.lead, text(LIVE))
        .values(lead=False)
        .execution_options(synchronize_session=False)
    )


async def hold_people(session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Let nobody else schedule these people until the transaction ends; always in one order."""
    for person_id in sorted(person_ids):
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:of, 0))"), {"of": f"remote-expert {person_id}"}
        )


async def materials(session: AsyncSession, request_ids: Collection[UUID]) -> Sequence[RemoteMaterial]:
    """What is attached and was not taken out, the first first."""
    wanted = select(RemoteMaterial).where(
        RemoteMaterial.request_id.in_(request_ids), RemoteMaterial.removed_at.is_(None)
    )
    wanted = wanted.order_by(RemoteMaterial.added_at, RemoteMaterial.id).execution_options(populate_existing=True)
    return (await session.scalars(wanted)).all()


async def remove_material(session: AsyncSession, request_id: UUID, material_id: UUID, at: datetime) -> bool:
    """Take something out, by its own id or that of what it is; False when it is not there."""
    statement = (
        update(RemoteMaterial)
        .where(
            or_(
                RemoteMaterial.id == material_id,
                RemoteMaterial.upload_id == material_id,
                RemoteMaterial.attachment_id == material_id,
                RemoteMaterial.study_id == material_id,
            ),
            RemoteMaterial.request_id == request_id,
            RemoteMaterial.removed_at.is_(None),
        )
        .values(removed_at=at)
        .returning(RemoteMaterial.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def requests_of_study(session: AsyncSession, study_id: UUID) -> list[UUID]:
    """The requests to which a study is attached."""
    wanted = select(RemoteMaterial.request_id).where(
        RemoteMaterial.study_id == study_id, RemoteMaterial.removed_at.is_(None)
    )
    return list((await session.scalars(wanted.distinct())).all())


async def consent(session: AsyncSession, consent_id: UUID) -> RemoteConsent | None:
    """How a consent was given."""
    return await session.get(RemoteConsent, consent_id)


async def upload_arrived(session: AsyncSession, upload_id: UUID, attachment_id: UUID) -> Sequence[RemoteRequest]:
    """Name the file that an upload became; gives the requests it is attached to."""
    statement = (
        update(RemoteMaterial)
        .where(RemoteMaterial.upload_id == upload_id)
        .values(attachment_id=attachment_id)
        .returning(RemoteMaterial.request_id)
        .execution_options(synchronize_session=False)
    )
    found = list((await session.scalars(statement)).all())
    return (await session.scalars(select(RemoteRequest).where(RemoteRequest.id.in_(found)))).all()


async def expert(session: AsyncSession, expert_id: UUID) -> RemoteExpert | None:
    """One of them."""
    return await session.get(RemoteExpert, expert_id, populate_existing=True)
