"""Who is told of what a review brings: by notification, without a word of what was prescribed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.notifications import service as notifications

# Kind of decision -> (to the doctor, to the patient); None: not told.
_TOLD: Final[dict[str, tuple[str | None, str | None]]] = {
    "approve": (None, "prescription-approved"),
    "return": ("prescription-returned", None),
    "reject": ("prescription-rejected", "prescription-not-approved"),
}


async def decided(work: Work, prescription: Prescription, decision: str) -> None:
    """The doctor of what needs doing, the patient of how it ended."""
    to_doctor, to_patient = _TOLD[decision]
    values = {"number": prescription.number, "prescription_id": str(prescription.id)}
    if to_doctor is not None:
        await notifications.send(work, PersonId(prescription.prescriber_id), to_doctor, values)
    if to_patient is not None:
        await notifications.send(work, PersonId(prescription.patient_id), to_patient, values)


async def written(work: Work, prescription: Prescription, to: UUID, template: str) -> None:
    """Somebody wrote about a prescription: the other side is told."""
    values = {"number": prescription.number, "prescription_id": str(prescription.id)}
    await notifications.send(work, PersonId(to), template, values)


async def judged(work: Work, prescription: Prescription) -> None:
    """The doctor has feedback of 处方点评 to read."""
    await written(work, prescription, prescription.prescriber_id, "prescription-post-reviewed")
