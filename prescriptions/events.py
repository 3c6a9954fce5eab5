"""What happened to prescriptions, for the floors above. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId


@dataclass(frozen=True, slots=True)
class PrescriptionSigned:
    """A doctor signed one, for the first time or again; it waits for review."""

    prescription_id: UUID
    patient_id: PersonId
    organisation_id: OrganisationId


@dataclass(frozen=True, slots=True)
class PrescriptionDecided:
    """A pharmacist decided: `decision` is approve, return or reject."""

    prescription_id: UUID
    patient_id: PersonId
    organisation_id: OrganisationId
    decision: str


@dataclass(frozen=True, slots=True)
class PrescriptionEnded:
    """It will not be supplied any more: withdrawn, rejected, expired or voided."""

    prescription_id: UUID
    patient_id: PersonId
    status: str


@dataclass(frozen=True, slots=True)
class PrescriptionSupplied:
    """Drugs were dispensed and checked: all that was left (`whole`), or a part."""

    prescription_id: UUID
    patient_id: PersonId
    organisation_id: UUID
    whole: bool
