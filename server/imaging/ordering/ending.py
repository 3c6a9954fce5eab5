"""What stops an order on its way: the requester cancels, or the radiologist sends the pictures back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.foundation.work import Work
from server.imaging.orders import steps, telling
from server.imaging.orders.access import RADIOLOGIST, REQUESTER, UNSETTLED
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.errors import CriticalStillOpen, NoSuchImagingReason
from server.imaging.orders.model import ImagingOrder
from server.imaging.worklist import claiming
from server.records import service as records

_NOBODYS: Final = {"claimed_by": None, "claimed_until": None}


async def cancel(work: Work, order_id: UUID, code: str, text: str = "") -> ImagingOrder:
    """Cancel an order that nobody has signed a report of; the draft of whoever was reading stays, and they are told.

    Raises: Unknown, NoSuchImagingReason, CriticalStillOpen, NotInThisState. Rule: imaging-25, imaging-33
    """
    if code not in catalogue().cancel:
        raise NoSuchImagingReason
    order, _ = await steps.own(work, order_id, REQUESTER)
    if order.critical in UNSETTLED:
        raise CriticalStillOpen
    reading = order.claimed_by
    cancelled = await steps.take(
        work,
        order,
        "cancel",
        ImagingOrder.critical.not_in(sorted(UNSETTLED)),
        code=code,
        text=text or None,
        cancelled_at=work.now,
        **_NOBODYS,
    )
    await records.end_care(work, order.id)
    await telling.people(work, cancelled, "imaging-cancelled", [reading])
    return cancelled


async def reject_quality(work: Work, order_id: UUID, code: str, text: str = "") -> ImagingOrder:
    """Send the pictures back to be taken again; the order waits for them, and its clock begins anew then.

    Raises: Unknown, NoSuchImagingReason, ClaimedByAnother, NotInThisState. Rule: imaging-26
    """
    if code not in catalogue().quality:
        raise NoSuchImagingReason
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    await claiming.require_not_anothers(work, order)
    rejected = await steps.take(
        work,
        order,
        "reject_quality",
        code=code,
        text=text or None,
        rejected_at=work.now,
        rejected_code=code,
        rejections=order.rejections + 1,
        queued_at=None,
        due_at=None,
        **_NOBODYS,
    )
    await telling.requester(work, rejected, "imaging-quality-rejected")
    return rejected


async def acknowledge(work: Work, order_id: UUID) -> ImagingOrder:
    """The primary doctor has read the report. Raises: Unknown, CriticalStillOpen, NotInThisState. Rule: imaging-32"""
    order, _ = await steps.own(work, order_id, REQUESTER)
    if order.critical in UNSETTLED:
        raise CriticalStillOpen
    done = await steps.take(
        work,
        order,
        "acknowledge",
        ImagingOrder.critical.not_in(sorted(UNSETTLED)),
        ImagingOrder.returned_version == ImagingOrder.report_version,
        acknowledged_by=work.actor.person,
        acknowledged_at=work.now,
    )
    await records.end_care(work, order.id)
    return done
