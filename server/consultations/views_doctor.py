"""What the doctor's desk sees: the worklist in its groups, the doors, and the summary as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from server.foundation.routes import View
from server.foundation.work import Work
from server.records.service import NoteContent

from . import queue, views
from .lists import Worklist, is_unsigned
from .model import Reception, Visit
from .summary import Summary
from .views import PersonView, VisitDoctorView


class WorkItemView(View):
    """A visit in the doctor's worklist."""

    id: UUID
    number: str
    place_number: int
    status: str
    day: date
    slot_starts_at: datetime
    patient: PersonView
    booked_right: str
    waiting_since: datetime | None
    offline: bool
    kept_until: datetime | None
    calls: int
    last_called_at: datetime | None
    misses: int
    started_at: datetime | None
    unsigned: bool
    encounter_id: UUID


class ReceptionView(View):
    """A doctor's door for one session."""

    session_id: UUID
    state: str
    pause_reason: str | None
    pause_note: str | None
    paused_until: datetime | None
    opened_at: datetime
    closed_at: datetime | None


class WorklistView(View):
    """The doctor's day in groups."""

    day: date
    seen: int
    total: int
    inside: list[WorkItemView]
    waiting: list[WorkItemView]
    not_arrived: list[WorkItemView]
    unsigned: list[WorkItemView]
    done: list[WorkItemView]
    receptions: list[ReceptionView]


class NoteVersionView(View):
    """A signed version of the note; the first is the original."""

    version: int
    signed_at: datetime
    signature_id: UUID
    reason: str | None
    content: NoteContent


class SummaryView(View):
    """就诊小结 as it is shown and printed: who, when, what was found, what follows, signed by whom."""

    visit_id: UUID
    number: str
    day: date
    started_at: datetime | None
    ended_at: datetime | None
    patient: PersonView
    patient_id_number_tail: str
    doctor: VisitDoctorView
    organisation: str
    organisation_phone: str
    note_id: UUID
    content: NoteContent
    signed_at: datetime
    signature_id: UUID
    amended: bool
    versions: list[NoteVersionView]
    printed_at: datetime


def of_reception(reception: Reception) -> ReceptionView:
    """A door."""
    return ReceptionView.model_validate(reception)


async def of_worklist(work: Work, found: Worklist) -> WorklistView:
    """The day, with the names of all its people in one query."""
    people = await views.people_of(
        work, [*found.inside, *found.waiting, *found.not_arrived, *found.unsigned, *found.done]
    )

    def items(visits: Sequence[Visit]) -> list[WorkItemView]:
        return [_item(work, each, people[each.patient_id]) for each in visits]

    return WorklistView(
        day=found.day,
        seen=found.seen,
        total=found.total,
        inside=items(found.inside),
        waiting=items(found.waiting),
        not_arrived=items(found.not_arrived),
        unsigned=items(found.unsigned),
        done=items(found.done),
        receptions=[of_reception(each) for each in found.receptions],
    )


def _item(work: Work, visit: Visit, patient: PersonView) -> WorkItemView:
    return WorkItemView(
        id=visit.id,
        number=visit.number,
        place_number=visit.place_number,
        status=visit.status,
        day=visit.day,
        slot_starts_at=visit.slot_starts_at,
        patient=patient,
        booked_right=visit.booked_right,
        waiting_since=visit.checked_in_at,
        offline=queue.is_offline(work, visit),
        kept_until=queue.kept_until(work, visit),
        calls=visit.calls,
        last_called_at=visit.last_called_at,
        misses=visit.misses,
        started_at=visit.started_at,
        unsigned=is_unsigned(visit),
        encounter_id=visit.encounter_id,
    )


async def of_summary(work: Work, found: Summary) -> SummaryView:
    """The signed summary."""
    visit, current, place = found.visit, found.note.current, found.organisation
    people = await views.people_of(work, [visit])
    doctors = await views.doctors_of(work, [visit])
    return SummaryView(
        visit_id=visit.id,
        number=visit.number,
        day=visit.day,
        started_at=visit.started_at,
        ended_at=visit.video_ended_at,
        patient=people[visit.patient_id],
        patient_id_number_tail=found.patient.id_number_tail,
        doctor=doctors[visit.doctor_id, visit.organisation_id],
        organisation=(place.second_name or place.name) if place else "",
        organisation_phone=place.phone if place else "",
        note_id=found.note.note_id,
        content=current.content,
        signed_at=current.signed_at,
        signature_id=current.signature_id,
        amended=len(found.note.versions) > 1,
        versions=[NoteVersionView.model_validate(each) for each in found.note.versions],
        printed_at=work.now,
    )
