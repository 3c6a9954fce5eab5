"""What the floors above may want to know of visits."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import PersonId


@dataclass(frozen=True, slots=True)
class VisitStarted:
    """The room was opened."""

    visit_id: UUID
    patient_id: PersonId


@dataclass(frozen=True, slots=True)
class VisitSigned:
    """The doctor signed the note."""

    visit_id: UUID
    patient_id: PersonId


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """It is over; `status` is how."""

    visit_id: UUID
    patient_id: PersonId
    status: str
