"""The report: who may open it, what stands in it, its delivery to who asked, and how it was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from server.consultations.remote import access as request_access
from server.consultations.remote import steps as request_steps
from server.consultations.remote import store as request_store
from server.consultations.remote import store_people
from server.consultations.remote.access import Party
from server.consultations.remote.content import Content
from server.consultations.remote.lifecycle import REPORTED, Status
from server.consultations.remote.model import RemoteExpert, RemoteRequest
from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import PatientFacts
from server.paper.content import masked_name
from server.paper.verifying import Checked, CheckedSignature, ReportKind
from server.records import service as records

from . import editions
from .editions import SignedPart
from .errors import ReportNotReady
from .model_opinions import ReportEdition
from .rules import Sort

TITLE: Final = "远程会诊报告"
LETTER: Final = "c"
# Both sides keep it, and the patient has it; of the experts only the lead, whose report it is.
READERS: Final = frozenset({Party.REQUESTER, Party.HEAD, Party.LEAD, Party.PATIENT, Party.GUARDIAN})


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a part of it."""

    id: PersonId
    name: str
    title: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A report with everything that stands in it."""

    request: RemoteRequest
    content: Content
    patient: PatientFacts
    edition: ReportEdition
    editions: Sequence[ReportEdition]
    parts: list[SignedPart]
    signers: dict[PersonId, Signer]
    requester: str
    from_organisation: str
    to_organisation: str
    department: str

    @property
    def current(self) -> bool:
        """Whether no later edition replaced it."""
        return self.edition.edition == self.editions[-1].edition


async def open_report(work: Work, request_id: UUID, edition: int | None) -> Whole:
    """A report for somebody who may have it; a line in the who-read list. Opened by who asked, it is delivered.

    Raises: Unknown, ReportNotReady. Rule: B17, B50
    """
    request, party = await request_steps.own(work, request_id, READERS | request_access.EXPERTS)
    if Status(request.status) not in REPORTED:
        raise ReportNotReady
    if party not in READERS:
        raise Unknown
    await records.note_read(
        work,
        PersonId(request.patient_id),
        records.Seen.REMOTE_REQUEST,
        request.id,
        own=work.actor.person_id == request.patient_id,
    )
    if party is Party.REQUESTER and request.status == Status.SIGNED:
        request = await request_steps.attempt(work, request, "deliver") or request
    return await whole(work, request, edition)


async def whole(work: Work, request: RemoteRequest, edition: int | None) -> Whole:
    """One edition of a report, opened. Access is the caller's. Raises: Unknown."""
    wanted, every = await editions.edition_of(work, request.id, edition)
    parts = await editions.parts_of(work, request, wanted)
    experts = await store_people.experts(work.session, [request.id])
    houses = await _houses(work, request, experts)
    of = {each.person_id: houses.get(each.organisation_id, "") for each in experts}
    return Whole(
        request=request,
        content=await request_steps.content_of(work, request),
        patient=await identity.patient(work, PersonId(request.patient_id)),
        edition=wanted,
        editions=every,
        parts=parts,
        signers=await _signers(work, parts, of),
        requester=(await identity.person(work, PersonId(request.requester_id))).name,
        from_organisation=houses.get(request.from_organisation_id, ""),
        to_organisation=houses.get(request.to_organisation_id, "") if request.to_organisation_id else "",
        department=await _department(work, request),
    )


async def _houses(work: Work, request: RemoteRequest, experts: Sequence[RemoteExpert]) -> dict[UUID, str]:
    ids = {request.from_organisation_id, *(each.organisation_id for each in experts)}
    if request.to_organisation_id is not None:
        ids.add(request.to_organisation_id)
    return await identity.organisation_names(work, {OrganisationId(each) for each in ids})


async def _signers(work: Work, parts: list[SignedPart], of: dict[UUID, str]) -> dict[PersonId, Signer]:
    ids = {each.author_id for each in parts}
    cards = await identity.people(work, ids)
    titles = await identity.titles(work, ids, Role.DOCTOR)
    return {each: Signer(each, cards[each].name, titles.get(each, ""), of.get(each, "")) for each in ids}


async def _department(work: Work, request: RemoteRequest) -> str:
    if request.to_organisation_id is None or request.department_id is None:
        return ""
    known = await identity.departments(work, OrganisationId(request.to_organisation_id))
    return next((each.name for each in known if each.id == request.department_id), "")


async def use(work: Work, request_id: UUID, version: int, used: str, text: str) -> RemoteRequest:
    """How who asked used the report; this closes the request.

    Raises: Unknown, RequestChanged, NotInThisState. Rule: B17, meetings-10
    """
    request, _ = await request_steps.own(work, request_id, request_access.REQUESTER)
    request_steps.require_version(request, version)
    return await request_steps.take(work, request, "close", code=used, text=text or None, used=used, ended_at=work.now)


async def _look(work: Work, report_id: UUID, version: int) -> Checked:
    """What a stranger may know of one edition. Raises: Unknown. Rule: paper-1"""
    request = await request_store.by_id(work.session, report_id)
    if request is None:
        raise Unknown
    found = await whole(work, request, version)
    return Checked(
        title=TITLE,
        number=request.number,
        institution=found.to_organisation,
        patient=masked_name(found.patient.name),
        version=found.edition.edition,
        current=found.current,
        signed=tuple(_checked(each, found) for each in found.parts),
    )


def _checked(part: SignedPart, found: Whole) -> CheckedSignature:
    name = found.signers[part.author_id].name
    return CheckedSignature(part_name(part, alone=len(found.parts) == 1), name, part.signed_at, part.valid)


def part_name(part: SignedPart, *, alone: bool) -> str:
    """What a part is called on paper."""
    if part.sort is Sort.SUMMARY:
        return "主诊专家"
    return "会诊专家" if not alone else "主诊专家"


CONSULTATION_REPORT: Final = ReportKind("consultation", LETTER, _look)
