"""就诊小结, what the patient takes home: what the doctor found, diagnosis, plan, next visit, who signed and when."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import OrganisationCard, PatientFacts
from server.records import service as records
from server.records.service import NoteView

from . import steps
from .errors import NoteNotSigned
from .model import Visit
from .steps import ANYONE


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that the printed page says."""

    visit: Visit
    patient: PatientFacts
    organisation: OrganisationCard | None
    note: NoteView


async def summary(work: Work, visit_id: UUID) -> Summary:
    """The signed summary; a view in the patient's who-read list when somebody else looks.

    Raises: Unknown, NoteNotSigned.
    Rule: visits-12
    """
    visit, _ = await steps.own(work, visit_id, ANYONE)
    if not await records.signed(work, visit.encounter_id):
        raise NoteNotSigned
    organisations = await identity.organisations(work, [OrganisationId(visit.organisation_id)])
    return Summary(
        visit=visit,
        patient=await identity.patient(work, PersonId(visit.patient_id)),
        organisation=organisations[0] if organisations else None,
        note=await records.note(work, visit.encounter_id),
    )
