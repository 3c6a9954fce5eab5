"""Waiting lists and suspensions as pages see them: names beside the ids, one statement for each kind of name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from .model_course import Suspension
from .store_waiting import Entry
from .views import SessionDoctorView, doctors_of


class SessionBriefView(View):
    """A session without its slots."""

    id: UUID
    doctor: SessionDoctorView
    service: str
    day: date
    starts_at: datetime
    ends_at: datetime
    status: str


class WaitingView(View):
    """Somebody on a session's waiting list: `ahead` others wait before. While the status is offered, `booking_id` is held
    for them until `offered_until`: confirm it to take the place, cancel it to pass it on.
    """

    id: UUID
    session: SessionBriefView
    patient_id: UUID
    patient_name: str
    status: str
    ahead: int
    joined_at: datetime
    booking_id: UUID | None
    offered_starts_at: datetime | None
    offered_until: datetime | None


class SuspensionView(View):
    """Booking online is suspended at an institution until `ends_at`."""

    id: UUID
    patient_id: UUID
    patient_name: str
    organisation_id: UUID
    organisation: str
    no_shows: int
    starts_at: datetime
    ends_at: datetime


async def of_entries(work: Work, found: Sequence[Entry]) -> list[WaitingView]:
    """Views of entries, in the order given."""
    doctors = await doctors_of(work, [(PersonId(row[1].doctor_id), row[1].department_id) for row in found])
    patients = await identity.people(work, {PersonId(row[0].patient_id) for row in found})
    return [
        WaitingView(
            id=waiting.id,
            session=SessionBriefView(
                id=session.id,
                doctor=doctors[PersonId(session.doctor_id), session.department_id],
                service=session.service,
                day=session.day,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                status=session.status,
            ),
            patient_id=waiting.patient_id,
            patient_name=patients[PersonId(waiting.patient_id)].name,
            status=waiting.status,
            ahead=ahead if waiting.status == "waiting" else 0,
            joined_at=waiting.joined_at,
            booking_id=waiting.booking_id if waiting.status == "offered" else None,
            offered_starts_at=starts_at,
            offered_until=until,
        )
        for waiting, session, ahead, starts_at, until in found
    ]


async def of_suspensions(work: Work, found: Sequence[Suspension]) -> list[SuspensionView]:
    """Views of suspensions, in the order given."""
    patients = await identity.people(work, {PersonId(each.patient_id) for each in found})
    names = await identity.organisation_names(work, {OrganisationId(each.organisation_id) for each in found})
    return [
        SuspensionView(
            id=each.id,
            patient_id=each.patient_id,
            patient_name=patients[PersonId(each.patient_id)].name,
            organisation_id=each.organisation_id,
            organisation=names.get(each.organisation_id, ""),
            no_shows=each.no_shows,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
        )
        for each in found
    ]
