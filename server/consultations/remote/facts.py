"""What the neighbours are told of requests: frozen values, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId

from .content import Mode, Urgency
from .lifecycle import Status


@dataclass(frozen=True, slots=True)
class ExpertFacts:
    """An expert of a request who has not declined or been released."""

    id: UUID
    person_id: PersonId
    organisation_id: OrganisationId
    lead: bool
    state: str


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request as meetings, reports and imaging see it."""

    id: UUID
    number: str
    status: Status
    version: int
    urgency: Urgency
    mode: Mode
    patient_id: PersonId
    encounter_id: UUID | None
    requester_id: PersonId
    from_organisation_id: OrganisationId
    to_organisation_id: OrganisationId | None
    agreement_id: UUID | None
    department_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    report_due_at: datetime | None
    signed_at: datetime | None
    experts: tuple[ExpertFacts, ...]
    study_ids: tuple[UUID, ...]

    @property
    def lead(self) -> ExpertFacts | None:
        """Who leads and signs."""
        return next((each for each in self.experts if each.lead), None)

    def expert(self, person_id: UUID | None) -> ExpertFacts | None:
        """This person's part as an expert."""
        return next((each for each in self.experts if each.person_id == person_id), None)
