"""What every use case of an order begins and ends with: whose it is, one step of its life, telling the open pages.

`take` is the only way in which an order's status changes: the lifecycle table, a compare-and-set on status and version,
one row of history, one audit row. Everybody who moves an order calls it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.history import write_step
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity

from . import access, rights, store
from .access import Party
from .errors import ImagingOrderCancelled
from .lifecycle import Status
from .model import ImagingOrder, ImagingOrderStep


async def own(work: Work, order_id: UUID, allowed: frozenset[Party]) -> tuple[ImagingOrder, Party]:
    """An order, and in what capacity the actor has to do with it.

    Raises: Unknown, when there is none or the actor has no part in it that may do this.
    """
    order = await store.by_id(work.session, order_id)
    if order is None:
        raise Unknown
    return order, access.require(await party_of(work, order), allowed)


def require_live(order: ImagingOrder) -> None:
    """Nothing, unless the requester took the order back. Raises: ImagingOrderCancelled. Rule: imaging-25"""
    if order.status == Status.CANCELLED:
        raise ImagingOrderCancelled


async def party_of(work: Work, order: ImagingOrder) -> Party | None:
    """The actor's part in an order, if any. Rule: imaging-23"""
    departments = await identity.own_departments(work)
    party = access.party_of(order, work.actor, None, departments)
    if party in (Party.RADIOLOGIST, Party.REQUESTER) or work.actor.person_id is None:
        return party
    return access.party_of(order, work.actor, await rights.right_of(work, PersonId(order.patient_id)), departments)


async def take(
    work: Work,
    order: ImagingOrder,
    verb: str,
    *only_if: Any,
    code: str | None = None,
    text: str | None = None,
    **values: Any,
) -> ImagingOrder:
    """Take a step of the order's life, write it down and tell the pages.

    `code` and `text` say why, in the history; `values` are columns to set with it.
    Raises: NotInThisState, when somebody else was first or the step is not possible now.
    """
    moved = await attempt(work, order, verb, *only_if, code=code, text=text, **values)
    if moved is None:
        now_there = await store.by_id(work.session, order.id)
        raise NotInThisState(status=now_there.status if now_there else order.status)
    return moved


async def attempt(
    work: Work,
    order: ImagingOrder,
    verb: str,
    *only_if: Any,
    code: str | None = None,
    text: str | None = None,
    **values: Any,
) -> ImagingOrder | None:
    """The same, with None instead of a refusal; for scans and for what may have happened already."""
    moved = await store.move(work.session, order, verb, work.actor.role, *only_if, changed_at=work.now, **values)
    if moved is not None:
        await write(work, moved, verb, code=code, text=text)
    return moved


async def write(
    work: Work, order: ImagingOrder, verb: str, *, code: str | None = None, text: str | None = None
) -> None:
    """One row of history and one of audit, and the pages fetch again; also for the beginning and for critical values."""
    await write_step(work, ImagingOrderStep, "imaging-order", order, verb, code=code, text=text)
    tell_pages(work, order)


def tell_pages(work: Work, order: ImagingOrder) -> None:
    """Have the open pages of the order and of the lists it is in fetch again, once this is committed."""
    work.after_commit(push(f"imaging-order:{order.id}", order.id))
    for organisation_id in {order.organisation_id, order.performing_organisation_id, order.reading_organisation_id}:
        work.after_commit(push(f"imaging-worklist:{organisation_id}", organisation_id))


async def seal(work: Work, order: ImagingOrder, table: str, column: str, row: UUID | str, plain: str) -> bytes:
    """A text about this order's patient for (table, column, row), sealed with the patient's key."""
    key = await data_keys.fetch(work.session, work.ground.fields, order.patient_id)
    return work.ground.fields.seal(plain, table, column, row, key)


async def unseal(work: Work, order: ImagingOrder, table: str, column: str, row: UUID | str, sealed: bytes) -> str:
    """The text of (table, column, row)."""
    key = await data_keys.fetch(work.session, work.ground.fields, order.patient_id)
    return work.ground.fields.open(sealed, table, column, row, key)
