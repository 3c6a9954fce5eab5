"""Every statement about requests. `move` is the only one that changes a status. Experts and papers: `store_people.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import Role

from .lifecycle import BEFORE_SIGNED, LIFE, UNSENT, Status
from .model import LIVE, RemoteExpert, RemoteRequest, RemoteStep
from .rules import UNSENT_KEPT


async def next_number(session: AsyncSession) -> int:
    """The count of the next request's number."""
    return int((await session.execute(text("SELECT nextval('remote_request_numbers')"))).scalar_one())


async def by_id(session: AsyncSession, request_id: UUID) -> RemoteRequest | None:
    """A request as it stands now."""
    return await session.get(RemoteRequest, request_id, populate_existing=True)


async def by_encounter(session: AsyncSession, encounter_id: UUID) -> RemoteRequest | None:
    """The request of an encounter."""
    found = select(RemoteRequest).where(RemoteRequest.encounter_id == encounter_id)
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def move(
    session: AsyncSession, request_id: UUID, verb: str, role: Role | None, version: int, *only_if: Any, **values: Any
) -> RemoteRequest | None:
    """Take a step of the life in one statement; None when the row is not where the step begins, or not as it was seen."""
    rows = [row for row in LIFE.steps if row.verb == verb and (not row.by or role in row.by)]
    begins = {status for row in rows for status in row.before}
    after = case(
        *((RemoteRequest.status.in_(words(row.before)), str(row.after)) for row in rows), else_=RemoteRequest.status
    )
    statement = (
        update(RemoteRequest)
        .where(
            RemoteRequest.id == request_id,
            RemoteRequest.version == version,
            RemoteRequest.status.in_(words(begins)),
            *only_if,
        )
        .values(status=after, version=version + 1, **values)
        .returning(RemoteRequest)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def of_requester(
    session: AsyncSession, person_id: UUID, organisation_id: UUID, statuses: Collection[Status], limit: int
) -> Sequence[RemoteRequest]:
    """What somebody asked for, the latest changed first."""
    mine = (RemoteRequest.requester_id == person_id, RemoteRequest.from_organisation_id == organisation_id)
    return await _all(session, _in(statuses).where(*mine).order_by(RemoteRequest.changed_at.desc()).limit(limit))


async def of_centre(
    session: AsyncSession,
    organisation_id: UUID,
    statuses: Collection[Status],
    limit: int,
    *,
    head_id: UUID | None = None,
) -> Sequence[RemoteRequest]:
    """What an institution was asked, emergencies first, then what is due first; of one head, when named."""
    wanted = _in(statuses).where(RemoteRequest.to_organisation_id == organisation_id)
    if head_id is not None:
        wanted = wanted.where(RemoteRequest.head_id == head_id)
    order = (
        RemoteRequest.urgency != "emergency",
        func.coalesce(RemoteRequest.escalate_at, RemoteRequest.report_due_at, RemoteRequest.changed_at),
    )
    return await _all(session, wanted.order_by(*order, RemoteRequest.id).limit(limit))


async def of_expert(
    session: AsyncSession, person_id: UUID, organisation_id: UUID, statuses: Collection[Status], limit: int
) -> Sequence[RemoteRequest]:
    """Where somebody is an expert, what comes first first."""
    wanted = (
        _in(statuses)
        .join(RemoteExpert, RemoteExpert.request_id == RemoteRequest.id)
        .where(RemoteExpert.person_id == person_id, RemoteExpert.organisation_id == organisation_id, text(LIVE))
        .order_by(func.coalesce(RemoteRequest.starts_at, RemoteRequest.report_due_at, RemoteRequest.changed_at))
    )
    return await _all(session, wanted.limit(limit))


async def of_patients(
    session: AsyncSession, patient_ids: Collection[UUID], statuses: Collection[Status], limit: int
) -> Sequence[RemoteRequest]:
    """What was asked for these patients, the latest first."""
    wanted = _in(statuses).where(RemoteRequest.patient_id.in_(patient_ids))
    return await _all(session, wanted.order_by(RemoteRequest.changed_at.desc()).limit(limit))


async def running_of_patient(session: AsyncSession, patient_id: UUID) -> Sequence[RemoteRequest]:
    """A patient's requests that are not signed or over, locked."""
    return await _all(session, _in(BEFORE_SIGNED).where(RemoteRequest.patient_id == patient_id).with_for_update())


async def overdue(session: AsyncSession, now: datetime, limit: int) -> list[UUID]:
    """The requests whose clock has run out."""
    wanted = select(RemoteRequest.id).where(RemoteRequest.escalate_at <= now).order_by(RemoteRequest.escalate_at)
    return list((await session.scalars(wanted.limit(limit))).all())


async def forgotten(session: AsyncSession, now: datetime) -> Sequence[RemoteRequest]:
    """Requests that were never sent, and that nobody touched for a month."""
    wanted = _in(UNSENT).where(RemoteRequest.changed_at < now - UNSENT_KEPT).order_by(RemoteRequest.id)
    return await _all(session, wanted.limit(200))


async def steps_of(session: AsyncSession, request_id: UUID) -> Sequence[RemoteStep]:
    """What was done, the first first."""
    wanted = select(RemoteStep).where(RemoteStep.request_id == request_id).order_by(RemoteStep.at, RemoteStep.place)
    return (await session.scalars(wanted)).all()


async def last_step(session: AsyncSession, request_id: UUID, verb: str) -> RemoteStep | None:
    """The latest of one kind, for the reason it gives."""
    wanted = select(RemoteStep).where(RemoteStep.request_id == request_id, RemoteStep.verb == verb)
    return (await session.scalars(wanted.order_by(RemoteStep.version.desc()).limit(1))).first()


async def ahead_of(
    session: AsyncSession, person_id: UUID, starts_at: datetime, ends_at: datetime, but: UUID
) -> UUID | None:
    """Another meeting of an expert in that time, if any."""
    wanted = (
        select(RemoteRequest.id)
        .join(RemoteExpert, RemoteExpert.request_id == RemoteRequest.id)
        .where(
            RemoteExpert.person_id == person_id,
            text(LIVE),
            RemoteRequest.id != but,
            RemoteRequest.status.in_(words({Status.SCHEDULED, Status.IN_SESSION})),
            RemoteRequest.starts_at < ends_at,
            RemoteRequest.ends_at > starts_at,
        )
        .limit(1)
    )
    return (await session.scalars(wanted)).first()


async def load_of(session: AsyncSession, person_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many consultations each has ahead of them or unreported."""
    running = words({Status.SUBMITTED, Status.ACCEPTED, Status.SCHEDULED, Status.IN_SESSION, Status.REPORTING})
    wanted = (
        select(RemoteExpert.person_id, func.count())
        .join(RemoteRequest, RemoteRequest.id == RemoteExpert.request_id)
        .where(RemoteExpert.person_id.in_(person_ids), text(LIVE), RemoteRequest.status.in_(running))
        .group_by(RemoteExpert.person_id)
    )
    return {row[0]: row[1] for row in await session.execute(wanted)}


def _in(statuses: Iterable[Status]) -> Select[RemoteRequest]:
    return select(RemoteRequest).where(RemoteRequest.status.in_(words(statuses)))


async def _all(session: AsyncSession, statement: Select[RemoteRequest]) -> Sequence[RemoteRequest]:
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


def words(statuses: Iterable[Status]) -> list[str]:
    """Statuses as the database spells them."""
    return sorted(str(each) for each in statuses)
