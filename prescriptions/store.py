"""Every statement about prescriptions, their versions, lines, checks and history. Only `move` changes a status."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import Role

from .lifecycle import LIFE, UNSIGNED, Status
from .model import CheckRun, ItemRow, Prescription, RuleCount, StepRow, Version


async def by_id(session: AsyncSession, prescription_id: UUID, *, lock: bool = False) -> Prescription | None:
    """A prescription as it stands now."""
    return await session.get(Prescription, prescription_id, populate_existing=True, with_for_update=lock or None)


async def by_number(session: AsyncSession, number: str) -> Prescription | None:
    """The prescription with the number that people read aloud."""
    return (await session.scalars(select(Prescription).where(Prescription.number == number))).one_or_none()


async def next_count(session: AsyncSession) -> int:
    """The count in a new prescription's number."""
    return int((await session.execute(text("SELECT nextval('prescription_numbers')"))).scalar_one())


async def move(
    session: AsyncSession,
    prescription_id: UUID,
    verb: str,
    role: Role | None,
    seen: int,
    *only_if: Any,
    **values: Any,
) -> Prescription | None:
    """Take a step of the life in one statement; None when the row is not where the step begins, or not the version seen.

    `only_if` are further conditions on the row (whose claim it is, say), decided by the same statement. First come wins.
    """
    rows = [row for row in LIFE.steps if row.verb == verb and (not row.by or role in row.by)]
    begins = set().union(*(row.before for row in rows)) if rows else set()
    after = case(
        *((Prescription.status.in_(_words(row.before)), str(row.after)) for row in rows), else_=Prescription.status
    )
    statement = (
        update(Prescription)
        .where(
            Prescription.id == prescription_id,
            Prescription.status.in_(_words(begins)),
            Prescription.version == seen,
            *only_if,
        )
        .values(status=after, **values)
        .returning(Prescription)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def change(session: AsyncSession, prescription_id: UUID, *only_if: Any, **values: Any) -> Prescription | None:
    """Set columns other than the status, where the conditions hold."""
    statement = (
        update(Prescription)
        .where(Prescription.id == prescription_id, *only_if)
        .values(**values)
        .returning(Prescription)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


# --- versions and their lines


async def version(session: AsyncSession, prescription_id: UUID, number: int) -> Version | None:
    """What one version says."""
    return await session.get(Version, (prescription_id, number), populate_existing=True)


async def signed_versions(session: AsyncSession, prescription_id: UUID) -> Sequence[Version]:
    """Every version that was signed, the first first."""
    wanted = select(Version).where(Version.prescription_id == prescription_id, Version.signature_id.is_not(None))
    return (await session.scalars(wanted.order_by(Version.version))).all()


async def versions_of(session: AsyncSession, pairs: Collection[tuple[UUID, int]]) -> dict[UUID, Version]:
    """The given version of many prescriptions, by prescription."""
    ids = {prescription_id for prescription_id, _ in pairs}
    found = (await session.scalars(select(Version).where(Version.prescription_id.in_(ids)))).all()
    wanted = dict(pairs)
    return {each.prescription_id: each for each in found if wanted[each.prescription_id] == each.version}


async def drop_unsigned(session: AsyncSession, prescription_id: UUID, before: int) -> None:
    """Forget what was written over and never signed, with its lines and checks."""
    signed = select(Version.version).where(
        Version.prescription_id == prescription_id, Version.signature_id.is_not(None)
    )
    for table in (ItemRow, CheckRun):
        old = (table.prescription_id == prescription_id, table.version < before, table.version.not_in(signed))
        await session.execute(delete(table).where(*old).execution_options(synchronize_session=False))
    unsigned = (Version.prescription_id == prescription_id, Version.version < before, Version.signature_id.is_(None))
    await session.execute(delete(Version).where(*unsigned).execution_options(synchronize_session=False))


async def items_of(session: AsyncSession, prescription_id: UUID, number: int) -> Sequence[ItemRow]:
    """The counted lines of one version, in order."""
    wanted = select(ItemRow).where(ItemRow.prescription_id == prescription_id, ItemRow.version == number)
    return (await session.scalars(wanted.order_by(ItemRow.line).execution_options(populate_existing=True))).all()


async def items_of_many(session: AsyncSession, prescriptions: Iterable[Prescription]) -> dict[UUID, list[ItemRow]]:
    """The counted lines of the present version of many prescriptions."""
    wanted = {each.id: each.version for each in prescriptions}
    found = await session.scalars(
        select(ItemRow).where(ItemRow.prescription_id.in_(wanted)).order_by(ItemRow.prescription_id, ItemRow.line)
    )
    lines: dict[UUID, list[ItemRow]] = {each: [] for each in wanted}
    for row in found:
        if row.version == wanted[row.prescription_id]:
            lines[row.prescription_id].append(row)
    return lines


async def count_dispensed(session: AsyncSession, item_id: UUID, quantity: Any) -> bool:
    """Count what was dispensed of a line; False when it would be more than is left (B33)."""
    statement = (
        update(ItemRow)
        .where(ItemRow.id == item_id, ItemRow.dispensed + quantity <= ItemRow.quantity)
        .values(dispensed=ItemRow.dispensed + quantity)
        .returning(ItemRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


# --- checks and history


async def check_run(session: AsyncSession, run_id: UUID) -> CheckRun | None:
    """One run of the checks."""
    return await session.get(CheckRun, run_id)


async def steps_of(session: AsyncSession, prescription_id: UUID) -> Sequence[StepRow]:
    """The history of a prescription, the first step first."""
    wanted = select(StepRow).where(StepRow.prescription_id == prescription_id)
    return (await session.scalars(wanted.order_by(StepRow.at, StepRow.place))).all()


async def count_rule(session: AsyncSession, counts: Sequence[dict[str, Any]]) -> None:
    """Add to the counts of rules shown and overridden (rows of `prescription_rule_counts`, each rule once)."""
    if not counts:
        return
    statement = insert(RuleCount).values(sorted(counts, key=lambda row: str(row["rule"])))
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "day", "rule"],
            set_={
                "shown": RuleCount.shown + statement.excluded.shown,
                "overridden": RuleCount.overridden + statement.excluded.overridden,
            },
        )
    )


# --- lists


def latest() -> Select[Prescription]:
    """Prescriptions, the newest first."""
    return select(Prescription).order_by(Prescription.created_at.desc(), Prescription.id.desc())


async def of_visit(session: AsyncSession, visit_id: UUID) -> Sequence[Prescription]:
    """The prescriptions of a visit, the newest first."""
    return (await session.scalars(latest().where(Prescription.visit_id == visit_id))).all()


async def of_patients(session: AsyncSession, patient_ids: Collection[UUID], limit: int) -> Sequence[Prescription]:
    """The signed prescriptions of these patients, the newest first."""
    signed = Prescription.status.not_in(_words(UNSIGNED))
    return (await session.scalars(latest().where(Prescription.patient_id.in_(patient_ids), signed).limit(limit))).all()


async def of_prescriber(
    session: AsyncSession, prescriber_id: UUID, organisation_id: UUID, limit: int, statuses: Collection[Status]
) -> Sequence[Prescription]:
    """A doctor's own prescriptions at one institution, the newest first."""
    own = (Prescription.prescriber_id == prescriber_id, Prescription.organisation_id == organisation_id)
    wanted = latest().where(*own, Prescription.status.in_(_words(statuses)))
    return (await session.scalars(wanted.limit(limit))).all()


async def signed_since(
    session: AsyncSession, patient_ids: Collection[UUID], since: datetime, statuses: Collection[Status]
) -> Sequence[Prescription]:
    """The prescriptions of these patients signed since then that are in one of the statuses."""
    wanted = latest().where(
        Prescription.patient_id.in_(patient_ids),
        Prescription.signed_at >= since,
        Prescription.status.in_(_words(statuses)),
    )
    return (await session.scalars(wanted)).all()


async def due(session: AsyncSession, limit: int, *conditions: Any) -> Sequence[UUID]:
    """The prescriptions on which a scan has something to do."""
    return (
        await session.scalars(select(Prescription.id).where(*conditions).order_by(Prescription.id).limit(limit))
    ).all()


async def how_many(session: AsyncSession, *conditions: Any) -> int:
    """How many prescriptions fulfil these conditions."""
    return int((await session.execute(select(func.count(Prescription.id)).where(*conditions))).scalar_one())


def _words(statuses: Collection[Status]) -> list[str]:
    return sorted(str(status) for status in statuses)


# --- what a view needs of many at once


async def check_runs(session: AsyncSession, run_ids: Collection[UUID]) -> dict[UUID, CheckRun]:
    """Some runs of the checks, by id."""
    found = await session.scalars(select(CheckRun).where(CheckRun.id.in_(run_ids)))
    return {each.id: each for each in found}


async def last_answers(session: AsyncSession, prescription_ids: Collection[UUID]) -> dict[UUID, StepRow]:
    """The last return or rejection of each of these prescriptions."""
    wanted = (
        select(StepRow)
        .where(StepRow.prescription_id.in_(prescription_ids), StepRow.verb.in_(["return", "reject"]))
        .order_by(StepRow.at, StepRow.place)
    )
    return {each.prescription_id: each for each in await session.scalars(wanted)}


async def put_version(session: AsyncSession, prescription_id: UUID, number: int, **values: Any) -> None:
    """Write what a version says, over itself while it is unsigned."""
    statement = insert(Version).values(prescription_id=prescription_id, version=number, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["prescription_id", "version"], set_=values, where=Version.signature_id.is_(None)
        ),
        execution_options={"synchronize_session": False},
    )


async def sign_version(session: AsyncSession, prescription_id: UUID, number: int, **values: Any) -> bool:
    """Put the signature to a version, once; False when it is signed."""
    statement = (
        update(Version)
        .where(Version.prescription_id == prescription_id, Version.version == number, Version.signature_id.is_(None))
        .values(**values)
        .returning(Version.version)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None
