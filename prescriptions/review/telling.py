"""Who is told of what a review brings: by notification, without a word of what was prescribed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from prescriptions.model import Prescription
from prescriptions.telling import tell_doctor, tell_patient
from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.notifications import service as notifications

# Decision -> (template to the doctor, template to the patient); None: not told.
_TOLD: Final[dict[str, tuple[str | None, str | None]]] = {
    "approve": (None, "prescription-approved"),
    "return": ("prescription-returned", None),
    "reject": ("prescription-rejected", "prescription-not-approved"),
}


async def decided(work: Work, prescription: Prescription, decision: str) -> None:
    """The doctor of what needs doing, the patient of how it ended."""
    to_doctor, to_patient = _TOLD[decision]
    if to_doctor is not None:
        await tell_doctor(work, prescription, to_doctor)
    if to_patient is not None:
        await tell_patient(work, prescription, to_patient)


async def asked(work: Work, prescription: Prescription) -> None:
    """The doctor has a pharmacist's question to answer."""
    await tell_doctor(work, prescription, "prescription-question")


async def answered(work: Work, prescription: Prescription, pharmacist_id: UUID) -> None:
    """The pharmacist who asked has the doctor's answer."""
    values = {"number": prescription.number, "prescription_id": str(prescription.id)}
    await notifications.send(work, PersonId(pharmacist_id), "prescription-answer", values)


async def judged(work: Work, prescription: Prescription) -> None:
    """The doctor has feedback of 处方点评 to read."""
    await tell_doctor(work, prescription, "prescription-post-reviewed")
