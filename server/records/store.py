"""SQL of encounters, care relationships, consents and the who-read list. Time is always an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.bulk import packed
from server.foundation.database import raw_connection

from .model import CareRelationship, ConsentRow, Encounter, RecordRead
from .model_kept import Note


async def encounter(session: AsyncSession, encounter_id: UUID) -> Encounter | None:
    """One encounter."""
    return await session.get(Encounter, encounter_id, populate_existing=True)


async def encounter_of_source(session: AsyncSession, source_id: UUID) -> Encounter | None:
    """The encounter that a visit opened."""
    return (await session.scalars(select(Encounter).where(Encounter.source_id == source_id))).one_or_none()


async def encounters_of(session: AsyncSession, patients: Sequence[UUID], limit: int) -> Sequence[Encounter]:
    """The encounters of a patient's records, newest first."""
    statement = select(Encounter).where(Encounter.patient_id.in_(patients))
    return (await session.scalars(statement.order_by(Encounter.opened_at.desc(), Encounter.id).limit(limit))).all()


async def close_encounter(session: AsyncSession, encounter_id: UUID, at: datetime) -> bool:
    """Set the end once; False when it was closed before."""
    statement = (
        update(Encounter).where(Encounter.id == encounter_id, Encounter.closed_at.is_(None)).values(closed_at=at)
    )
    return (await session.execute(statement.returning(Encounter.id))).first() is not None


async def hand_encounters_over(session: AsyncSession, source_id: UUID, doctor_id: UUID) -> None:
    """Give the open encounter of a source to another doctor."""
    open_one = and_(Encounter.source_id == source_id, Encounter.closed_at.is_(None))
    await session.execute(update(Encounter).where(open_one).values(doctor_id=doctor_id))


async def hand_drafts_over(session: AsyncSession, source_id: UUID, doctor_id: UUID) -> None:
    """An unsigned draft follows its encounter; a signed note stays its author's."""
    of_source = select(Encounter.id).where(Encounter.source_id == source_id, Encounter.closed_at.is_(None))
    drafts = and_(Note.encounter_id.in_(of_source), Note.version == 0)
    await session.execute(
        update(Note).where(drafts).values(author_id=doctor_id).execution_options(synchronize_session=False)
    )


async def encounter_counts(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[UUID, str, int, int, int]]:
    """Per organisation and kind: encounters opened, closed, with a signed note."""
    statement = (
        select(
            Encounter.organisation_id,
            Encounter.kind,
            func.count(Encounter.id),
            func.count(Encounter.closed_at),
            func.count(Note.id).filter(Note.version > 0),
        )
        .outerjoin(Note, Note.encounter_id == Encounter.id)
        .where(Encounter.opened_at >= since, Encounter.opened_at < until)
        .group_by(Encounter.organisation_id, Encounter.kind)
        .order_by(Encounter.organisation_id, Encounter.kind)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await session.execute(statement)]


def _in_force(now: datetime) -> Select[UUID]:
    return select(CareRelationship.id).where(
        CareRelationship.opened_at <= now, or_(CareRelationship.ends_at.is_(None), CareRelationship.ends_at > now)
    )


async def is_carer(
    session: AsyncSession, carer_id: UUID, organisation_id: UUID, patient_id: UUID, now: datetime
) -> bool:
    """Whether this carer, acting for this organisation, is in care of the patient at that instant."""
    statement = _in_force(now).where(
        CareRelationship.carer_id == carer_id,
        CareRelationship.patient_id == patient_id,
        CareRelationship.organisation_id == organisation_id,
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def end_care(session: AsyncSession, source_id: UUID, ends_at: datetime, carer_id: UUID | None = None) -> None:
    """Let the open care of a source (of one carer) end then; what ends earlier already stays so."""
    open_or_later = or_(CareRelationship.ends_at.is_(None), CareRelationship.ends_at > ends_at)
    statement = update(CareRelationship).where(CareRelationship.source_id == source_id, open_or_later)
    if carer_id is not None:
        statement = statement.where(CareRelationship.carer_id == carer_id)
    await session.execute(statement.values(ends_at=ends_at).execution_options(synchronize_session=False))


async def open_care_of(session: AsyncSession, source_id: UUID, now: datetime) -> Sequence[CareRelationship]:
    """The relationships of a source that are in force."""
    statement = select(CareRelationship).where(
        CareRelationship.source_id == source_id,
        or_(CareRelationship.ends_at.is_(None), CareRelationship.ends_at > now),
    )
    return (await session.scalars(statement)).all()


def _standing_consents() -> Select[ConsentRow]:
    return select(ConsentRow).where(ConsentRow.withdrawn_at.is_(None))


async def consents_in_force(
    session: AsyncSession,
    person_id: UUID,
    purpose: str,
    *,
    encounter_id: UUID | None = None,
    organisation_id: UUID | None = None,
    lock: bool = False,
) -> Sequence[ConsentRow]:
    """The standing consents of a person for a purpose, newest first; narrowed by what is given."""
    statement = _standing_consents().where(ConsentRow.person_id == person_id, ConsentRow.purpose == purpose)
    if encounter_id is not None:
        statement = statement.where(ConsentRow.encounter_id == encounter_id)
    if organisation_id is not None:
        statement = statement.where(ConsentRow.organisation_id == organisation_id)
    statement = statement.order_by(ConsentRow.given_at.desc(), ConsentRow.id.desc())
    return (await session.scalars(statement.with_for_update() if lock else statement)).all()


async def consented(session: AsyncSession, purpose: str, pairs: Sequence[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those of these pairs of person and organisation where a consent for the purpose stands."""
    raw = await raw_connection(session)
    found = await raw.execute(
        "SELECT DISTINCT c.person_id, c.organisation_id FROM consents c"
        " JOIN unnest(%s::uuid[], %s::uuid[]) AS w (person_id, organisation_id) USING (person_id, organisation_id)"
        " WHERE c.purpose = %s AND c.withdrawn_at IS NULL",
        [packed("UUID", [each for each, _ in pairs]), packed("UUID", [each for _, each in pairs]), purpose],
    )
    return set(await found.fetchall())


async def consent(session: AsyncSession, consent_id: UUID) -> ConsentRow | None:
    """One consent, locked for the step that follows."""
    return (
        await session.scalars(select(ConsentRow).where(ConsentRow.id == consent_id).with_for_update())
    ).one_or_none()


async def consents_of(session: AsyncSession, patient_id: UUID, encounter_id: UUID | None) -> Sequence[ConsentRow]:
    """Every consent that concerns a patient, withdrawn ones included, newest first."""
    statement = select(ConsentRow).where(ConsentRow.patient_id == patient_id)
    if encounter_id is not None:
        statement = statement.where(ConsentRow.encounter_id == encounter_id)
    return (await session.scalars(statement.order_by(ConsentRow.given_at.desc(), ConsentRow.id.desc()))).all()


async def patients_acted_for(session: AsyncSession, organisation_id: UUID, purpose: str) -> Sequence[UUID]:
    """The patients whose standing consent lets this organisation's clinic workers act for them."""
    statement = select(ConsentRow.person_id).where(
        ConsentRow.withdrawn_at.is_(None), ConsentRow.purpose == purpose, ConsentRow.organisation_id == organisation_id
    )
    return (await session.scalars(statement.distinct())).all()


async def patients_in_care(
    session: AsyncSession, carer_id: UUID, organisation_id: UUID, now: datetime
) -> Sequence[UUID]:
    """The patients whom this carer, acting for this organisation, has in care at that instant."""
    statement = select(CareRelationship.patient_id).where(
        CareRelationship.id.in_(_in_force(now)),
        CareRelationship.carer_id == carer_id,
        CareRelationship.organisation_id == organisation_id,
    )
    return (await session.scalars(statement.distinct())).all()


async def hold_view(session: AsyncSession, reader_id: UUID, subject_id: UUID) -> None:
    """Let parallel requests of one page (the ranges of a film) take turns, so that they make one line and not many."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{reader_id}{subject_id}", 0))))


async def was_read(
    session: AsyncSession, reader_id: UUID, what: str, subject_id: UUID, now: datetime, within: timedelta
) -> bool:
    """Whether the same reader saw the same thing within that time before."""
    statement = select(RecordRead.id).where(
        RecordRead.subject_id == subject_id,
        RecordRead.reader_id == reader_id,
        RecordRead.what == what,
        RecordRead.at > now - within,
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def read_since(
    session: AsyncSession, reader_id: UUID, what: str, subject_ids: Sequence[UUID], since: datetime
) -> set[UUID]:
    """Which of these things the same reader has seen since then."""
    statement = select(RecordRead.subject_id).where(
        RecordRead.subject_id.in_(subject_ids),
        RecordRead.reader_id == reader_id,
        RecordRead.what == what,
        RecordRead.at >= since,
    )
    return set(await session.scalars(statement))


async def reads_of(session: AsyncSession, patients: Sequence[UUID], limit: int) -> Sequence[RecordRead]:
    """Who read a patient's records, newest first."""
    statement = select(RecordRead).where(RecordRead.patient_id.in_(patients))
    return (await session.scalars(statement.order_by(RecordRead.at.desc(), RecordRead.id.desc()).limit(limit))).all()
