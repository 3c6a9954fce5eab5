"""Every statement about meetings and who is at their door. `move` alone changes a meeting's state, `stand` a person's.

Links are in `store_invitations.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .lifecycle import DOOR, LIFE, Stand, State
from .model import Attendee, Meeting


async def by_id(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    """A meeting as it stands now."""
    return await session.get(Meeting, meeting_id, populate_existing=True)


async def by_room(session: AsyncSession, room: str) -> Meeting | None:
    """The meeting whose room this is."""
    return (await session.execute(select(Meeting).where(Meeting.room == room))).scalar_one_or_none()


async def by_encounter(session: AsyncSession, encounter_id: UUID) -> Meeting | None:
    """The meeting of an encounter."""
    found = select(Meeting).where(Meeting.encounter_id == encounter_id)
    return (await session.execute(found)).scalar_one_or_none()


async def plan(
    session: AsyncSession, meeting_id: UUID, patient_id: UUID, encounter_id: UUID, starts_at: datetime
) -> None:
    """A meeting for a request; when there is one that has not begun, its new time."""
    statement = insert(Meeting).values(
        id=meeting_id, patient_id=patient_id, encounter_id=encounter_id, state=State.PLANNED, starts_at=starts_at
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Meeting.id], set_={"starts_at": starts_at}, where=Meeting.state == State.PLANNED
        )
    )


async def move(session: AsyncSession, meeting_id: UUID, verb: str, **values: Any) -> Meeting | None:
    """Take a step of the life; None when somebody was first."""
    statement = (
        update(Meeting)
        .where(Meeting.id == meeting_id, Meeting.state.in_(_words(LIFE.before(verb))))
        .values(state=str(LIFE.after(verb)), **values)
        .returning(Meeting)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def change(session: AsyncSession, meeting_id: UUID, *only_if: Any, **values: Any) -> Meeting | None:
    """Set columns other than the state, where the conditions hold."""
    statement = (
        update(Meeting)
        .where(Meeting.id == meeting_id, *only_if)
        .values(**values)
        .returning(Meeting)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def abandoned(session: AsyncSession, since: datetime) -> Sequence[UUID]:
    """Open meetings in which nobody has been since then."""
    found = select(Meeting.id).where(Meeting.state == State.OPEN, Meeting.empty_since <= since)
    return (await session.scalars(found)).all()


async def everybody_away(session: AsyncSession, now: datetime) -> None:
    """After a restart nobody is known to be in any room, until seen again."""
    live = select(Meeting.id).where(Meeting.state == State.OPEN)
    gone = update(Attendee).where(Attendee.meeting_id.in_(live), Attendee.state == Stand.IN)
    await session.execute(gone.values(state=Stand.AWAY, since=now).execution_options(synchronize_session=False))
    empty = update(Meeting).where(Meeting.state == State.OPEN, Meeting.empty_since.is_(None))
    await session.execute(empty.values(empty_since=now).execution_options(synchronize_session=False))


# --- people


async def attendee(session: AsyncSession, meeting_id: UUID, person_id: UUID) -> Attendee | None:
    """Somebody's part as it stands now."""
    return await session.get(Attendee, (meeting_id, person_id), populate_existing=True)


async def attendees(session: AsyncSession, meeting_id: UUID) -> Sequence[Attendee]:
    """Everybody who has or had a part, the first first."""
    found = select(Attendee).where(Attendee.meeting_id == meeting_id).order_by(Attendee.since, Attendee.person_id)
    return (await session.execute(found.execution_options(populate_existing=True))).scalars().all()


async def enrol(
    session: AsyncSession, meeting_id: UUID, person_id: UUID, kind: str, stand: Stand, now: datetime
) -> Attendee:
    """Somebody has a part from now on; who has one already keeps where they stand, in the capacity they have now."""
    statement = insert(Attendee).values(
        meeting_id=meeting_id, person_id=person_id, kind=kind, state=str(stand), since=now
    )
    statement = statement.on_conflict_do_update(
        index_elements=[Attendee.meeting_id, Attendee.person_id], set_={"kind": kind}
    )
    made = await session.execute(statement.returning(Attendee), execution_options={"populate_existing": True})
    return made.scalar_one()


async def stand(
    session: AsyncSession, meeting_id: UUID, person_id: UUID, verb: str, now: datetime, **values: Any
) -> Attendee | None:
    """Take a step before the door; None when they do not stand where it begins. `since` changes only with the state."""
    after = str(DOOR.after(verb))
    statement = (
        update(Attendee)
        .where(
            Attendee.meeting_id == meeting_id,
            Attendee.person_id == person_id,
            Attendee.state.in_(_words(DOOR.before(verb))),
        )
        .values(state=after, since=case((Attendee.state == after, Attendee.since), else_=now), **values)
        .returning(Attendee)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def agree(session: AsyncSession, meeting_id: UUID, person_id: UUID, now: datetime) -> None:
    """This person agreed to being recorded; the first instant stays."""
    statement = (
        update(Attendee)
        .where(Attendee.meeting_id == meeting_id, Attendee.person_id == person_id)
        .values(recording_agreed_at=func.coalesce(Attendee.recording_agreed_at, now))
    )
    await session.execute(statement.execution_options(synchronize_session=False))


async def is_empty(session: AsyncSession, meeting_id: UUID) -> bool:
    """Whether nobody is in the room."""
    inside = exists().where(Attendee.meeting_id == meeting_id, Attendee.state == Stand.IN)
    return not bool((await session.execute(select(inside))).scalar_one())


async def removed(session: AsyncSession, meeting_id: UUID) -> Sequence[UUID]:
    """Who was put out and has not been let in since."""
    found = select(Attendee.person_id).where(
        Attendee.meeting_id == meeting_id, Attendee.state.in_((Stand.REMOVED, Stand.KNOCKING))
    )
    return (await session.scalars(found)).all()


def _words(states: Iterable[str]) -> list[str]:
    return sorted(str(each) for each in states)
