"""SQL of the health summary, and of the notes whose diagnoses it stands beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model_health import HealthFact
from .model_kept import Note, NoteVersion

Cell = tuple[str, str, UUID]


async def fact(session: AsyncSession, fact_id: UUID) -> HealthFact | None:
    """One statement that was not withdrawn."""
    wanted = select(HealthFact).where(HealthFact.id == fact_id, HealthFact.withdrawn_at.is_(None))
    return (await session.scalars(wanted)).one_or_none()


async def facts_of(session: AsyncSession, patient_id: UUID, limit: int) -> Sequence[HealthFact]:
    """The latest statements about a patient that stand, in the order in which they were made."""
    wanted = (
        select(HealthFact)
        .where(HealthFact.patient_id == patient_id, HealthFact.withdrawn_at.is_(None))
        .order_by(HealthFact.at.desc(), HealthFact.id.desc())
        .limit(limit)
    )
    return (await session.scalars(wanted)).all()[::-1]


async def withdraw(session: AsyncSession, fact_id: UUID, by: UUID, at: datetime) -> bool:
    """Withdraw a statement once; False when it was before."""
    statement = (
        update(HealthFact)
        .where(HealthFact.id == fact_id, HealthFact.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by=by)
        .returning(HealthFact.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def notes_of(
    session: AsyncSession, patient_id: UUID, encounter_id: UUID | None, limit: int
) -> list[tuple[Cell, bytes]]:
    """Where the latest notes of a patient stand, sealed: this encounter's draft first, then signed versions in force."""
    drafts = select(Note).where(
        Note.patient_id == patient_id, Note.encounter_id == encounter_id, Note.version == 0, Note.draft.is_not(None)
    )
    found: list[tuple[Cell, bytes]] = [
        (("notes", "draft", note.id), note.draft) for note in (await session.scalars(drafts)).all() if note.draft
    ]
    signed = (
        select(NoteVersion)
        .join(Note, (Note.id == NoteVersion.note_id) & (Note.version == NoteVersion.version))
        .where(Note.patient_id == patient_id)
        .order_by(NoteVersion.signed_at.desc())
        .limit(limit)
    )
    return found + [
        (("note_versions", "content", each.id), each.content) for each in (await session.scalars(signed)).all()
    ]
