"""What people are told of a prescription outside the page: templates of notifications. Never what was prescribed."""

from __future__ import annotations

from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.notifications import service as notifications

from .model import Prescription


async def tell_patient(work: Work, prescription: Prescription, template: str, **values: str) -> None:
    """Send one of the templates about a prescription to its patient."""
    await _send(work, prescription, PersonId(prescription.patient_id), template, values)


async def tell_doctor(work: Work, prescription: Prescription, template: str, **values: str) -> None:
    """The same to its doctor."""
    await _send(work, prescription, PersonId(prescription.prescriber_id), template, values)


async def _send(work: Work, prescription: Prescription, to: PersonId, template: str, values: dict[str, str]) -> None:
    about = {"prescription_id": str(prescription.id), "number": prescription.number}
    await notifications.send(work, to, template, {**about, **values})
