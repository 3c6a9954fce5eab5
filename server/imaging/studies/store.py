"""SQL of studies as they are read, assigned and swept. Time is always an argument."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Instance, Quarantined, Series, Study

_READING = (case((Instance.kind == "image", 0), else_=1), Instance.number.nulls_last(), Instance.sop_uid)
_SHOWN = (
    Instance.id,
    Instance.series_id,
    Instance.sop_uid,
    Instance.number,
    Instance.kind,
    Instance.frames,
    Instance.rows,
    Instance.columns,
    Instance.attributes,
)


async def study(session: AsyncSession, study_id: UUID, *, lock: bool = False) -> Study | None:
    """One study; with `lock` its row is held until the transaction ends."""
    statement = select(Study).where(Study.id == study_id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def studies_by_id(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Study]:
    """Many."""
    return (await session.scalars(select(Study).where(Study.id.in_(ids)))).all()


async def studies_of_patients(session: AsyncSession, patient_ids: Collection[UUID], limit: int) -> Sequence[Study]:
    """Everything of a patient's that was not turned away, the newest first."""
    statement = select(Study).where(Study.patient_id.in_(patient_ids), Study.state != "rejected")
    return (await session.scalars(statement.order_by(Study.study_at.desc().nulls_last(), Study.id).limit(limit))).all()


async def studies_of_order(session: AsyncSession, order_id: UUID) -> Sequence[Study]:
    """What belongs to an order, the oldest first."""
    statement = select(Study).where(Study.order_id == order_id).order_by(Study.first_came_at, Study.id)
    return (await session.scalars(statement)).all()


async def study_of_uid(session: AsyncSession, organisation_id: UUID, study_uid: str) -> Study | None:
    """An institution's study by its UID."""
    statement = select(Study).where(Study.organisation_id == organisation_id, Study.study_uid == study_uid)
    return (await session.scalars(statement)).one_or_none()


async def series_of(session: AsyncSession, study_id: UUID) -> Sequence[Series]:
    """A study's series by number."""
    statement = select(Series).where(Series.study_id == study_id)
    return (await session.scalars(statement.order_by(Series.number.nulls_last(), Series.series_uid))).all()


async def one_series(session: AsyncSession, series_id: UUID) -> Series | None:
    """One series."""
    return await session.get(Series, series_id)


async def instance_counts(session: AsyncSession, study_id: UUID) -> dict[UUID, int]:
    """Series -> how many instances."""
    statement = select(Instance.series_id, func.count()).where(Instance.study_id == study_id)
    rows = await session.execute(statement.group_by(Instance.series_id))
    return {series_id: count for series_id, count in rows}


async def instances_of(session: AsyncSession, study_id: UUID, series_id: UUID | None = None) -> Sequence[Instance]:
    """Instances in reading order: by number, pictures before the rest."""
    statement = select(Instance).where(Instance.study_id == study_id)
    if series_id is not None:
        statement = statement.where(Instance.series_id == series_id)
    return (await session.scalars(statement.order_by(*_READING))).all()


async def shown_instances(session: AsyncSession, study_id: UUID) -> Sequence[Row[Any]]:
    """What viewers are told of instances, in reading order: plain rows, as a study has hundreds and none is changed."""
    statement = select(*_SHOWN).where(Instance.study_id == study_id)
    return (await session.execute(statement.order_by(*_READING))).all()


async def first_picture(session: AsyncSession, study_id: UUID) -> Instance | None:
    """The picture that a viewer opens a study with: the first of the first series that has any, in the orders above."""
    statement = select(Instance).join(Series, Series.id == Instance.series_id)
    statement = statement.where(Instance.study_id == study_id, Instance.kind == "image")
    series_first = (Series.number.nulls_last(), Series.series_uid)
    return await session.scalar(
        statement.order_by(*series_first, Instance.number.nulls_last(), Instance.sop_uid).limit(1)
    )


async def instance(session: AsyncSession, instance_id: UUID) -> Instance | None:
    """One instance."""
    return await session.get(Instance, instance_id)


async def quiet(session: AsyncSession, before: datetime, limit: int) -> Sequence[Study]:
    """Studies of which nothing came since then; rows that another worker holds are stepped over."""
    statement = select(Study).where(Study.state == "arriving", Study.last_came_at < before)
    statement = statement.order_by(Study.last_came_at).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def packs(session: AsyncSession) -> set[str]:
    """Every pack that a row refers to."""
    of_instances = select(Instance.pack).where(Instance.store == "pack").distinct()
    of_quarantine = select(Quarantined.pack).distinct()
    return {*(await session.scalars(of_instances)), *(await session.scalars(of_quarantine))}


async def quarantined(session: AsyncSession, organisation_id: UUID, limit: int) -> Sequence[Quarantined]:
    """What an institution's senders sent that was set aside, the newest first."""
    statement = select(Quarantined).where(Quarantined.organisation_id == organisation_id)
    return (await session.scalars(statement.order_by(Quarantined.at.desc(), Quarantined.id).limit(limit))).all()


async def forget_quarantined(session: AsyncSession, before: datetime) -> int:
    """Delete what was set aside before then; how many."""
    gone = await session.execute(delete(Quarantined).where(Quarantined.at < before).returning(Quarantined.id))
    return len(gone.all())
