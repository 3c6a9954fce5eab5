"""续方: the patient asks for more before the supply ends; the doctor accepts, sees the patient again, writes from the original.

Accepting writes nothing by itself: a prescription is drawn in a visit, by the doctor, who finds the original's lines there
to begin with (B19). Rule: prescriptions-4
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from prescriptions import drafting, lists, steps, store
from prescriptions.drafting import Continued
from prescriptions.lifecycle import APPROVED
from prescriptions.model import Prescription
from prescriptions.plans import RENEWAL
from server.foundation.actor import PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import continuing, rules, telling
from . import store as kept
from .errors import NotRenewable, RenewalAsked
from .model import Renewal

_LONGEST_LIST: Final = 100
_OPEN_DAYS: Final = 30
_TABLE: Final = "renewals"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with what it is about and what was said."""

    renewal: Renewal
    prescription: Prescription
    patient: str
    doctor: str
    words: str
    answer: str


async def ask(work: Work, prescription_id: UUID, words: str) -> Asked:
    """Ask the doctor for more of a long-term prescription.

    Raises: Unknown, NotRenewable, RenewalTooEarly, RenewalTooLate, RenewalAsked.
    Rule: prescriptions-4
    """
    prescription = await store.by_id(work.session, prescription_id)
    if prescription is None or await records.may_act_for(work, PersonId(prescription.patient_id)) is None:
        raise Unknown
    if not prescription.long_term or prescription.status not in APPROVED:
        raise NotRenewable
    rules.require_time_to_renew(await supply_ends(work, prescription), day_of(work.now))
    renewal_id = work.new_id()
    sealed = await steps.seal(work, prescription, _TABLE, "words", renewal_id, words) if words else None
    asked = await kept.ask(
        work.session,
        {
            "id": renewal_id,
            "prescription_id": prescription.id,
            "patient_id": prescription.patient_id,
            "doctor_id": prescription.prescriber_id,
            "organisation_id": prescription.organisation_id,
            "status": "asked",
            "asked_by": work.actor.person,
            "asked_at": work.now,
            "words": sealed,
        },
    )
    if not asked:
        raise RenewalAsked
    work.audit("renewal.ask", "renewal", renewal_id, patient_id=PersonId(prescription.patient_id))
    await telling.tell(work, prescription, [prescription.prescriber_id], "renewal-asked")
    return await one(work, renewal_id)


async def accept(work: Work, renewal_id: UUID, answer: str) -> Asked:
    """Say yes: the patient is told to book a follow-up, in which the doctor writes it. Raises: Unknown, NotInThisState."""
    return await _decide(work, renewal_id, "accepted", answer, "renewal-accepted")


async def decline(work: Work, renewal_id: UUID, answer: str) -> Asked:
    """Say no, and why. Raises: Unknown, NotInThisState."""
    return await _decide(work, renewal_id, "declined", answer, "renewal-declined")


async def draw(work: Work, renewal_id: UUID, visit_id: UUID) -> Prescription:
    """A draft in this visit with the original's lines, linked to it; the request is answered.

    Raises: Unknown, NotInThisState, and what drafting refuses.
    Rule: prescriptions-4
    """
    renewal = await _of_doctor(work, renewal_id)
    original, content = await continuing.original_for(work, visit_id, renewal.prescription_id)
    drawn = await drafting.draft(work, visit_id, content, continues=Continued(original, RENEWAL))
    moved = await kept.move_renewal(work.session, renewal_id, ["asked", "accepted"], "drawn", drawn_id=drawn.id)
    if moved is None:
        raise NotInThisState(status=renewal.status)
    _tell(work, moved, "draw")
    return drawn


async def mine(work: Work) -> list[Asked]:
    """What the doctor is asked, the oldest first; what the patient's side has asked, the newest first."""
    if work.actor.role is Role.DOCTOR:
        own = work.actor.person, work.actor.organisation
        found = await kept.renewals_for_doctor(work.session, *own, _LONGEST_LIST)
    else:
        people = await identity.with_merged(work, await lists.acting_for(work))
        found = await kept.renewals_of_patients(work.session, people, _LONGEST_LIST)
    return [await _opened(work, each) for each in found]


async def one(work: Work, renewal_id: UUID) -> Asked:
    """A request, without asking who asks."""
    renewal = await kept.renewal(work.session, renewal_id)
    if renewal is None:
        raise Unknown
    return await _opened(work, renewal)


async def supply_ends(work: Work, prescription: Prescription) -> date:
    """The day on which what was supplied is used up; counted from signing while nothing was supplied."""
    supplied = await kept.supplied_on(work.session, [prescription.id])
    begun = supplied.get(prescription.id) or prescription.signed_at
    if begun is None or prescription.days is None:
        raise NotRenewable
    return day_of(begun) + timedelta(days=prescription.days)


async def lapse(work: Work, renewal_id: UUID) -> None:
    """Nobody came back to it in a month. Rule: prescriptions-4"""
    moved = await kept.move_renewal(work.session, renewal_id, ["asked", "accepted"], "lapsed")
    if moved is not None:
        _tell(work, moved, "lapse")


async def old(work: Work) -> list[UUID]:
    """The requests that lapse."""
    return list(await kept.asked_before(work.session, work.now - timedelta(days=_OPEN_DAYS), _LONGEST_LIST))


async def _decide(work: Work, renewal_id: UUID, after: str, answer: str, template: str) -> Asked:
    renewal = await _of_doctor(work, renewal_id)
    prescription = await store.by_id(work.session, renewal.prescription_id)
    assert prescription is not None, "prescriptions are never deleted"
    sealed = await steps.seal(work, prescription, _TABLE, "answer", renewal_id, answer) if answer else None
    decided = {"decided_at": work.now, "answer": sealed}
    moved = await kept.move_renewal(work.session, renewal_id, ["asked"], after, **decided)
    if moved is None:
        raise NotInThisState(status=renewal.status)
    _tell(work, moved, after)
    await telling.tell(work, prescription, [moved.patient_id], template)
    return await _opened(work, moved)


async def _of_doctor(work: Work, renewal_id: UUID) -> Renewal:
    renewal = await kept.renewal(work.session, renewal_id)
    if renewal is None or (renewal.doctor_id, renewal.organisation_id) != (
        work.actor.person_id,
        work.actor.organisation_id,
    ):
        raise Unknown
    return renewal


async def _opened(work: Work, renewal: Renewal) -> Asked:
    prescription = await store.by_id(work.session, renewal.prescription_id)
    assert prescription is not None, "prescriptions are never deleted"
    people = await identity.people(work, [PersonId(renewal.patient_id), PersonId(renewal.doctor_id)])
    opened = {}
    for column in ("words", "answer"):
        sealed = getattr(renewal, column)
        opened[column] = await steps.unseal(work, prescription, _TABLE, column, renewal.id, sealed) if sealed else ""
    return Asked(
        renewal,
        prescription,
        people[PersonId(renewal.patient_id)].name,
        people[PersonId(renewal.doctor_id)].name,
        **opened,
    )


def _tell(work: Work, renewal: Renewal, verb: str) -> None:
    work.audit(f"renewal.{verb}", "renewal", renewal.id, patient_id=PersonId(renewal.patient_id))
    work.after_commit(push(f"prescription:{renewal.prescription_id}", renewal.prescription_id))
