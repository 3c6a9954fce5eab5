"""The week's plan: sessions made of templates, drafts published or discarded, places of a slot changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Problem, Unknown
from server.foundation.problems import invalid_field
from server.foundation.work import Work

from . import ending, exceptions, ledger, publishing, store, store_planning, templates, waiting
from .allotment import Row
from .errors import (
    AlreadyPublished,
    DayOff,
    QuotaReleased,
    SessionClosed,
    SessionInPast,
    SlotOver,
)
from .facts import NewSession, SessionFacts, session_facts
from .model import Session
from .publishing import House
from .rules import Quota
from .weeks import Falling, falling


@dataclass(frozen=True, slots=True)
class Skipped:
    """A session that was not made, or a draft that was not published, and why."""

    day: date
    template_id: UUID | None
    doctor_id: PersonId
    problem: Problem


@dataclass(slots=True)
class Generated:
    """What came of a run: made now, `there` already from an earlier run, skipped for a reason."""

    made: int = 0
    there: int = 0
    skipped: list[Skipped] = field(default_factory=list)


async def generate(work: Work, organisation_id: OrganisationId, first: date, last: date, *, draft: bool) -> Generated:
    """Make the sessions of some days of an institution's templates; a second run makes nothing twice.

    Each is made or skipped by itself: a doctor who is busy or may not practise keeps nobody else from the plan.
    """
    house = await publishing.house_of(work, organisation_id)
    weekly = [templates.facts(row) for row in await store_planning.templates(work.session, organisation_id)]
    special = await exceptions.exceptions(work, organisation_id, first, last)
    there = await store_planning.made_from_templates(work.session, organisation_id, first, last)
    done = Generated()
    for each in falling(weekly, special, first, last):
        if (each.weekly.id, each.day) in there:
            done.there += 1
        elif refusal := await _make(work, house, each, draft=draft):
            done.skipped.append(Skipped(each.day, each.weekly.id, each.weekly.doctor_id, refusal))
        else:
            done.made += 1
    work.audit("generate", "organisation", organisation_id, made=done.made, skipped=len(done.skipped))
    return done


async def _make(work: Work, house: House, each: Falling, *, draft: bool) -> Problem | None:
    if each.off is not None:
        return DayOff(name=each.off.name)
    starts_at, ends_at = each.weekly.times_on(each.day)
    new = NewSession(
        department_id=each.weekly.department_id,
        doctor_id=each.weekly.doctor_id,
        service=each.weekly.service,
        starts_at=starts_at,
        ends_at=ends_at,
        slot_minutes=each.weekly.slot_minutes,
        slot_capacity=each.weekly.slot_capacity,
        quotas=each.weekly.quotas,
        template_id=each.weekly.id,
    )
    try:
        async with work.session.begin_nested():  # what the database refuses is undone alone
            await publishing.put(work, house, new, draft=draft)
    except Problem as refusal:
        return refusal
    return None


async def publish_draft(work: Work, session_id: UUID) -> SessionFacts:
    """A draft becomes bookable; a retry finds it published.

    Raises: Unknown, SessionClosed, SessionInPast, identity's refusals of the doctor (B01, B02, B06).
    """
    session = await _own(work, session_id)
    if session.status == "closed":
        raise SessionClosed
    if session.status == "draft":
        await _publish(work, await publishing.house_of(work, OrganisationId(session.organisation_id)), session)
    return session_facts(session)


async def publish_drafts(work: Work, first: date, last: date) -> tuple[int, list[Skipped]]:
    """Publish every draft of some days of the actor's institution: how many, and which were left and why."""
    house = await publishing.house_of(work, work.actor.organisation)
    published, left = 0, []
    for session_id in await store_planning.drafts(work.session, house.organisation_id, first, last):
        try:
            session = await store.hold_session(work.session, session_id)
        except Unknown:
            continue  # discarded in this instant
        try:
            published += await _publish(work, house, session)
        except Problem as refusal:
            left.append(Skipped(session.day, session.template_id, PersonId(session.doctor_id), refusal))
    return published, left


async def _publish(work: Work, house: House, session: Session) -> int:
    """How many were published: none, when somebody else was faster. Raises: SessionInPast, identity's refusals."""
    if session.status != "draft":
        return 0
    if session.ends_at <= work.now:
        raise SessionInPast
    await house.require_doctor(work, PersonId(session.doctor_id))
    session.status, session.published_at = "published", work.now
    session.published_by = work.actor.person
    work.audit("publish", "session", session.id)
    ending.tell(work, session)
    return 1


async def discard(work: Work, session_id: UUID) -> None:
    """A draft is gone, and can be made again. Raises: Unknown, AlreadyPublished."""
    session = await _own(work, session_id)
    if session.status != "draft":
        raise AlreadyPublished
    slots = await store.slots_of_session(work.session, session_id)
    await ledger.drop(await work.raw(), slots)
    await store_planning.forget_session(work.session, session_id)
    work.audit("discard", "session", session_id)
    ending.tell(work, session)


async def change_places(work: Work, slot_id: UUID, quotas: Mapping[Quota, int]) -> SessionFacts:
    """Give a slot's quotas other capacities; their sum is the slot's. Who waits for a place is served at once.

    Raises: Unknown, SessionClosed, SlotOver, QuotaReleased, CapacityBelowBooked, Invalid for a slot without places; nothing
        is changed then. Rule: appointments-7
    """
    found = await store.slot_with_session(work.session, slot_id)
    if found is None:
        raise Unknown
    slot, session = found[0], await _own(work, found[1].id)
    await work.session.refresh(slot)
    if session.status == "closed":
        raise SessionClosed
    if slot.starts_at <= work.now:
        raise SlotOver
    if (capacity := sum(quotas.values())) < 1:
        raise invalid_field("/quotas", "每个时段至少要有一个号", "A slot has at least one place")
    raw = await work.raw()
    there = await ledger.lock(raw, {slot_id, *await waiting.reached(work, session)})
    await _require_not_released(work, there, slot_id, quotas)
    await ledger.resize(raw, slot_id, quotas)
    more = max(0, capacity - slot.numbered - len(slot.extra_numbers))
    numbers = range(session.last_number + 1, session.last_number + 1 + more)
    await store_planning.set_capacity(work.session, slot, capacity, numbers)
    session.last_number += more
    await work.session.flush()
    work.audit("resize", "slot", slot_id, capacity=capacity)
    await waiting.serve(work, session)
    ending.tell(work, session)
    return session_facts(session)


async def _require_not_released(
    work: Work, there: Mapping[Row, tuple[int, int]], slot_id: UUID, quotas: Mapping[Quota, int]
) -> None:
    """Places added to a quota that was released already would reach nobody else any more."""
    for quota, onward in (await store_planning.released(work.session, slot_id)).items():
        if quotas.get(quota, 0) > there.get((slot_id, quota), (0, 0))[0]:
            raise QuotaReleased(quota=str(quota), to=str(onward))


async def _own(work: Work, session_id: UUID) -> Session:
    """A session of the actor's institution, held. Raises: Unknown."""
    session = await store.hold_session(work.session, session_id)
    if session.organisation_id != work.actor.organisation:
        raise Unknown
    return session
