"""Every statement about visits and receptions. `move` is the only one that changes a visit's status.

Who was in the room is in `store_room.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import Role
from server.foundation.database import violated

from .errors import AnotherPatientInRoom
from .lifecycle import IN_ROOM, LIFE, NOT_STARTED, UNSIGNED, Status
from .model import Reception, Visit


async def by_id(session: AsyncSession, visit_id: UUID) -> Visit | None:
    """A visit as it stands now."""
    return await session.get(Visit, visit_id, populate_existing=True)


async def by_number(session: AsyncSession, number: str) -> Visit | None:
    """The visit with the number that people read aloud."""
    return (await session.execute(select(Visit).where(Visit.number == number))).scalar_one_or_none()


async def by_booking(session: AsyncSession, booking_id: UUID) -> Visit | None:
    """The visit of a booking."""
    return (await session.execute(select(Visit).where(Visit.booking_id == booking_id))).scalar_one_or_none()


async def by_room(session: AsyncSession, room: str) -> Visit | None:
    """The visit whose room this is."""
    return (await session.execute(select(Visit).where(Visit.room == room))).scalar_one_or_none()


async def by_encounter(session: AsyncSession, encounter_id: UUID) -> Visit | None:
    """The visit of an encounter."""
    return (await session.execute(select(Visit).where(Visit.encounter_id == encounter_id))).scalar_one_or_none()


async def move(
    session: AsyncSession, visit_id: UUID, verb: str, role: Role | None, *only_if: Any, **values: Any
) -> Visit | None:
    """Take a step of the life in one statement; None when the row is not where the step begins. First come wins.

    `only_if` are further conditions on the row (the time of the last call, say), decided by the same statement.
    Raises: AnotherPatientInRoom.
    """
    rows = [row for row in LIFE.steps if row.verb == verb and (not row.by or role in row.by)]
    begins = set().union(*(row.before for row in rows)) if rows else set()
    after = case(*((Visit.status.in_(_words(row.before)), str(row.after)) for row in rows), else_=Visit.status)
    statement = (
        update(Visit)
        .where(Visit.id == visit_id, Visit.status.in_(_words(begins)), *only_if)
        .values(status=after, **values)
        .returning(Visit)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    try:
        return (await session.execute(statement)).scalar_one_or_none()
    except IntegrityError as error:
        if violated(error) == "uq_visits_one_in_room":
            raise AnotherPatientInRoom from None
        raise


async def change(session: AsyncSession, visit_id: UUID, *only_if: Any, **values: Any) -> Visit | None:
    """Set columns other than the status, where the conditions hold."""
    statement = (
        update(Visit)
        .where(Visit.id == visit_id, *only_if)
        .values(**values)
        .returning(Visit)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def ahead_of_patient(session: AsyncSession, patient_id: UUID) -> Sequence[Visit]:
    """A patient's visits that are to come or go on, locked."""
    wanted = select(Visit).where(Visit.patient_id == patient_id, Visit.status.in_(_words(NOT_STARTED | IN_ROOM)))
    return (await session.scalars(wanted.order_by(Visit.id).with_for_update())).all()


async def of_session(session: AsyncSession, session_id: UUID) -> Sequence[Visit]:
    """Every visit of one session: one doctor, one half-day."""
    return (await session.execute(select(Visit).where(Visit.session_id == session_id))).scalars().all()


async def of_patients(session: AsyncSession, patient_ids: Collection[UUID], limit: int) -> Sequence[Visit]:
    """The visits of these patients, latest first."""
    return await _all(session, _latest().where(Visit.patient_id.in_(patient_ids)).limit(limit))


async def of_bookings(session: AsyncSession, booking_ids: Collection[UUID], limit: int) -> Sequence[Visit]:
    """The visits of these bookings, latest first."""
    return await _all(session, _latest().where(Visit.booking_id.in_(booking_ids)).limit(limit))


async def of_doctor_on(session: AsyncSession, doctor_id: UUID, organisation_id: UUID, day: date) -> Sequence[Visit]:
    """A doctor's visits of a day at one institution, and those of the days before that still lack a signed note."""
    unsigned = or_(
        Visit.status.in_(_words(UNSIGNED)),
        and_(
            Visit.status == Status.TERMINATED_TO_OFFLINE, Visit.room_opened_at.is_not(None), Visit.signed_at.is_(None)
        ),
    )
    return await _all(
        session,
        select(Visit)
        .where(Visit.doctor_id == doctor_id, Visit.organisation_id == organisation_id)
        .where(or_(Visit.day == day, and_(Visit.day < day, unsigned)))
        .order_by(Visit.slot_starts_at, Visit.place_number, Visit.id),
    )


async def patients_in(session: AsyncSession, session_id: UUID) -> set[UUID]:
    """The patients of one session whose visits have not ended."""
    found = await session.execute(
        select(Visit.patient_id).where(Visit.session_id == session_id, Visit.status.in_(_words(NOT_STARTED | IN_ROOM)))
    )
    return set(found.scalars())


async def last_lengths(session: AsyncSession, doctor_id: UUID, limit: int) -> list[timedelta]:
    """How long the doctor's last visits took, from the first call to the end of the talk."""
    found = await session.execute(
        select(Visit.first_called_at, Visit.video_ended_at)
        .where(Visit.doctor_id == doctor_id, Visit.video_ended_at.is_not(None), Visit.first_called_at.is_not(None))
        .order_by(Visit.video_ended_at.desc())
        .limit(limit)
    )
    return [ended - called for called, ended in found if called and ended and ended > called]


async def in_status(session: AsyncSession, status: Status, *conditions: Any, limit: int = 2000) -> Sequence[Visit]:
    """Visits that a scan looks at."""
    return await _all(session, select(Visit).where(Visit.status == status, *conditions).order_by(Visit.id).limit(limit))


async def to_tell(session: AsyncSession, *conditions: Any, limit: int = 200) -> Sequence[Visit]:
    """Visits of which a message is due, oldest first."""
    return await _all(session, select(Visit).where(*conditions).order_by(Visit.id).limit(limit))


async def hand_over(session: AsyncSession, session_id: UUID, to_doctor_id: UUID) -> Sequence[Visit]:
    """Give everybody of a session who has not been seen to another doctor; gives their visits."""
    statement = (
        update(Visit)
        .where(Visit.session_id == session_id, Visit.status.in_(_words(NOT_STARTED - IN_ROOM)))
        .values(doctor_id=to_doctor_id)
        .returning(Visit)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    moved: Sequence[Visit] = (await session.execute(statement)).scalars().all()
    return moved


async def counts(
    session: AsyncSession, first: date, last: date, organisation_ids: Collection[UUID] | None
) -> Sequence[tuple[date, UUID, str, int]]:
    """How many visits per day, institution and status. Numbers only."""
    statement = (
        select(Visit.day, Visit.organisation_id, Visit.status, func.count())
        .where(Visit.day.between(first, last))
        .group_by(Visit.day, Visit.organisation_id, Visit.status)
        .order_by(Visit.day, Visit.organisation_id, Visit.status)
    )
    if organisation_ids is not None:
        statement = statement.where(Visit.organisation_id.in_(organisation_ids))
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]


# --- receptions


async def reception(session: AsyncSession, session_id: UUID, doctor_id: UUID) -> Reception | None:
    """A doctor's reception of a session."""
    found = select(Reception).where(Reception.session_id == session_id, Reception.doctor_id == doctor_id)
    return (await session.execute(found.execution_options(populate_existing=True))).scalar_one_or_none()


async def receptions_on(session: AsyncSession, doctor_id: UUID, day: date) -> Sequence[Reception]:
    """A doctor's receptions of a day."""
    found = select(Reception).where(Reception.doctor_id == doctor_id, Reception.day == day)
    return (await session.execute(found)).scalars().all()


async def open_reception(session: AsyncSession, **values: Any) -> Reception:
    """Open the door, for the first time or again; two tabs make one row."""
    statement = insert(Reception).values(state="open", **values)
    again = {"state": "open", "pause_reason": None, "pause_note": None, "paused_until": None, "closed_at": None}
    statement = statement.on_conflict_do_update(
        index_elements=[Reception.session_id, Reception.doctor_id],
        set_={**again, "changed_at": values["changed_at"], "verified_at": values["verified_at"]},
    )
    opened = await session.execute(statement.returning(Reception), execution_options={"populate_existing": True})
    return opened.scalar_one()


async def change_reception(session: AsyncSession, session_id: UUID, doctor_id: UUID, **values: Any) -> Reception | None:
    """Pause or close the door."""
    statement = (
        update(Reception)
        .where(Reception.session_id == session_id, Reception.doctor_id == doctor_id)
        .values(**values)
        .returning(Reception)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


def _latest() -> Select[Any]:
    return select(Visit).order_by(Visit.slot_starts_at.desc(), Visit.id)


async def _all(session: AsyncSession, statement: Select[Any]) -> Sequence[Visit]:
    found: Sequence[Visit] = (
        (await session.execute(statement.execution_options(populate_existing=True))).scalars().all()
    )
    return found


def _words(statuses: Iterable[Status]) -> list[str]:
    return sorted(str(each) for each in statuses)
