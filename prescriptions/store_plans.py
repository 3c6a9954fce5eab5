"""SQL of confirmed plans."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .lifecycle import UNSIGNED
from .model import Prescription
from .model_plans import Confirmation


async def confirmation(session: AsyncSession, prescription_id: UUID, digest: str) -> Confirmation | None:
    """The patient's confirmation of just this plan."""
    wanted = select(Confirmation).where(
        Confirmation.prescription_id == prescription_id, Confirmation.plan_digest == digest
    )
    return (await session.scalars(wanted)).one_or_none()


async def keep_confirmation(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a confirmation; False when this plan was confirmed before."""
    statement = insert(Confirmation).values(**values).on_conflict_do_nothing().returning(Confirmation.id)
    return (await session.execute(statement)).first() is not None


async def unsigned_long_term(session: AsyncSession, patient_ids: Collection[UUID]) -> Sequence[Prescription]:
    """The long-term sheets on doctors' desks for these patients."""
    wanted = select(Prescription).where(
        Prescription.patient_id.in_(patient_ids),
        Prescription.long_term,
        Prescription.status.in_(sorted(str(status) for status in UNSIGNED)),
    )
    return (await session.scalars(wanted.order_by(Prescription.created_at))).all()
