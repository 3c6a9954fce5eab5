"""Visits as pages see them: names beside the ids, what is missing, what was told. Lists take one query for each kind of name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import DoctorCard

from . import preparation, rules, steps, told
from .access import Party
from .errors import RecordingDeclined
from .lifecycle import NOT_STARTED, Status
from .model import Visit


class PersonView(View):
    """A patient in a list: name, sex, age."""

    id: UUID
    name: str
    sex: str | None
    age: int | None


class VisitDoctorView(View):
    """Who sees the patient, with licence (B07)."""

    id: UUID
    name: str
    title: str
    department: str
    organisation: str
    licence_number: str
    licence_scope: str


class ToldView(View):
    """A sentence, and the rule that it follows."""

    code: str
    rule: str | None
    sentence: str


class AnswerView(View):
    """A symptom and which of its red flags are present."""

    symptom_id: str
    red_flags: tuple[int, ...]


class PreCheckView(View):
    """What the patient's side wrote."""

    complaint: str
    answers: list[AnswerView]


class VisitLineView(View):
    """A visit in the patient's list."""

    id: UUID
    number: str
    place_number: int
    status: str
    day: date
    slot_starts_at: datetime
    slot_ends_at: datetime
    patient: PersonView
    doctor: VisitDoctorView
    room_open: bool
    signed_at: datetime | None
    told: ToldView | None


class VisitView(VisitLineView):
    """A visit. `missing` is what the patient's side still has to do before checking in, in order."""

    party: Party
    check_in_opens_at: datetime
    organisation_id: UUID
    organisation_phone: str
    session_id: UUID
    booking_id: UUID
    encounter_id: UUID
    booked_right: str
    missing: list[rules.Missing]
    pre_check: PreCheckView | None
    device: dict[str, Any] | None
    device_checked_at: datetime | None
    recording_declined: ToldView | None
    checked_in_at: datetime | None
    calls: int
    last_called_at: datetime | None
    eligible_at: datetime | None
    started_at: datetime | None
    video_stopped_at: datetime | None
    phone_shown_at: datetime | None
    outcome: str | None
    told_reason: str | None
    ended_at: datetime | None


async def of_visit(work: Work, visit: Visit, party: Party) -> VisitView:
    """One visit for somebody who has a part in it."""
    organisation_id = OrganisationId(visit.organisation_id)
    organisations = await identity.organisations(work, [organisation_id])
    pre_check = await preparation.read_pre_check(work, visit)
    asks = visit.status in NOT_STARTED
    line = await of_visits(work, [visit])
    return VisitView(
        **dict(line[0]),
        party=party,
        check_in_opens_at=preparation.check_in_opens_at(work, visit),
        organisation_id=organisation_id,
        organisation_phone=organisations[0].phone if organisations else "",
        session_id=visit.session_id,
        booking_id=visit.booking_id,
        encounter_id=visit.encounter_id,
        booked_right=visit.booked_right,
        missing=(await preparation.prepared(work, visit)).missing() if asks else [],
        pre_check=PreCheckView.model_validate(pre_check) if pre_check else None,
        device=json.loads(visit.device) if visit.device else None,
        device_checked_at=visit.device_checked_at,
        recording_declined=_told(RecordingDeclined.code, work) if visit.recording_declined_at else None,
        checked_in_at=visit.checked_in_at,
        calls=visit.calls,
        last_called_at=visit.last_called_at,
        eligible_at=visit.eligible_at,
        started_at=visit.started_at,
        video_stopped_at=visit.video_stopped_at,
        phone_shown_at=visit.phone_shown_at if party is Party.DOCTOR else None,
        outcome=visit.outcome,
        told_reason=await steps.unseal(work, visit, "end_reason", visit.end_reason),
        ended_at=visit.ended_at,
    )


async def of_visits(work: Work, visits: Sequence[Visit]) -> list[VisitLineView]:
    """Visits in a list, in the order given."""
    people = await people_of(work, visits)
    doctors = await doctors_of(work, visits)
    return [
        VisitLineView(
            id=each.id,
            number=each.number,
            place_number=each.place_number,
            status=each.status,
            day=each.day,
            slot_starts_at=each.slot_starts_at,
            slot_ends_at=each.slot_ends_at,
            patient=people[each.patient_id],
            doctor=doctors[each.doctor_id, each.organisation_id],
            room_open=each.status == Status.IN_VIDEO,
            signed_at=each.signed_at,
            told=_told(each.end_code, work),
        )
        for each in visits
    ]


async def people_of(work: Work, visits: Sequence[Visit]) -> dict[UUID, PersonView]:
    """The patients of some visits: one query, however many."""
    cards = await identity.people(work, {PersonId(each.patient_id) for each in visits})
    today = day_of(work.now)
    return {
        card.id: PersonView(id=card.id, name=card.name, sex=card.sex, age=_age(card.birth_date, today))
        for card in cards.values()
    }


async def doctors_of(work: Work, visits: Sequence[Visit]) -> dict[tuple[UUID, UUID], VisitDoctorView]:
    """The doctors of some visits by (doctor, organisation). Of one who has left since, the name is still told."""
    wanted = {(each.doctor_id, each.organisation_id) for each in visits}
    cards = await identity.doctors(work, {PersonId(doctor_id) for doctor_id, _ in wanted})
    found: dict[tuple[UUID, UUID], VisitDoctorView] = {
        (card.id, card.organisation_id): doctor_view(card) for card in cards
    }
    gone = wanted - found.keys()
    names = await identity.people(work, {PersonId(doctor_id) for doctor_id, _ in gone}) if gone else {}
    for doctor_id, organisation_id in gone:
        name = names[PersonId(doctor_id)].name
        found[doctor_id, organisation_id] = VisitDoctorView(
            id=doctor_id, name=name, title="", department="", organisation="", licence_number="", licence_scope=""
        )
    return found


def doctor_view(card: DoctorCard) -> VisitDoctorView:
    """What patients may know of who treats them. Rule: B07"""
    return VisitDoctorView(
        id=card.id,
        name=card.name,
        title=card.title_zh,
        department=card.department,
        organisation=card.organisation,
        licence_number=card.licence_number,
        licence_scope=card.licence_scope,
    )


def _age(birth_date: date | None, today: date) -> int | None:
    if birth_date is None:
        return None
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def _told(code: str | None, work: Work) -> ToldView | None:
    found = told.told(code, work.language)
    return ToldView.model_validate(found) if found else None
