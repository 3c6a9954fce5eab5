"""What people are told of chronic care outside the page: that something was asked or answered, never what."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.notifications import service as notifications


async def tell(work: Work, prescription: Prescription, to: Iterable[UUID], template: str) -> None:
    """Send a template about a prescription to some people."""
    about = {"prescription_id": str(prescription.id), "number": prescription.number}
    for person_id in to:
        await notifications.send(work, PersonId(person_id), template, about)
