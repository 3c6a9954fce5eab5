"""What happened to studies, orders and reports; for each other and for the floors above. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId


@dataclass(frozen=True, slots=True)
class StudyArrived:
    """The first instances of a study were taken in."""

    study_id: UUID


@dataclass(frozen=True, slots=True)
class StudyMatched:
    """A study is a patient's now, and an order's where one asked for it; told anew when it is moved to another order.

    `complete`: no more instances were expected of it already before.
    """

    study_id: UUID
    patient_id: PersonId
    order_id: UUID | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class StudyQuiet:
    """No more instances are expected of a study."""

    study_id: UUID
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReportReturned:
    """A report that two people signed is with the primary doctor and the patient; told again for each amendment."""

    order_id: UUID
    patient_id: PersonId
    organisation_id: OrganisationId
    version: int


@dataclass(frozen=True, slots=True)
class CriticalOpened:
    """A radiologist saw something that must be acted on at once."""

    order_id: UUID
    critical_id: UUID
    organisation_id: OrganisationId
