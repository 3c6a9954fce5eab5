"""Periodic scans: calls that rang out, places not kept, calls that fell apart, no-shows, messages that are due.

A scan finds visits in one unit of work and acts on each in one of its own, so that one that fails keeps nobody else
waiting; it may run twice or late, because each visit is moved by its own compare-and-set.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement

from server.appointments import service as appointments
from server.appointments.service import Kind
from server.foundation.actor import SYSTEM, OrganisationId
from server.foundation.ground import Ground
from server.foundation.jobs import Task, every
from server.foundation.work import Work, unit_of_work
from server.settings import VisitSettings

from . import ending, presence, queue, reception, steps, store, telling
from .lifecycle import Status
from .model import Visit

log = structlog.get_logger(__name__)

Find = Callable[[Work], Awaitable[Sequence[Visit]]]
Act = Callable[[Work, Visit], Awaitable[object]]


def _scan(cron: str, name: str, *pairs: tuple[Find, Act]) -> Task:
    async def run(ground: Ground) -> None:
        for find, act in pairs:
            async with unit_of_work(ground, SYSTEM) as work:
                due = [visit.id for visit in await find(work)]
            for visit_id in due:
                await _one(ground, name, act, visit_id)

    return every(cron, f"consultations.{name}", own_transactions=True)(run)


async def _one(ground: Ground, name: str, act: Act, visit_id: UUID) -> None:
    try:
        async with unit_of_work(ground, SYSTEM) as work:
            visit = await store.by_id(work.session, visit_id)
            assert visit is not None, "visits are never deleted"
            await act(work, visit)
    except Exception as error:  # whatever is wrong with one visit, the others are not to wait for it
        log.error("scan failed", scan=name, visit_id=str(visit_id), error=type(error).__name__)


# --- who did not answer the last call goes to the end once, and then counts as a no-show (Rule: visits-5)


async def _unanswered(work: Work) -> Sequence[Visit]:
    settings = work.part(VisitSettings)
    rung_out = work.now - timedelta(seconds=settings.call_interval_s)
    silent = (Visit.last_seen_at.is_(None)) | (Visit.last_seen_at < Visit.last_called_at)
    enough = Visit.calls >= settings.calls
    return await store.in_status(work.session, Status.CALLED, enough, Visit.last_called_at <= rung_out, silent)


async def _write_off(work: Work, visit: Visit) -> object:
    return await reception.write_off(work, visit, "miss", "miss_again")


scan_calls = _scan("* * * * * */15", "scan_calls", (_unanswered, _write_off))


# --- a page away for longer than its place is kept has to check in again (Rule: visits-4)


def _long_gone(work: Work) -> ColumnElement[bool]:
    return Visit.last_seen_at < work.now - timedelta(seconds=work.part(VisitSettings).keep_place_s)


async def _gone(work: Work) -> Sequence[Visit]:
    return await store.in_status(work.session, Status.QUEUED, _long_gone(work))


async def _lose_place(work: Work, visit: Visit) -> object:
    return await steps.attempt(work, visit, "lose_place", _long_gone(work), checked_in_at=None, checked_in_by=None)


scan_places = _scan("* * * * * */30", "scan_places", (_gone, _lose_place))


# --- a call that nobody came back to within its grace ends (Rule: visits-11)


async def _in_video(work: Work) -> Sequence[Visit]:
    return await store.in_status(work.session, Status.IN_VIDEO)


scan_rooms = _scan("* * * * * */15", "scan_rooms", (_in_video, presence.settle))


# --- some time after the session: who never came is a no-show; who waited and was not seen is told so (Rule: visits-9)


async def _never_came(work: Work) -> Sequence[Visit]:
    over = Visit.session_ends_at <= work.now - appointments.LEAST_WAIT
    return [
        visit
        for status in (Status.BOOKED, Status.PRE_CHECK, Status.NOT_PRESENT)
        for visit in await store.in_status(work.session, status, over)
    ]


async def _no_show(work: Work, visit: Visit) -> None:
    """Once the institution has waited as long as it does for everybody booked. Rule: appointments-10"""
    if visit.session_ends_at + await appointments.wait_of(work, OrganisationId(visit.organisation_id)) <= work.now:
        await ending.no_show(work, visit, "no_show")


async def _waited_in_vain(work: Work) -> Sequence[Visit]:
    over = Visit.session_ends_at < work.now - timedelta(seconds=work.part(VisitSettings).not_reached_after_s)
    return await store.in_status(work.session, Status.QUEUED, over)


scan_ends = _scan("*/5 * * * *", "scan_ends", (_never_came, _no_show), (_waited_in_vain, ending.not_reached))


# --- new bookings are told of by a scan, so that booking itself queues nothing


async def _untold(work: Work) -> Sequence[Visit]:
    ahead = Visit.status.in_([str(Status.BOOKED), str(Status.PRE_CHECK)])
    return await store.to_tell(work.session, ahead, Visit.booking_told_at.is_(None))


async def _tell_booked(work: Work, visit: Visit) -> None:
    if await store.change(work.session, visit.id, Visit.booking_told_at.is_(None), booking_told_at=work.now):
        await telling.booked(work, visit)


scan_messages = _scan("* * * * *", "scan_messages", (_untold, _tell_booked))


# --- who waits is told once when few are still before them (Rule: appointments-14)


async def _tell_nearly(work: Work, visit: Visit) -> None:
    ahead = await queue.ahead_of(work, visit)
    if ahead and await appointments.remind_once(work, visit.booking_id, Kind.NEARLY_YOUR_TURN):
        await telling.nearly(work, visit, ahead)


scan_turns = _scan("* * * * * */15", "scan_turns", (queue.nearly, _tell_nearly))

JOBS = (scan_calls, scan_places, scan_rooms, scan_ends, scan_messages, scan_turns)
