"""Writing: the draft of an examination, saved while it is typed, by whoever holds the claim and by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.imaging.orders import steps
from server.imaging.orders.access import RADIOLOGIST
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.worklist import claiming
from server.imaging.worklist.errors import OwnPreliminary

from . import store
from .content import ReportContent
from .errors import ReportChangedElsewhere
from .model import ImagingDraft

TABLE: Final = "imaging_drafts"
EMPTY: Final = ReportContent()


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the reading room; version 0 before the first save."""

    order_id: UUID
    version: int
    content: ReportContent
    author_id: UUID | None = None
    saved_at: datetime | None = None


async def draft(work: Work, order: ImagingOrder) -> Draft:
    """The draft of an order, without asking who asks."""
    row = await store.draft(work.session, order.id)
    return await _opened(work, order, row) if row is not None else Draft(order.id, 0, EMPTY)


async def save(work: Work, order_id: UUID, seen: int, content: ReportContent) -> Draft:
    """Save what is typed. In a preliminary report's review the reviewer writes on; what was signed stays as it was.

    Raises: Unknown, ExamClaimOver, ExamClaimedByAnother, OwnPreliminary, ReportChangedElsewhere, NotInThisState.
    Rule: imaging-27, imaging-29
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    await require_pen(work, order)
    sealed = await steps.seal(work, order, TABLE, "content", order.id, content.model_dump_json())
    version = await store.save_draft(
        work.session, order.id, seen, author_id=work.actor.person, content=sealed, saved_at=work.now
    )
    if version is None:
        stands = await store.draft(work.session, order.id)
        raise ReportChangedElsewhere(version=stands.version if stands else 0)
    return Draft(order.id, version, content, work.actor.person, work.now)


async def require_pen(work: Work, order: ImagingOrder) -> None:
    """Nothing, when the acting radiologist may write now: the claim's holder, or who reviews another's preliminary report.

    Raises: ImagingOrderCancelled, ExamClaimOver, ExamClaimedByAnother, OwnPreliminary, NotInThisState. Rule: imaging-27
    """
    steps.require_live(order)
    if order.status == Status.PRELIMINARY:
        if order.preliminary_by == work.actor.person:
            raise OwnPreliminary
        await claiming.require_not_anothers(work, order)
    elif order.status in (Status.CLAIMED, Status.QUEUED):
        await claiming.require_mine(work, order)
    else:
        raise NotInThisState(status=order.status)


async def require_seen(work: Work, order: ImagingOrder, seen: int) -> Draft:
    """The draft, when it is the one that the page shows. Raises: ReportChangedElsewhere."""
    stands = await draft(work, order)
    if stands.version != seen:
        raise ReportChangedElsewhere(version=stands.version)
    return stands


async def _opened(work: Work, order: ImagingOrder, row: ImagingDraft) -> Draft:
    text = await steps.unseal(work, order, TABLE, "content", order.id, row.content)
    return Draft(order.id, row.version, ReportContent.model_validate_json(text), row.author_id, row.saved_at)
