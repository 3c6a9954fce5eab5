"""Pictures come in: a study is an order's, is complete, and the order joins the worklist with its clock running."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from server.foundation.clock import SHANGHAI
from server.foundation.work import Work
from server.imaging.events import StudyArrived, StudyMatched, StudyQuiet
from server.imaging.orders import rules, steps, store, telling
from server.imaging.orders.access import TECHNICIAN
from server.imaging.orders.errors import NoPicturesYet
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder, ImagingOrderStudy
from server.imaging.orders.rules import Urgency
from server.imaging.studies import service as studies

_AWAITS_PICTURES = frozenset({Status.ORDERED, Status.ACQUIRED, Status.QUALITY_REJECTED})


async def on_arrived(work: Work, event: StudyArrived) -> None:
    """The first pictures of a study that was taken in for an order, by the technician's own page. Rule: imaging-24"""
    order_id = (await studies.study_facts(work, event.study_id)).order_id
    if order_id is not None:
        await store.link_study(work.session, event.study_id, order_id, work.now)
        await _advance(work, order_id)


async def on_matched(work: Work, event: StudyMatched) -> None:
    """A study became an order's, or another's than before. Rule: imaging-24"""
    before = await store.order_of_study(work.session, event.study_id)
    if event.order_id is None:
        await store.unlink_study(work.session, event.study_id)
    else:
        await store.link_study(work.session, event.study_id, event.order_id, work.now)
        if event.complete:
            await store.complete_study(work.session, event.study_id, work.now)
        await _advance(work, event.order_id)
    if before is not None and before.id != event.order_id:
        steps.tell_pages(work, before)


async def on_quiet(work: Work, event: StudyQuiet) -> None:
    """A study is whole. Rule: imaging-24"""
    order_id = await store.complete_study(work.session, event.study_id, work.now)
    if order_id is not None:
        await _advance(work, order_id)


async def acquired(work: Work, order_id: UUID) -> ImagingOrder:
    """The technician says that no more pictures will come, so that nobody waits for the minute without any.

    Raises: Unknown, NoPicturesYet, NotInThisState. Rule: imaging-24
    """
    order, _ = await steps.own(work, order_id, TECHNICIAN)
    fresh = _since_rejection(order, (await store.studies_of(work.session, [order.id]))[order.id])
    if not fresh:
        raise NoPicturesYet
    for each in fresh:
        if each.complete_at is None:
            await studies.complete(work, each.study_id)
            await store.complete_study(work.session, each.study_id, work.now)
    if order.status != Status.ACQUIRED:
        order = await steps.take(work, order, "acquire", acquired_at=work.now)
    return await _queue(work, order) or order


async def _advance(work: Work, order_id: UUID) -> None:
    """Take the order as far as its pictures allow; what is read already stays where it is."""
    order = await store.by_id(work.session, order_id)
    if order is None:
        return
    steps.tell_pages(work, order)
    if Status(order.status) not in _AWAITS_PICTURES:
        return
    fresh = _since_rejection(order, (await store.studies_of(work.session, [order.id]))[order.id])
    if fresh and order.status != Status.ACQUIRED:
        order = await steps.attempt(work, order, "acquire", acquired_at=work.now) or order
    if rules.is_whole([each.complete_at is not None for each in fresh]):
        await _queue(work, order)


async def _queue(work: Work, order: ImagingOrder) -> ImagingOrder | None:
    due_at = work.now + timedelta(seconds=order.turnaround_s)
    queued = await steps.attempt(
        work, order, "queue", queued_at=work.now, due_at=due_at, escalated=0, escalated_at=None
    )
    if queued is not None and queued.urgency == Urgency.EMERGENCY:
        until = f"{due_at.astimezone(SHANGHAI):%H:%M}"
        await telling.department(work, queued, "imaging-emergency", until=until)
    return queued


def _since_rejection(order: ImagingOrder, studies: list[ImagingOrderStudy]) -> list[ImagingOrderStudy]:
    """The studies that count: after a rejection, those that came or grew since. Rule: imaging-26"""
    since = order.rejected_at
    if since is None:
        return studies
    return [
        each
        for each in studies
        if each.linked_at > since or (each.complete_at is not None and each.complete_at > since)
    ]
