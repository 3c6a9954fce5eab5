"""Every statement of reports: drafts, signed versions, templates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import ImagingDraft, ImagingReportVersion, ImagingTemplate


async def draft(session: AsyncSession, order_id: UUID) -> ImagingDraft | None:
    """What stands in the reading room."""
    return await session.get(ImagingDraft, order_id, populate_existing=True)


async def save_draft(
    session: AsyncSession, order_id: UUID, seen: int, *, author_id: UUID, content: bytes, saved_at: datetime
) -> int | None:
    """Write the draft over the version that was seen (0: none yet); its new version, or None when another stands."""
    values = {"author_id": author_id, "content": content, "saved_at": saved_at}
    statement = insert(ImagingDraft).values(order_id=order_id, version=1, **values)
    saved = statement.on_conflict_do_update(
        index_elements=["order_id"],
        set_={**values, "version": ImagingDraft.version + 1},
        where=ImagingDraft.version == seen,
    ).returning(ImagingDraft.version)
    found = (await session.execute(saved)).scalar_one_or_none()
    return int(found) if found is not None else None


async def versions_of(session: AsyncSession, order_id: UUID) -> Sequence[ImagingReportVersion]:
    """Every signed version, the first first."""
    wanted = select(ImagingReportVersion).where(ImagingReportVersion.order_id == order_id)
    return (await session.scalars(wanted.order_by(ImagingReportVersion.number))).all()


async def version(session: AsyncSession, order_id: UUID, number: int) -> ImagingReportVersion | None:
    """One signed version."""
    return await session.get(ImagingReportVersion, (order_id, number))


async def versions(session: AsyncSession, wanted: Collection[tuple[UUID, int]]) -> dict[UUID, ImagingReportVersion]:
    """The given version of many orders, by order."""
    found = await session.scalars(
        select(ImagingReportVersion).where(ImagingReportVersion.order_id.in_({order_id for order_id, _ in wanted}))
    )
    pairs = set(wanted)
    return {each.order_id: each for each in found if (each.order_id, each.number) in pairs}


async def last_number(session: AsyncSession, order_id: UUID) -> int:
    """The number of the last signed version; 0 before the first."""
    wanted = select(func.max(ImagingReportVersion.number)).where(ImagingReportVersion.order_id == order_id)
    return (await session.execute(wanted)).scalar_one_or_none() or 0


# --- templates


async def templates(session: AsyncSession, organisation_id: UUID, person_id: UUID) -> Sequence[ImagingTemplate]:
    """The templates of an institution, and of one of its radiologists, by name."""
    wanted = select(ImagingTemplate).where(
        ImagingTemplate.organisation_id == organisation_id,
        or_(ImagingTemplate.owner_id.is_(None), ImagingTemplate.owner_id == person_id),
    )
    return (await session.scalars(wanted.order_by(ImagingTemplate.name, ImagingTemplate.id))).all()


async def count_templates(session: AsyncSession, organisation_id: UUID, owner_id: UUID | None) -> int:
    """How many there are of one owner."""
    owned = ImagingTemplate.owner_id.is_(None) if owner_id is None else ImagingTemplate.owner_id == owner_id
    wanted = select(func.count()).where(ImagingTemplate.organisation_id == organisation_id, owned)
    return int((await session.execute(wanted)).scalar_one())


async def keep_template(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Keep one; False when its name is taken."""
    statement = insert(ImagingTemplate).values(**values).on_conflict_do_nothing().returning(ImagingTemplate.id)
    return (await session.execute(statement)).first() is not None


async def template(session: AsyncSession, template_id: UUID) -> ImagingTemplate | None:
    """One of them."""
    return await session.get(ImagingTemplate, template_id)


async def drop_template(session: AsyncSession, template_id: UUID) -> None:
    """Delete one."""
    await session.execute(delete(ImagingTemplate).where(ImagingTemplate.id == template_id))
