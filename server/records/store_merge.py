"""Statements that give open encounters to another record of the same person."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Attachment, CareRelationship, ConsentRow, Encounter
from .model_kept import ChatMessage, Note


async def has_content(session: AsyncSession, source_ids: Collection[UUID]) -> bool:
    """Whether anything was put into the encounters of these sources: a paper, a consent, a note, a message."""
    theirs = select(Encounter.id).where(Encounter.source_id.in_(source_ids))
    put = [select(each.encounter_id).where(each.encounter_id.in_(theirs)) for each in _CONTENT]
    return any([await session.scalar(select(each.exists())) for each in put])


_CONTENT = (Attachment, ConsentRow, Note, ChatMessage)


async def give_encounters(session: AsyncSession, source_ids: Collection[UUID], patient_id: UUID) -> None:
    """The open encounters and care of these sources become this patient's."""
    await session.execute(
        update(Encounter)
        .where(Encounter.source_id.in_(source_ids), Encounter.closed_at.is_(None))
        .values(patient_id=patient_id)
        .execution_options(synchronize_session="fetch")
    )
    await session.execute(
        update(CareRelationship)
        .where(CareRelationship.source_id.in_(source_ids), CareRelationship.ends_at.is_(None))
        .values(patient_id=patient_id)
        .execution_options(synchronize_session="fetch")
    )
