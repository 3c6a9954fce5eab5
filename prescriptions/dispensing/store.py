"""Every statement of circulation. What two counters could race for is one statement or a unique index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from prescriptions.lifecycle import OVER, SUPPLIED, Status
from prescriptions.model import ItemRow, Prescription
from server.foundation.database import Row, violated

from .model import CodeTry, Consignment, DispensedItem, Dispensing, PickUpCode, Redemption, Shortage, Substitution

_DEAD_CODES = OVER | SUPPLIED | {Status.RETURN_REQUESTED}


async def added(session: AsyncSession, row: Row, unique: str) -> bool:
    """Write a row; False when the named unique index already has one like it. The rest of the transaction stands."""
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as error:
        if violated(error) == unique:
            return False
        raise
    return True


# --- codes


async def code_of(session: AsyncSession, prescription_id: UUID) -> PickUpCode | None:
    """The code of a prescription."""
    return await session.get(PickUpCode, prescription_id, populate_existing=True)


async def prescription_of_token(session: AsyncSession, digest: bytes) -> Prescription | None:
    """The prescription that a token opens, over or not."""
    found = select(Prescription).join(PickUpCode, PickUpCode.prescription_id == Prescription.id)
    return (await session.scalars(_fresh(found.where(PickUpCode.token_digest == digest)))).one_or_none()


async def prescription_of_digits(session: AsyncSession, digests: Collection[bytes]) -> Sequence[Prescription]:
    """The prescriptions that had these digits, the one that has them now first; over the years there may be several."""
    found = (
        select(Prescription)
        .join(PickUpCode, PickUpCode.prescription_id == Prescription.id)
        .where(PickUpCode.digits_digest.in_(digests))
        .order_by(PickUpCode.live.desc(), PickUpCode.made_at.desc())
        .limit(20)
    )
    return (await session.scalars(_fresh(found))).all()


async def retire_codes(session: AsyncSession, now: datetime) -> None:
    """Give back the digits of prescriptions that are over, and forget the tries of other days."""
    over = select(Prescription.id).where(Prescription.status.in_(sorted(map(str, _DEAD_CODES))))
    await session.execute(
        update(PickUpCode)
        .where(PickUpCode.live, PickUpCode.prescription_id.in_(over))
        .values(live=False)
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(CodeTry).where(CodeTry.hour < now.replace(minute=0, second=0, microsecond=0)))


async def count_try(session: AsyncSession, subject: bytes, now: datetime, by: int = 1) -> int:
    """Count a try of this hour; how many that makes. Tries of one subject come one after the other until the commit."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = (
        insert(CodeTry)
        .values(subject=subject, hour=hour, tries=by)
        .on_conflict_do_update(index_elements=[CodeTry.subject, CodeTry.hour], set_={"tries": CodeTry.tries + by})
        .returning(CodeTry.tries)
    )
    return (await session.execute(counted)).scalar_one()


async def uncount_try(session: AsyncSession, subject: bytes, now: datetime) -> None:
    """A try that was right does not count."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    await session.execute(
        update(CodeTry)
        .where(CodeTry.subject == subject, CodeTry.hour == hour, CodeTry.tries > 0)
        .values(tries=CodeTry.tries - 1)
        .execution_options(synchronize_session=False)
    )


# --- redemptions


async def redemption(session: AsyncSession, redemption_id: UUID) -> Redemption | None:
    """One pharmacy's holding of a prescription."""
    return await session.get(Redemption, redemption_id, populate_existing=True)


async def open_redemption(session: AsyncSession, prescription_id: UUID) -> Redemption | None:
    """Who holds a prescription now."""
    found = select(Redemption).where(Redemption.prescription_id == prescription_id, Redemption.ended_at.is_(None))
    return (await session.scalars(_fresh(found))).one_or_none()


async def redemptions_of(
    session: AsyncSession, organisation_id: UUID, *, ended: bool | None, limit: int
) -> Sequence[Redemption]:
    """What a pharmacy holds or held, the newest first."""
    found = select(Redemption).where(Redemption.organisation_id == organisation_id)
    if ended is not None:
        found = found.where(Redemption.ended_at.is_not(None) if ended else Redemption.ended_at.is_(None))
    found = found.order_by(Redemption.redeemed_at.desc(), Redemption.id.desc()).limit(limit)
    return (await session.scalars(found)).all()


async def end_redemption(session: AsyncSession, redemption_id: UUID, now: datetime, ended_for: str) -> None:
    """The pharmacy holds it no longer."""
    await session.execute(
        update(Redemption)
        .where(Redemption.id == redemption_id, Redemption.ended_at.is_(None))
        .values(ended_at=now, ended_for=ended_for)
        .execution_options(synchronize_session=False)
    )


async def holders_of(session: AsyncSession, redemption_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The pharmacy of each redemption."""
    found = await session.execute(
        select(Redemption.id, Redemption.organisation_id).where(Redemption.id.in_(redemption_ids))
    )
    return {row[0]: row[1] for row in found}


async def items(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ItemRow]:
    """Counted lines by id."""
    found = await session.scalars(select(ItemRow).where(ItemRow.id.in_(ids)))
    return {each.id: each for each in found}


async def prescriptions(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Prescription]:
    """Prescriptions by id."""
    found = await session.scalars(_fresh(select(Prescription).where(Prescription.id.in_(ids))))
    return {each.id: each for each in found}


# --- dispensings


async def dispensings_of(session: AsyncSession, *conditions: Any) -> Sequence[Dispensing]:
    """Dispensings that were not taken back, in their order."""
    found = select(Dispensing).where(Dispensing.withdrawn_at.is_(None), *conditions)
    return (await session.scalars(_fresh(found.order_by(Dispensing.dispensed_at, Dispensing.id)))).all()


async def dispensed_items(session: AsyncSession, dispensing_ids: Collection[UUID]) -> dict[UUID, list[DispensedItem]]:
    """What belongs to each dispensing."""
    found = await session.scalars(select(DispensedItem).where(DispensedItem.dispensing_id.in_(dispensing_ids)))
    by_id: dict[UUID, list[DispensedItem]] = {each: [] for each in dispensing_ids}
    for item in found:
        by_id[item.dispensing_id].append(item)
    return by_id


async def unchecked(session: AsyncSession, redemption_id: UUID) -> Dispensing | None:
    """What was counted out and waits for its check."""
    found = select(Dispensing).where(
        Dispensing.redemption_id == redemption_id, Dispensing.checked_at.is_(None), Dispensing.withdrawn_at.is_(None)
    )
    return (await session.scalars(_fresh(found))).one_or_none()


async def finish(session: AsyncSession, dispensing_id: UUID, **values: Any) -> bool:
    """Check a dispensing or take it back, if nobody did before."""
    statement = (
        update(Dispensing)
        .where(Dispensing.id == dispensing_id, Dispensing.checked_at.is_(None), Dispensing.withdrawn_at.is_(None))
        .values(**values)
        .returning(Dispensing.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


# --- parcels, questions, shortages


async def consignments(session: AsyncSession, redemption_ids: Collection[UUID]) -> dict[UUID, Consignment]:
    """The parcels of these redemptions."""
    found = await session.scalars(_fresh(select(Consignment).where(Consignment.redemption_id.in_(redemption_ids))))
    return {each.redemption_id: each for each in found}


async def consignment_of_prescription(session: AsyncSession, prescription_id: UUID) -> Consignment | None:
    """The parcel in which a prescription travels or travelled last."""
    found = (
        select(Consignment)
        .join(Redemption, Redemption.id == Consignment.redemption_id)
        .where(Redemption.prescription_id == prescription_id)
        .order_by(Consignment.consigned_at.desc())
        .limit(1)
    )
    return (await session.scalars(_fresh(found))).one_or_none()


async def substitution(session: AsyncSession, substitution_id: UUID) -> Substitution | None:
    """One question."""
    return await session.get(Substitution, substitution_id, populate_existing=True)


async def open_substitution(session: AsyncSession, redemption_id: UUID) -> Substitution | None:
    """The question that a pharmacy waits for."""
    found = select(Substitution).where(Substitution.redemption_id == redemption_id, Substitution.answered_at.is_(None))
    return (await session.scalars(_fresh(found))).one_or_none()


async def substitutions(
    session: AsyncSession, *, prescriber_id: UUID | None = None, redemption_ids: Collection[UUID] = (), limit: int = 200
) -> Sequence[Substitution]:
    """The questions to a doctor, or of some redemptions; open ones first, then the newest."""
    to_whom = Substitution.prescriber_id == prescriber_id if prescriber_id is not None else None
    of_which = Substitution.redemption_id.in_(redemption_ids) if redemption_ids else None
    found = select(Substitution).where(or_(*(each for each in (to_whom, of_which) if each is not None)))
    found = found.order_by(Substitution.answered_at.desc().nulls_first(), Substitution.asked_at.desc()).limit(limit)
    return (await session.scalars(_fresh(found))).all()


async def answer(session: AsyncSession, substitution_id: UUID, **values: Any) -> bool:
    """Answer a question, if nobody did before."""
    statement = (
        update(Substitution)
        .where(Substitution.id == substitution_id, Substitution.answered_at.is_(None))
        .values(**values)
        .returning(Substitution.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def shortage(session: AsyncSession, organisation_id: UUID, drug: str) -> Shortage | None:
    """The open report of a drug at a pharmacy."""
    found = select(Shortage).where(
        Shortage.organisation_id == organisation_id, Shortage.drug == drug, Shortage.ended_at.is_(None)
    )
    return (await session.scalars(_fresh(found))).one_or_none()


async def shortages(session: AsyncSession, limit: int) -> Sequence[Shortage]:
    """What is short now, everywhere, the newest first."""
    found = select(Shortage).where(Shortage.ended_at.is_(None))
    return (await session.scalars(_fresh(found.order_by(Shortage.reported_at.desc(), Shortage.id).limit(limit)))).all()


async def end_shortage(
    session: AsyncSession, shortage_id: UUID, organisation_id: UUID, now: datetime, by: UUID
) -> bool:
    """It is there again."""
    statement = (
        update(Shortage)
        .where(Shortage.id == shortage_id, Shortage.organisation_id == organisation_id, Shortage.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
        .returning(Shortage.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


def _fresh(statement: Any) -> Any:
    return statement.execution_options(populate_existing=True)
