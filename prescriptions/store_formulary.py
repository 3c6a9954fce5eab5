"""Every statement about institutions' lists of drugs and about loaded code tables. One institution's list at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model_formulary import CodeEntry, CodeTable, InstitutionDrug, InstitutionImport

_AT_ONCE = 2000  # rows of one statement


async def lock_list(session: AsyncSession, organisation_id: UUID) -> None:
    """Let one import of an institution's list happen after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"drug-list:{organisation_id}", 0))))


async def whole_list(session: AsyncSession, organisation_id: UUID) -> Sequence[InstitutionDrug]:
    """All products of an institution."""
    return (
        await session.scalars(select(InstitutionDrug).where(InstitutionDrug.organisation_id == organisation_id))
    ).all()


async def page(
    session: AsyncSession, organisation_id: UUID, wanted: str, only_not_covered: bool, after: str, limit: int
) -> Sequence[InstitutionDrug]:
    """Products by local code, those after one; `wanted` is part of a name as it is compared."""
    rows = select(InstitutionDrug).where(InstitutionDrug.organisation_id == organisation_id)
    if wanted:
        rows = rows.where(func.strpos(InstitutionDrug.spelled, wanted) > 0)
    if only_not_covered:
        rows = rows.where(InstitutionDrug.drug_id.is_(None))
    rows = rows.where(InstitutionDrug.local_code > after).order_by(InstitutionDrug.local_code).limit(limit)
    return (await session.scalars(rows)).all()


async def counts(session: AsyncSession, organisation_id: UUID) -> tuple[int, int]:
    """How many products an institution lists, and how many of them the checks cover."""
    row = (
        await session.execute(
            select(func.count(), func.count(InstitutionDrug.drug_id)).where(
                InstitutionDrug.organisation_id == organisation_id
            )
        )
    ).one()
    return int(row[0]), int(row[1])


async def matching(session: AsyncSession, organisation_id: UUID, wanted: str, limit: int) -> Sequence[InstitutionDrug]:
    """Products whose names fit what somebody types, best first: the whole name, a beginning, a part."""
    spelled = InstitutionDrug.spelled
    return (
        await session.scalars(
            select(InstitutionDrug)
            .where(InstitutionDrug.organisation_id == organisation_id, func.strpos(spelled, wanted) > 0)
            .order_by(func.strpos(spelled, f"\n{wanted}") == 0, InstitutionDrug.name, InstitutionDrug.local_code)
            .limit(limit)
        )
    ).all()


async def of_drugs(
    session: AsyncSession, organisation_id: UUID, drug_ids: Collection[str]
) -> Sequence[InstitutionDrug]:
    """The products of these drugs, those in stock first."""
    if not drug_ids:
        return ()
    return (
        await session.scalars(
            select(InstitutionDrug)
            .where(InstitutionDrug.organisation_id == organisation_id, InstitutionDrug.drug_id.in_(drug_ids))
            .order_by(InstitutionDrug.stock.desc().nulls_last(), InstitutionDrug.local_code)
        )
    ).all()


async def put(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add products, or change those with the same code in the same list."""
    for start in range(0, len(rows), _AT_ONCE):
        adding = insert(InstitutionDrug).values(list(rows[start : start + _AT_ONCE]))
        changed = {
            name: adding.excluded[name] for name in rows[0] if name not in ("id", "organisation_id", "local_code")
        }
        await session.execute(
            adding.on_conflict_do_update(
                index_elements=[InstitutionDrug.organisation_id, InstitutionDrug.local_code], set_=changed
            )
        )


async def remove(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Take products off a list."""
    if ids:
        await session.execute(delete(InstitutionDrug).where(InstitutionDrug.id.in_(ids)))


def keep_import(session: AsyncSession, row: InstitutionImport) -> None:
    """Note an import."""
    session.add(row)


async def last_import(session: AsyncSession, organisation_id: UUID) -> InstitutionImport | None:
    """The newest import of an institution."""
    return (
        await session.scalars(
            select(InstitutionImport)
            .where(InstitutionImport.organisation_id == organisation_id)
            .order_by(InstitutionImport.at.desc())
            .limit(1)
        )
    ).one_or_none()


async def code_table(session: AsyncSession, system: str) -> CodeTable | None:
    """A loaded table."""
    return await session.get(CodeTable, system)


async def code_tables(session: AsyncSession) -> Sequence[CodeTable]:
    """Every loaded table."""
    return (await session.scalars(select(CodeTable).order_by(CodeTable.system))).all()


async def replace_codes(session: AsyncSession, table: CodeTable, entries: Sequence[dict[str, str]]) -> None:
    """Put a table in the place of the one loaded before."""
    await session.execute(delete(CodeEntry).where(CodeEntry.system == table.system))
    await session.merge(table)
    await session.flush()
    for start in range(0, len(entries), _AT_ONCE):
        await session.execute(insert(CodeEntry).values(list(entries[start : start + _AT_ONCE])))


async def codes_among(session: AsyncSession, system: str, codes: Collection[str]) -> set[str]:
    """Which of these codes the table holds."""
    found = await session.scalars(select(CodeEntry.code).where(CodeEntry.system == system, CodeEntry.code.in_(codes)))
    return set(found)


async def codes_like(session: AsyncSession, system: str, wanted: str, limit: int) -> Sequence[CodeEntry]:
    """Codes that fit what somebody types: the code's beginning, or part of a name."""
    return (
        await session.scalars(
            select(CodeEntry)
            .where(CodeEntry.system == system, func.strpos(CodeEntry.spelled, wanted) > 0)
            .order_by(func.strpos(CodeEntry.spelled, f"\n{wanted}") == 0, CodeEntry.code)
            .limit(limit)
        )
    ).all()
