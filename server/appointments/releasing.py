"""The release: what is untaken of a reserved quota moves on when the agreement says so. For the job.

It may run twice, late, or on two machines: a step taken for a slot is a row of its own, and places move with it once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.clock import day_of
from server.foundation.work import Work

from . import ending, ledger, policy, store, store_course, waiting
from .agreement import ReleaseStep
from .model import Session

MOST_SLOTS: Final = 200


@dataclass(frozen=True, slots=True)
class Portion:
    """Slots of some sessions that take one step together: pairs of session and slot."""

    step: ReleaseStep
    slots: tuple[tuple[UUID, UUID], ...]

    def of(self, session_id: UUID) -> Portion:
        """What of it is one session's."""
        return Portion(self.step, tuple(pair for pair in self.slots if pair[0] == session_id))


def last_day_due(step: ReleaseStep, now: datetime) -> date:
    """The last day of sessions for which the step is due: at its very instant it is, one second before it is not."""
    latest = day_of(now) + timedelta(days=step.days_before)
    return latest if step.due(latest) <= now else latest - timedelta(days=1)


async def due(work: Work) -> list[Portion]:
    """Every step that is due and not taken, earliest first, in portions. Rule: appointments-8"""
    today = day_of(work.now)
    steps = [
        (agreement.id, step)
        for agreement in await store_course.agreements_from(work.session, today)
        for step in (await policy.terms_of(work, agreement.id)).chain
        if last_day_due(step, work.now) >= today
    ]
    if not steps:
        return []
    steps.sort(key=lambda pair: (pair[1].moment, pair[1].step))
    asked = [
        (agreement_id, each.step, str(each.from_quota), last_day_due(each, work.now)) for agreement_id, each in steps
    ]
    waits: dict[int, list[tuple[UUID, UUID]]] = {}
    for index, session_id, slot_id in await store_course.unreleased(await work.raw(), asked, today, work.now):
        waits.setdefault(index, []).append((session_id, slot_id))
    return [
        Portion(steps[index][1], tuple(pairs[first : first + MOST_SLOTS]))
        for index, pairs in waits.items()
        for first in range(0, len(pairs), MOST_SLOTS)
    ]


async def release(work: Work, portion: Portion) -> list[Portion]:
    """Take the step for the sessions for which nobody waits; gives the others, to be released one by one.

    Their rows are held, so nobody begins to wait while places move.
    """
    sessions = await store_course.hold_sessions(work.session, {session_id for session_id, _ in portion.slots})
    waited_for = await store_course.waited_for(work.session, {each.id for each in sessions})
    quiet = {each.id: each for each in sessions if each.id not in waited_for}
    await _take(work, portion, quiet)
    return [portion.of(each.id) for each in sessions if each.id in waited_for]


async def release_to_list(work: Work, portion: Portion) -> None:
    """Take the step for one session, and offer what has moved to those who wait before anybody else sees it."""
    session = await store.hold_session(work.session, portion.slots[0][0])
    slots = {slot_id for _, slot_id in portion.slots}
    await ledger.lock(await work.raw(), slots | {*await waiting.reached(work, session)})
    await _take(work, portion, {session.id: session})
    await waiting.serve(work, session)


async def _take(work: Work, portion: Portion, sessions: dict[UUID, Session]) -> None:
    session_of = {slot_id: session_id for session_id, slot_id in portion.slots if session_id in sessions}
    if not session_of:
        return
    moved = await ledger.release(await work.raw(), list(session_of), portion.step, work.now)
    for session_id, slots in Counter(session_of[slot_id] for slot_id in moved).items():
        work.audit("release", "session", session_id, step=portion.step.step, slots=slots)
        ending.tell(work, sessions[session_id])


async def serve(work: Work, session_id: UUID) -> None:
    """Offer what is free in a session to those who wait for it."""
    session = await store.hold_session(work.session, session_id)
    if await waiting.serve(work, session):
        ending.tell(work, session)
