"""Publishing a session: cut into slots, divided into quotas by the agreement, and never two of one doctor at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.bulk import insert_many
from server.foundation.clock import day_of
from server.foundation.database import violated
from server.foundation.errors import Problem, Unknown
from server.foundation.ground import push
from server.foundation.work import Work
from server.identity import service as identity

from . import agreement, ledger, policy, rules
from .agreement import NOTHING_RESERVED, Terms
from .errors import DoctorBusy, SessionInPast
from .facts import NewSession, SessionFacts, session_facts
from .model import Session, Slot
from .model_agreed import PoolAgreement
from .rules import Segment


@dataclass(slots=True)
class House:
    """What publishing asks of an institution: looked up once, for however many sessions."""

    organisation_id: OrganisationId
    grade_3: bool
    departments: frozenset[UUID]
    agreed: dict[date, PoolAgreement | None] = field(default_factory=dict)
    refusals: dict[PersonId, Problem | None] = field(default_factory=dict)

    async def require_doctor(self, work: Work, doctor_id: PersonId) -> None:
        """Nothing, when the doctor may receive patients here. Raises: identity's refusals (B01, B02, B06)."""
        if doctor_id not in self.refusals:
            try:
                await identity.require_may_practise(work, doctor_id, self.organisation_id)
                self.refusals[doctor_id] = None
            except Problem as refusal:
                self.refusals[doctor_id] = refusal
        if (known := self.refusals[doctor_id]) is not None:
            raise known

    async def agreement_for(self, work: Work, day: date) -> PoolAgreement | None:
        """The agreement in force on a day."""
        if day not in self.agreed:
            self.agreed[day] = await policy.agreement_for(work, self.organisation_id, day)
        return self.agreed[day]


async def house_of(work: Work, organisation_id: OrganisationId) -> House:
    """An institution, as publishing sees it. Raises: Unknown."""
    organisation = await identity.organisation(work, organisation_id)
    departments = await identity.departments(work, organisation_id)
    grade_3 = organisation.grade.startswith("tertiary")
    return House(organisation_id, grade_3, frozenset(each.id for each in departments))


async def publish(work: Work, organisation_id: OrganisationId, new: NewSession, *, draft: bool = False) -> SessionFacts:
    """Publish a session with its slots and their quotas, or draw it up as a draft.

    Raises: SegmentTooLong, BadSession, SessionInPast, QuotasDoNotAddUp, DoctorBusy, Unknown for a department of another
        institution, and identity's refusals of the doctor or the institution (B01, B02, B06).
    """
    return await put(work, await house_of(work, organisation_id), new, draft=draft)


async def put(work: Work, house: House, new: NewSession, *, draft: bool) -> SessionFacts:
    """Publish or draw up one of an institution's sessions. Raises: what `publish` raises."""
    await house.require_doctor(work, new.doctor_id)
    if new.department_id not in house.departments:
        raise Unknown
    if new.ends_at <= work.now:
        raise SessionInPast
    cut = rules.segments(
        new.starts_at, new.ends_at, minutes=new.slot_minutes, capacity=new.slot_capacity, grade_3=house.grade_3
    )
    day = day_of(new.starts_at)
    agreed = await house.agreement_for(work, day)
    session = Session(
        id=work.new_id(),
        organisation_id=house.organisation_id,
        department_id=new.department_id,
        doctor_id=new.doctor_id,
        service=new.service,
        day=day,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        status="draft" if draft else "published",
        published_at=None if draft else work.now,
        published_by=work.actor.person_id or new.doctor_id,
        agreement_id=agreed.id if agreed is not None else None,
        template_id=new.template_id,
        last_number=sum(segment.capacity for segment in cut),
    )
    work.session.add(session)
    await not_twice(work)
    await _add_slots(work, session, cut, new, Terms.model_validate(agreed.terms) if agreed else NOTHING_RESERVED)
    work.audit("draft" if draft else "publish", "session", session.id)
    if not draft:
        work.after_commit(push(f"sessions:{session.department_id}", session.id))
    return session_facts(session)


async def not_twice(work: Work) -> None:
    """Write what is pending; the database refuses a second session of one doctor at a time. Raises: DoctorBusy."""
    try:
        await work.session.flush()
    except IntegrityError as error:
        if violated(error) == "ex_sessions_doctor_busy":
            raise DoctorBusy from None
        raise


async def _add_slots(work: Work, session: Session, cut: Sequence[Segment], new: NewSession, terms: Terms) -> None:
    if new.quotas is None:
        shared = agreement.divided(terms, [segment.capacity for segment in cut])
        divided = [agreement.moved_on(terms, quotas, day=session.day, now=work.now) for quotas in shared]
    else:
        divided = [agreement.checked(new.quotas, segment.capacity, terms) for segment in cut]
    slots = {work.new_id(): (segment, quotas) for segment, quotas in zip(cut, divided, strict=True)}
    raw = await work.raw()
    await insert_many(raw, Slot, [_slot(slot_id, session.id, segment) for slot_id, (segment, _) in slots.items()])
    await ledger.open_rows(raw, {slot_id: quotas for slot_id, (_, quotas) in slots.items()})


def _slot(slot_id: UUID, session_id: UUID, segment: Segment) -> dict[str, object]:
    return {
        "id": slot_id,
        "session_id": session_id,
        "starts_at": segment.starts_at,
        "ends_at": segment.ends_at,
        "capacity": segment.capacity,
        "first_number": segment.first_number,
        "numbered": segment.capacity,
    }
