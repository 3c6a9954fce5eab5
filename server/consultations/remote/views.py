"""What pages see of requests. A list's rows are built together: a few statements, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from server.consultations.remote.content import RemoteDiagnosis, RemoteTime
from server.foundation.actor import PATIENT_SIDE, OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import access, rules, steps, store_people
from .content import Mode
from .lifecycle import REPORTED, Status
from .model import RemoteExpert, RemoteRequest


class RemoteNamed(View):
    """Somebody or something by name."""

    id: UUID
    name: str


class RemotePatient(RemoteNamed):
    """The patient's band. `allergies` is null while nobody was asked, empty when none is known; in lists it is null."""

    sex: str
    age: int | None
    allergies: list[str] | None = None


class RemoteExpertView(RemoteNamed):
    """An expert: asked, coming, joined, signed; who declined or was released is not shown any more."""

    title: str
    organisation: str
    department: str
    lead: bool
    state: str


class RemoteMeeting(View):
    """The meeting of a request has the request's id."""

    id: UUID
    starts_at: datetime
    state: str


class RemoteRequestRow(View):
    """One line of a list."""

    id: UUID
    number: str
    status: str
    urgency: str
    mode: str
    patient: RemotePatient
    requester: RemoteNamed
    from_organisation: RemoteNamed
    to_organisation: RemoteNamed | None
    department: RemoteNamed | None
    title_wanted: str
    reason: str
    times: list[RemoteTime]
    asap: bool
    experts: list[RemoteExpertView]
    meeting: RemoteMeeting | None
    submitted_at: datetime | None
    answer_due_at: datetime | None
    report_due_at: datetime | None
    overdue: bool
    escalation: int
    changed_at: datetime
    may: list[str]
    version: int


class RemoteMaterialView(View):
    """Something attached, and how far it has come."""

    id: UUID
    upload_id: UUID | None
    attachment_id: UUID | None
    study_id: UUID | None
    kind: str
    name: str
    size: int
    received: int
    state: str


class RemoteConsentView(View):
    """How the patient's side consented."""

    id: UUID
    version: str
    signed_at: datetime
    by: str
    relation: str | None


class RemoteReason(View):
    """Why something was done."""

    code: str
    text: str


class RemoteUsed(View):
    """How the advice was used."""

    used: str
    text: str


class RemoteRequestView(RemoteRequestRow):
    """A request whole. `missing` is what B47 and B48 still lack, `may` the verbs open to the asker."""

    model_config = ConfigDict(frozen=True, from_attributes=True, serialize_by_alias=True)

    agreement_id: UUID | None
    encounter_id: UUID | None
    title_name: str
    purpose: str
    summary: str
    diagnosis: list[RemoteDiagnosis]
    patient_present: bool
    consent: RemoteConsentView | None
    materials: list[RemoteMaterialView]
    study_ids: list[UUID]
    price_fen: int | None
    returned: RemoteReason | None = Field(serialization_alias="return")
    decline: RemoteReason | None
    cancel: RemoteReason | None
    used: RemoteUsed | None
    missing: list[str]


class RemoteStepView(View):
    """One line of the history."""

    at: datetime
    verb: str
    status: str
    by: str | None
    organisation: str | None
    code: str | None
    text: str


class RemoteCandidateView(RemoteNamed):
    """A doctor whom the centre may ask; `refusal` says why not."""

    title: str
    department: str
    organisation: RemoteNamed
    load: int
    next_free: list[datetime]
    fits_title: bool
    refusal: RemoteRefusal | None


class RemoteRefusal(View):
    """A refusal before it is met."""

    code: str
    title: str


async def of_requests(work: Work, requests: Sequence[RemoteRequest]) -> list[RemoteRequestRow]:
    """Lines of a list, of requests that the actor may see."""
    around = await Around.of(work, requests)
    return [await _row(work, request, around) for request in requests]


async def _row(work: Work, request: RemoteRequest, around: Around) -> RemoteRequestRow:
    content = await steps.content_of(work, request)
    return RemoteRequestRow.model_validate({**around.fields(work, request), "reason": content.reason})


class Around:
    """Who and what stands around some requests, by id."""

    def __init__(
        self,
        people: dict[PersonId, identity.PersonCard],
        organisations: dict[UUID, str],
        departments: dict[UUID, str],
        doctors: Collection[identity.DoctorCard],
        experts: Sequence[RemoteExpert],
    ) -> None:
        self._people, self._organisations, self._departments = people, organisations, departments
        self._doctors = {(card.id, card.organisation_id): card for card in doctors}
        self._experts = experts

    @classmethod
    async def of(cls, work: Work, requests: Sequence[RemoteRequest]) -> Around:
        """Everything that the lines name."""
        asked = await store_people.experts(work.session, [each.id for each in requests])
        people = {PersonId(each.patient_id) for each in requests} | {PersonId(each.requester_id) for each in requests}
        houses = {OrganisationId(each.from_organisation_id) for each in requests}
        houses |= {OrganisationId(each.to_organisation_id) for each in requests if each.to_organisation_id}
        serving = {OrganisationId(each.to_organisation_id) for each in requests if each.to_organisation_id}
        doctors = await identity.doctors(work, [PersonId(each.person_id) for each in asked]) if asked else []
        return cls(
            await identity.people(work, people),
            await identity.organisation_names(work, houses),
            await identity.department_names(work, serving),
            doctors,
            asked,
        )

    def fields(self, work: Work, request: RemoteRequest) -> dict[str, object]:
        """The columns of a line that need nothing opened."""
        experts = [each for each in self._experts if each.request_id == request.id]
        right = "self" if work.actor.role in PATIENT_SIDE else None
        parties = access.parties_of(request, experts, work.actor, right)
        times = [RemoteTime.model_validate(each) for each in request.times]
        return {
            "id": request.id,
            "number": request.number,
            "status": request.status,
            "urgency": request.urgency,
            "mode": request.mode,
            "patient": self._patient(work, request),
            "requester": self._person(request.requester_id),
            "from_organisation": self._organisation(request.from_organisation_id),
            "to_organisation": self._organisation(request.to_organisation_id),
            "department": self._department(request.department_id),
            "title_wanted": request.title_wanted or "",
            "times": times,
            "asap": request.asap,
            "experts": [self._expert(each) for each in experts if each.state not in access.LEFT],
            "meeting": _meeting(request),
            "submitted_at": request.submitted_at,
            "answer_due_at": request.answer_due_at,
            "report_due_at": request.report_due_at,
            "overdue": rules.is_overdue(request, work.now),
            "escalation": request.escalation,
            "changed_at": request.changed_at,
            "may": access.may(request, work.actor, parties),
            "version": request.version,
        }

    def _patient(self, work: Work, request: RemoteRequest) -> RemotePatient:
        card = self._people[PersonId(request.patient_id)]
        born = card.birth_date
        today = day_of(work.now)
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
        return RemotePatient(id=card.id, name=card.name, sex=card.sex or "", age=age)

    def _person(self, person_id: UUID) -> RemoteNamed:
        card = self._people.get(PersonId(person_id))
        return RemoteNamed(id=person_id, name=card.name if card else "")

    def _organisation(self, organisation_id: UUID | None) -> RemoteNamed | None:
        if organisation_id is None:
            return None
        return RemoteNamed(id=organisation_id, name=self._organisations.get(OrganisationId(organisation_id), ""))

    def _department(self, department_id: UUID | None) -> RemoteNamed | None:
        return RemoteNamed(id=department_id, name=self._departments.get(department_id, "")) if department_id else None

    def _expert(self, row: RemoteExpert) -> RemoteExpertView:
        card = self._doctors.get((PersonId(row.person_id), OrganisationId(row.organisation_id)))
        return RemoteExpertView(
            id=row.person_id,
            name=card.name if card else "",
            title=card.title_zh if card else "",
            organisation=card.organisation if card else "",
            department=card.department if card else "",
            lead=row.lead,
            state=row.state,
        )


def _meeting(request: RemoteRequest) -> RemoteMeeting | None:
    if request.mode == Mode.OFFLINE or request.starts_at is None:
        return None
    status = Status(request.status)
    ended = status in REPORTED | {Status.REPORTING, Status.CANCELLED, Status.DECLINED}
    state = "ended" if ended else "open" if status is Status.IN_SESSION else "planned"
    return RemoteMeeting(id=request.id, starts_at=request.starts_at, state=state)


RemoteCandidateView.model_rebuild()
