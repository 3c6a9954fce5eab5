"""Statements about patients registered twice: who may be the same, and which record a merged one points to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from .model import Guardianship, PatientLookup, Person
from .sealing import PHONE


async def sharing_a_phone(session: AsyncSession, organisation_id: UUID, limit: int) -> Sequence[tuple[Person, Person]]:
    """Pairs of patients with one phone and one sex whom an organisation knows, the older registration first."""
    first, second = aliased(Person), aliased(Person)
    one, other = aliased(PatientLookup), aliased(PatientLookup)
    scope = str(organisation_id)
    found = (
        select(first, second)
        .join(one, one.person_id == first.id)
        .join(other, other.digest == one.digest)
        .join(second, second.id == other.person_id)
        .where(
            *(each.purpose == PHONE for each in (one, other)),
            *(each.scope == scope for each in (one, other)),
            *(each.replaced_by.is_(None) for each in (first, second)),
            first.id < second.id,  # ids carry the time of registration
            first.sex == second.sex,
        )
        .order_by(second.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


async def held(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Person]:
    """These people, locked until the transaction ends, in one order for everybody."""
    wanted = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    found = await session.scalars(wanted.execution_options(populate_existing=True))
    return {row.id: row for row in found}


async def replaced(session: AsyncSession, patient_id: UUID) -> UUID | None:
    """The record that stands for this one; None while it stands for itself."""
    return await session.scalar(select(Person.replaced_by).where(Person.id == patient_id))


async def merged_into(session: AsyncSession, patients: Collection[UUID]) -> Sequence[UUID]:
    """The records that these ones stand for besides their own."""
    return (await session.scalars(select(Person.id).where(Person.replaced_by.in_(patients)))).all()


async def point(session: AsyncSession, merged_id: UUID, keep_id: UUID, now: datetime) -> None:
    """Let a record, and those that pointed to it, point to the one that is kept; links stay one step long."""
    those = or_(Person.id == merged_id, Person.replaced_by == merged_id)
    values = {"replaced_by": keep_id, "replaced_at": now}
    await session.execute(update(Person).where(those).values(**values).execution_options(synchronize_session="fetch"))


async def forget_lookups(session: AsyncSession, patient_id: UUID) -> None:
    """Nobody finds the record by a number any more, and nobody signs in by its phone."""
    await session.execute(delete(PatientLookup).where(PatientLookup.person_id == patient_id))


async def end_relations(session: AsyncSession, patient_id: UUID, now: datetime) -> int:
    """End every relation of a record; how many those were."""
    party = or_(Guardianship.guardian_id == patient_id, Guardianship.ward_id == patient_id)
    ended = (
        update(Guardianship)
        .where(party, Guardianship.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Guardianship.id)
        .execution_options(synchronize_session="fetch")
    )
    return len((await session.execute(ended)).all())
