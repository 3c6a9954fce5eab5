"""Periodic scans: prescriptions whose time is over, and a word to patients before it is. Claims lapse in `review`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import and_, or_

from server.foundation.actor import SYSTEM
from server.foundation.clock import day_of, start_of_day
from server.foundation.ground import Ground
from server.foundation.jobs import Task, every
from server.foundation.work import Work, unit_of_work

from . import ending, rules, store, telling
from .chronic import renewing
from .lifecycle import IN_REVIEW, Status
from .model import Prescription

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 500
_TOLD_BEFORE: Final = timedelta(hours=3)
_IN_HANDS: Final = sorted(str(status) for status in IN_REVIEW | {Status.RETURNED})

Find = Callable[[Work], Awaitable[Sequence[UUID]]]
Act = Callable[[Work, Prescription], Awaitable[object]]


def _scan(cron: str, name: str, find: Find, act: Act) -> Task:
    async def run(ground: Ground) -> None:
        async with unit_of_work(ground, SYSTEM) as work:
            due = await find(work)
        for prescription_id in due:
            await _one(ground, name, act, prescription_id)

    return every(cron, f"prescriptions.{name}", own_transactions=True)(run)


async def _one(ground: Ground, name: str, act: Act, prescription_id: UUID) -> None:
    try:
        async with unit_of_work(ground, SYSTEM) as work:
            prescription = await store.by_id(work.session, prescription_id)
            assert prescription is not None, "prescriptions are never deleted"
            await act(work, prescription)
    except Exception as error:  # whatever is wrong with one, the others are not to wait for it
        log.error("scan failed", scan=name, prescription_id=str(prescription_id), error=type(error).__name__)


async def _ended(work: Work) -> Sequence[UUID]:
    """Approved ones at their end; those still in hands only when no extension is possible any more. Rule: B24"""
    no_extension = start_of_day(day_of(work.now)) - timedelta(days=rules.LONGEST_DAYS - 1)
    approved = and_(Prescription.status == Status.VALID, Prescription.valid_until <= work.now)
    in_hands = and_(Prescription.status.in_(_IN_HANDS), Prescription.signed_at < no_extension)
    return await store.due(work.session, _AT_ONCE, or_(approved, in_hands), Prescription.valid_until <= work.now)


async def _ending(work: Work) -> Sequence[UUID]:
    soon = Prescription.valid_until.between(work.now, work.now + _TOLD_BEFORE)
    untold = Prescription.told_expiring_at.is_(None)
    return await store.due(work.session, _AT_ONCE, Prescription.status == Status.VALID, soon, untold)


async def _tell_ending(work: Work, prescription: Prescription) -> None:
    untold = (Prescription.told_expiring_at.is_(None), Prescription.status == str(Status.VALID))
    if await store.change(work.session, prescription.id, *untold, told_expiring_at=work.now):
        await telling.tell_patient(work, prescription, "prescription-expiring")


scan_expiry = _scan("* * * * *", "scan_expiry", _ended, ending.expire)
scan_expiring = _scan("*/10 * * * *", "scan_expiring", _ending, _tell_ending)


# --- requests for more that nobody came back to in a month (Rule: prescriptions-4)


async def _lapse_renewals(ground: Ground) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        due = await renewing.old(work)
    for renewal_id in due:
        async with unit_of_work(ground, SYSTEM) as work:
            await renewing.lapse(work, renewal_id)


scan_renewals = every("40 2 * * *", "prescriptions.scan_renewals", own_transactions=True)(_lapse_renewals)

JOBS = (scan_expiry, scan_expiring, scan_renewals)
