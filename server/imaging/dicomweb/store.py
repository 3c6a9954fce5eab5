"""SQL of QIDO-RS and WADO-RS: within one institution always, never what was turned away. Newest studies first, then by number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.clock import start_of_day
from server.imaging.studies.model import Instance, Series, Study

from .querying import Key, Kind, day_from, sql_pattern

Condition = ColumnElement[bool]
_ONE_DAY: Final = timedelta(days=1)
_COLUMNS: Final[dict[str, Any]] = {
    "StudyInstanceUID": Study.study_uid,
    "AccessionNumber": Study.accession_number,
    "SeriesInstanceUID": Series.series_uid,
    "Modality": Series.modality,
    "SeriesNumber": Series.number,
    "BodyPartExamined": Series.body_part,
    "SOPInstanceUID": Instance.sop_uid,
    "SOPClassUID": Instance.sop_class,
    "InstanceNumber": Instance.number,
}


def conditions(organisation_id: UUID, keys: Collection[Key], digests: Callable[[str], list[bytes]]) -> list[Condition]:
    """What must hold of the rows; `digests` gives the blind indexes of a PatientID."""
    found = [Study.organisation_id == organisation_id, Study.state != "rejected"]
    return found + [_condition(key, digests) for key in keys]


def _condition(key: Key, digests: Callable[[str], list[bytes]]) -> Condition:
    if key.kind is Kind.FILE_ID:
        return Study.file_id_index.in_([digest for value in key.values for digest in digests(value)])
    if key.kind is Kind.DATE:
        return _between_days(key)
    if key.kind is Kind.TIME:
        return _between_times(key)
    if key.keyword == "ModalitiesInStudy":
        return exists().where(Series.study_id == Study.id, _like(Series.modality, key.values))
    if key.kind is Kind.NUMBER:
        return or_(_COLUMNS[key.keyword].in_([int(value) for value in key.values]))
    return _like(_COLUMNS[key.keyword], key.values)


def _like(column: Any, values: Sequence[str]) -> Condition:
    patterns = [(value, sql_pattern(value)) for value in values]
    plain = [value for value, pattern in patterns if pattern is None]
    wild = [column.like(pattern, escape="\\") for _, pattern in patterns if pattern is not None]
    return or_(*([column.in_(plain)] if plain else []), *wild)


def _between_days(key: Key) -> Condition:
    first, last = day_from(key.first), day_from(key.last)
    ends: list[Condition] = [Study.study_at.is_not(None)]
    if first:
        ends.append(Study.study_at >= start_of_day(first))
    if last:
        ends.append(Study.study_at < _after(last))
    return and_(*ends)


def _after(day: date) -> datetime:
    return start_of_day(day + _ONE_DAY)


def _between_times(key: Key) -> Condition:
    of_day = func.to_char(func.timezone("Asia/Shanghai", Study.study_at), "HH24MISS")
    ends: list[Condition] = [Study.study_at.is_not(None)]
    if key.first:
        ends.append(of_day >= key.first.partition(".")[0].ljust(6, "0"))
    if key.last:
        ends.append(of_day <= key.last.partition(".")[0].ljust(6, "9"))
    return and_(*ends)


async def studies(session: AsyncSession, where: Sequence[Condition], limit: int, offset: int) -> Sequence[Study]:
    """Studies, the newest first."""
    order = (Study.study_at.desc().nulls_last(), Study.id)
    return (await session.scalars(select(Study).where(*where).order_by(*order).limit(limit).offset(offset))).all()


async def modalities(session: AsyncSession, study_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The modalities in each study."""
    kinds = func.array_agg(func.distinct(Series.modality))
    rows = await session.execute(
        select(Series.study_id, kinds).where(Series.study_id.in_(study_ids)).group_by(Series.study_id)
    )
    return {study_id: sorted(filter(None, found)) for study_id, found in rows}


async def series(
    session: AsyncSession, where: Sequence[Condition], limit: int, offset: int
) -> Sequence[Row[Series, Study, int]]:
    """Series with their studies and how many instances each has."""
    count = select(func.count()).where(Instance.series_id == Series.id).scalar_subquery()
    joined = select(Series, Study, count).join(Study, Study.id == Series.study_id)
    order = (Study.study_at.desc().nulls_last(), Study.id, Series.number.nulls_last(), Series.series_uid)
    return (await session.execute(joined.where(*where).order_by(*order).limit(limit).offset(offset))).all()


async def instances(
    session: AsyncSession, where: Sequence[Condition], limit: int, offset: int
) -> Sequence[Row[Instance, Series, Study]]:
    """Instances with their series and studies."""
    order = (
        Study.study_at.desc().nulls_last(),
        Study.id,
        Series.number.nulls_last(),
        Series.series_uid,
        Instance.number.nulls_last(),
        Instance.sop_uid,
    )
    return (await session.execute(_instances().where(*where).order_by(*order).limit(limit).offset(offset))).all()


def _instances() -> Select[Instance, Series, Study]:
    return (
        select(Instance, Series, Study)
        .join(Series, Series.id == Instance.series_id)
        .join(Study, Study.id == Instance.study_id)
    )


async def addressed(
    session: AsyncSession, organisation_id: UUID, study_uid: str, series_uid: str | None, sop_uid: str | None
) -> Sequence[Row[Instance, Series, Study]]:
    """What an address of WADO-RS names, in reading order."""
    where = [Study.organisation_id == organisation_id, Study.state != "rejected", Study.study_uid == study_uid]
    if series_uid is not None:
        where.append(Series.series_uid == series_uid)
    if sop_uid is not None:
        where.append(Instance.sop_uid == sop_uid)
    order = (Series.number.nulls_last(), Series.series_uid, Instance.number.nulls_last(), Instance.sop_uid)
    return (await session.execute(_instances().where(*where).order_by(*order))).all()
