"""Every statement about imaging orders, their history and studies. Only `move` changes a status."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import Role

from .lifecycle import LIFE, Status
from .model import ImagingAccessionCount, ImagingOrder, ImagingOrderStep, ImagingOrderStudy


async def by_id(session: AsyncSession, order_id: UUID, *, lock: bool = False) -> ImagingOrder | None:
    """An order as it stands now."""
    return await session.get(ImagingOrder, order_id, populate_existing=True, with_for_update=lock or None)


async def by_ids(session: AsyncSession, order_ids: Collection[UUID]) -> dict[UUID, ImagingOrder]:
    """Some orders, by id."""
    found = await session.scalars(select(ImagingOrder).where(ImagingOrder.id.in_(order_ids)))
    return {each.id: each for each in found}


async def by_accession(session: AsyncSession, performing_organisation_id: UUID, number: str) -> ImagingOrder | None:
    """The order with that accession number at the institution that takes the pictures."""
    wanted = select(ImagingOrder).where(
        ImagingOrder.performing_organisation_id == performing_organisation_id, ImagingOrder.accession_number == number
    )
    return (await session.scalars(wanted)).one_or_none()


async def next_count(session: AsyncSession) -> int:
    """The count in a new order's number."""
    return int((await session.execute(text("SELECT nextval('imaging_order_numbers')"))).scalar_one())


async def next_accession(session: AsyncSession, organisation_id: UUID, day: date) -> int:
    """The count in an institution's next accession number of a day; twins wait for each other."""
    statement = insert(ImagingAccessionCount).values(organisation_id=organisation_id, day=day, last=1)
    counted = statement.on_conflict_do_update(
        index_elements=["organisation_id", "day"], set_={"last": ImagingAccessionCount.last + 1}
    ).returning(ImagingAccessionCount.last)
    return int((await session.execute(counted)).scalar_one())


async def move(
    session: AsyncSession, order: ImagingOrder, verb: str, role: Role | None, *only_if: Any, **values: Any
) -> ImagingOrder | None:
    """Take a step of the life in one statement; None when the row is not where the step begins, or has moved since seen.

    `only_if` are further conditions on the row (whose claim it is, say), decided by the same statement. First come wins.
    """
    rows = [row for row in LIFE.steps if row.verb == verb and (not row.by or role in row.by)]
    if not rows:
        return None
    begins = set().union(*(row.before for row in rows))
    after = case(
        *((ImagingOrder.status.in_(_words(row.before)), str(row.after)) for row in rows), else_=ImagingOrder.status
    )
    return await change(
        session,
        order.id,
        ImagingOrder.status.in_(_words(begins)),
        ImagingOrder.version == order.version,
        *only_if,
        status=after,
        version=ImagingOrder.version + 1,
        **values,
    )


async def change(session: AsyncSession, order_id: UUID, *only_if: Any, **values: Any) -> ImagingOrder | None:
    """Set columns where the conditions hold."""
    statement = (
        update(ImagingOrder)
        .where(ImagingOrder.id == order_id, *only_if)
        .values(**values)
        .returning(ImagingOrder)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


# --- history


async def steps_of(session: AsyncSession, order_id: UUID) -> Sequence[ImagingOrderStep]:
    """The history of an order, the first step first."""
    wanted = select(ImagingOrderStep).where(ImagingOrderStep.order_id == order_id)
    return (await session.scalars(wanted.order_by(ImagingOrderStep.at, ImagingOrderStep.place))).all()


async def last_steps(session: AsyncSession, order_ids: Collection[UUID], verb: str) -> dict[UUID, ImagingOrderStep]:
    """The last step of that verb of each of these orders."""
    wanted = (
        select(ImagingOrderStep)
        .where(ImagingOrderStep.order_id.in_(order_ids), ImagingOrderStep.verb == verb)
        .order_by(ImagingOrderStep.at, ImagingOrderStep.place)
    )
    return {each.order_id: each for each in await session.scalars(wanted)}


# --- studies


async def link_study(session: AsyncSession, study_id: UUID, order_id: UUID, now: datetime) -> None:
    """The study belongs to this order, and to no other any more."""
    statement = insert(ImagingOrderStudy).values(study_id=study_id, order_id=order_id, linked_at=now)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["study_id"], set_={"order_id": order_id, "linked_at": now})
    )


async def unlink_study(session: AsyncSession, study_id: UUID) -> None:
    """The study belongs to no order."""
    await session.execute(delete(ImagingOrderStudy).where(ImagingOrderStudy.study_id == study_id))


async def complete_study(session: AsyncSession, study_id: UUID, now: datetime) -> UUID | None:
    """No more instances are expected of a study; the order that it belongs to, if any."""
    statement = (
        update(ImagingOrderStudy)
        .where(ImagingOrderStudy.study_id == study_id)
        .values(complete_at=now)
        .returning(ImagingOrderStudy.order_id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def studies_of(session: AsyncSession, order_ids: Iterable[UUID]) -> dict[UUID, list[ImagingOrderStudy]]:
    """The studies of orders, the first to come first."""
    ids = list(order_ids)
    found: dict[UUID, list[ImagingOrderStudy]] = {each: [] for each in ids}
    wanted = select(ImagingOrderStudy).where(ImagingOrderStudy.order_id.in_(ids))
    ordered = wanted.order_by(ImagingOrderStudy.linked_at, ImagingOrderStudy.study_id)
    for row in await session.scalars(ordered.execution_options(populate_existing=True)):
        found[row.order_id].append(row)
    return found


async def order_of_study(session: AsyncSession, study_id: UUID) -> ImagingOrder | None:
    """The order that a study belongs to."""
    wanted = (
        select(ImagingOrder)
        .join(ImagingOrderStudy, ImagingOrderStudy.order_id == ImagingOrder.id)
        .where(ImagingOrderStudy.study_id == study_id)
    )
    return (await session.scalars(wanted)).one_or_none()


# --- lists


def latest() -> Select[ImagingOrder]:
    """Orders, the newest first."""
    return select(ImagingOrder).order_by(ImagingOrder.ordered_at.desc(), ImagingOrder.id.desc())


async def some(session: AsyncSession, limit: int, *conditions: Any) -> Sequence[ImagingOrder]:
    """The newest orders that fulfil these conditions."""
    return (await session.scalars(latest().where(*conditions).limit(limit))).all()


def _words(statuses: Collection[Status]) -> list[str]:
    return sorted(str(status) for status in statuses)
