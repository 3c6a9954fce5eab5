"""A claim on one examination: taken, renewed, given back, or lapsed; by its id, or the next that nobody has.

In the worklist a claim gives the pen to one radiologist; on a preliminary report it holds the review for one other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NoReturn
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.clock import SHANGHAI
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import steps
from server.imaging.orders import store as orders
from server.imaging.orders.access import RADIOLOGIST
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder
from server.settings import ExamSettings

from . import store
from .errors import ExamClaimedByAnother, ExamClaimOver, NothingToRead, OwnPreliminary

_AT_ONCE: Final = 500
NOBODYS: Final[dict[str, Any]] = {"claimed_by": None, "claimed_until": None}


async def claim(work: Work, order_id: UUID) -> ImagingOrder:
    """Lock an examination for the acting radiologist; the own claim is renewed, one that is over is taken over.

    Raises: Unknown, ImagingOrderCancelled, ExamClaimedByAnother, OwnPreliminary, NotInThisState. Rule: imaging-27
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    steps.require_live(order)
    if is_mine(work, order):
        return await renew(work, order_id)
    order = await lapse(work, order) or order
    taken = await _take(work, order)
    if taken is None:
        raise await _who_has_it(work, order_id)
    return taken


async def claim_next(work: Work, wanted: store.Wanted) -> ImagingOrder:
    """The next that waits in the acting radiologist's departments, locked; rows that others hold are stepped over.

    Raises: NothingToRead. Rule: imaging-27
    """
    found = await store.next_waiting(work.session, wanted, await identity.own_departments(work), work.actor.person)
    taken = await _take(work, found) if found is not None else None
    if taken is None:
        raise NothingToRead
    return taken


async def renew(work: Work, order_id: UUID) -> ImagingOrder:
    """Lock it for as long again. Raises: Unknown, ImagingOrderCancelled, ExamClaimOver."""
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    steps.require_live(order)
    renewed = await steps.attempt(work, order, "renew_claim", *mine(work), claimed_until=until(work))
    return renewed or over(work)


async def release(work: Work, order_id: UUID) -> ImagingOrder:
    """Give it back to the worklist, to the place it had; the draft stays for whoever goes on. Raises: Unknown, ExamClaimOver."""
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    released = await steps.attempt(work, order, "release", ImagingOrder.claimed_by == work.actor.person, **NOBODYS)
    return released or over(work)


async def lapse(work: Work, order: ImagingOrder) -> ImagingOrder | None:
    """Back to the worklist, when the claim's time is over; None when it is not, or is no claim. Rule: imaging-27"""
    if order.claimed_until is None:
        return None
    return await steps.attempt(work, order, "lapse", ImagingOrder.claimed_until <= work.now, **NOBODYS)


async def lapse_all(work: Work) -> None:
    """What the scan does."""
    for order in await store.lapsed(work.session, work.now, _AT_ONCE):
        await lapse(work, order)


def mine(work: Work) -> tuple[Any, ...]:
    """The conditions under which the acting radiologist's claim stands, for a compare-and-set."""
    return (ImagingOrder.claimed_by == work.actor.person, ImagingOrder.claimed_until > work.now)


def is_mine(work: Work, order: ImagingOrder) -> bool:
    """Whether the acting radiologist's claim stands."""
    return order.claimed_by is not None and order.claimed_by == work.actor.person_id and _stands(work, order)


async def require_mine(work: Work, order: ImagingOrder) -> None:
    """Nothing, when the acting radiologist's claim stands. Raises: ExamClaimOver, ExamClaimedByAnother. Rule: imaging-27"""
    if is_mine(work, order):
        return
    await require_not_anothers(work, order)
    over(work)


async def require_not_anothers(work: Work, order: ImagingOrder) -> None:
    """Nothing, unless a colleague's claim stands. Raises: ExamClaimedByAnother."""
    if order.claimed_by is not None and order.claimed_by != work.actor.person_id and _stands(work, order):
        raise await _anothers(work, order)


def until(work: Work) -> datetime:
    """Until when a claim that is taken now lasts."""
    return work.now + timedelta(seconds=work.part(ExamSettings).claim_s)


def over(work: Work) -> NoReturn:
    """Raises: ExamClaimOver."""
    raise ExamClaimOver(minutes=work.part(ExamSettings).claim_s // 60)


async def _take(work: Work, order: ImagingOrder) -> ImagingOrder | None:
    verb = "claim_review" if order.status == Status.PRELIMINARY else "claim"
    if verb == "claim_review" and order.preliminary_by == work.actor.person_id:
        raise OwnPreliminary
    return await steps.attempt(
        work,
        order,
        verb,
        ImagingOrder.claimed_by.is_(None),
        claimed_by=work.actor.person,
        claimed_until=until(work),
    )


def _stands(work: Work, order: ImagingOrder) -> bool:
    return order.claimed_until is not None and order.claimed_until > work.now


async def _who_has_it(work: Work, order_id: UUID) -> ExamClaimedByAnother | NotInThisState:
    stands = await orders.by_id(work.session, order_id)
    if stands is None or stands.claimed_by is None:
        return NotInThisState(status=stands.status if stands else None)
    return await _anothers(work, stands)


async def _anothers(work: Work, order: ImagingOrder) -> ExamClaimedByAnother:
    assert order.claimed_by is not None, "somebody has it"
    assert order.claimed_until is not None, "a claim has an end"
    holder = PersonId(order.claimed_by)
    name = (await identity.people(work, [holder]))[holder].name
    return ExamClaimedByAnother(until=f"{order.claimed_until.astimezone(SHANGHAI):%H:%M}", by=name)
