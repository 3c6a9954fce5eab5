"""SQL of the right to prescribe antimicrobials, as institutions grant it, and of doctors' templates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import PrescribingRight, TemplateRow


async def grade_of(session: AsyncSession, doctor_id: UUID, organisation_id: UUID) -> str | None:
    """The highest grade this doctor may prescribe there; `none` when it was taken away, None when nobody has decided."""
    right = await session.get(PrescribingRight, (doctor_id, organisation_id), populate_existing=True)
    return right.grade if right else None


async def grades_at(
    session: AsyncSession, organisation_id: UUID, doctor_ids: Collection[UUID]
) -> Sequence[PrescribingRight]:
    """The rights of these doctors at an institution."""
    wanted = select(PrescribingRight).where(
        PrescribingRight.organisation_id == organisation_id, PrescribingRight.doctor_id.in_(doctor_ids)
    )
    return (await session.scalars(wanted)).all()


async def grant(
    session: AsyncSession, doctor_id: UUID, organisation_id: UUID, grade: str, by: UUID | None, at: datetime
) -> None:
    """Set a doctor's grade at an institution."""
    values = {"grade": grade, "granted_by": by, "granted_at": at}
    statement = insert(PrescribingRight).values(doctor_id=doctor_id, organisation_id=organisation_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["doctor_id", "organisation_id"], set_=values))


async def templates_of(session: AsyncSession, doctor_id: UUID, organisation_id: UUID) -> Sequence[TemplateRow]:
    """A doctor's templates at one institution, by name."""
    own = (TemplateRow.doctor_id == doctor_id, TemplateRow.organisation_id == organisation_id)
    return (await session.scalars(select(TemplateRow).where(*own).order_by(TemplateRow.name))).all()


async def count_templates(session: AsyncSession, doctor_id: UUID) -> int:
    """How many templates a doctor has."""
    wanted = select(func.count(TemplateRow.id)).where(TemplateRow.doctor_id == doctor_id)
    return int((await session.execute(wanted)).scalar_one())


async def keep_template(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a template; False when its name is taken."""
    statement = insert(TemplateRow).values(**values).on_conflict_do_nothing().returning(TemplateRow.id)
    return (await session.execute(statement)).first() is not None


async def drop_template(session: AsyncSession, template_id: UUID, doctor_id: UUID) -> bool:
    """Delete a doctor's own template; False when there is none."""
    statement = delete(TemplateRow).where(TemplateRow.id == template_id, TemplateRow.doctor_id == doctor_id)
    return (await session.execute(statement.returning(TemplateRow.id))).first() is not None
