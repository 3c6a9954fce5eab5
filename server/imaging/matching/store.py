"""SQL of what waits for its patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Matching


async def matching(session: AsyncSession, study_id: UUID) -> Matching | None:
    """How a study stands, if it ever waited."""
    return await session.get(Matching, study_id, populate_existing=True)


async def wait(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Let a study wait; one that waits already may have got another reason, a decided one stays. Whether it is new."""
    statement = insert(Matching).values(**values, state="waiting", differences=[])
    known = statement.on_conflict_do_update(
        index_elements=["study_id"],
        set_={"reason": statement.excluded.reason},
        where=(Matching.state == "waiting") & (Matching.reason != statement.excluded.reason),
    ).returning(Matching.arrived_at)
    arrived_at = (await session.execute(known)).scalar_one_or_none()
    return bool(arrived_at == values["arrived_at"])


async def decide(session: AsyncSession, study_id: UUID, values: dict[str, Any]) -> bool:
    """End a study's waiting; False when a colleague was first."""
    statement = update(Matching).where(Matching.study_id == study_id, Matching.state == "waiting").values(**values)
    done = await session.execute(statement.returning(Matching.study_id).execution_options(synchronize_session=False))
    return done.first() is not None


async def waiting(session: AsyncSession, organisation_id: UUID, limit: int) -> Sequence[Matching]:
    """What waits at an institution, the newest first."""
    statement = select(Matching).where(Matching.organisation_id == organisation_id, Matching.state == "waiting")
    return (await session.scalars(statement.order_by(Matching.arrived_at.desc()).limit(limit))).all()
