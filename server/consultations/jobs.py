"""Periodic scans: calls that rang out, places not kept, calls that fell apart, no-shows. Each ends what time has ended.

Every scan may run twice or late: each visit is moved by its own compare-and-set.
"""

from __future__ import annotations

from datetime import timedelta

from server.foundation.jobs import every
from server.foundation.work import Work
from server.settings import VisitSettings

from . import ending, presence, reception, steps, store, telling
from .lifecycle import Status
from .model import Visit


@every("* * * * * */15", "consultations.scan_calls")
async def scan_calls(work: Work) -> None:
    """Who did not answer the last call goes to the end once, and then counts as a no-show. Rule: visits-5"""
    settings = work.part(VisitSettings)
    rung_out = work.now - timedelta(seconds=settings.call_interval_s)
    unanswered = await store.in_status(
        work.session, Status.CALLED, Visit.calls >= settings.calls, Visit.last_called_at <= rung_out
    )
    for visit in unanswered:
        if visit.last_seen_at is None or visit.last_seen_at < (visit.last_called_at or visit.last_seen_at):
            await reception.write_off(work, visit, "miss", "miss_again")


@every("* * * * * */30", "consultations.scan_places")
async def scan_places(work: Work) -> None:
    """A page away for longer than its place is kept has to check in again. Rule: visits-4"""
    kept_since = work.now - timedelta(seconds=work.part(VisitSettings).keep_place_s)
    gone = Visit.last_seen_at < kept_since
    for visit in await store.in_status(work.session, Status.QUEUED, gone):
        await steps.attempt(work, visit, "lose_place", gone, checked_in_at=None, checked_in_by=None)


@every("* * * * * */15", "consultations.scan_rooms")
async def scan_rooms(work: Work) -> None:
    """A call that nobody came back to within its grace ends. Rule: visits-11"""
    for visit in await store.in_status(work.session, Status.IN_VIDEO):
        await presence.settle(work, visit)


@every("*/5 * * * *", "consultations.scan_ends")
async def scan_ends(work: Work) -> None:
    """Some time after the session: who never came is a no-show; who waited and was not seen is told so. Rule: visits-9"""
    settings = work.part(VisitSettings)
    over = Visit.session_ends_at < work.now - timedelta(seconds=settings.no_show_after_s)
    for status in (Status.BOOKED, Status.PRE_CHECK, Status.NOT_PRESENT):
        for visit in await store.in_status(work.session, status, over):
            await ending.no_show(work, visit, "no_show")
    long_over = Visit.session_ends_at < work.now - timedelta(seconds=settings.not_reached_after_s)
    for visit in await store.in_status(work.session, Status.QUEUED, long_over):
        await ending.not_reached(work, visit)


@every("* * * * *", "consultations.scan_messages")
async def scan_messages(work: Work) -> None:
    """Tell of new bookings and of visits that begin soon: a scan, so that booking itself queues nothing."""
    alive = Visit.status.in_([str(Status.BOOKED), str(Status.PRE_CHECK)])
    for visit in await store.to_tell(work.session, alive, Visit.booking_told_at.is_(None)):
        if await store.change(work.session, visit.id, Visit.booking_told_at.is_(None), booking_told_at=work.now):
            await telling.booked(work, visit)
    soon = work.now + timedelta(seconds=work.part(VisitSettings).remind_before_s)
    due = (alive, Visit.reminded_at.is_(None), Visit.slot_starts_at <= soon, Visit.slot_starts_at > work.now)
    for visit in await store.to_tell(work.session, *due):
        if await store.change(work.session, visit.id, Visit.reminded_at.is_(None), reminded_at=work.now):
            await telling.reminded(work, visit)


JOBS = (scan_calls, scan_places, scan_rooms, scan_ends, scan_messages)
