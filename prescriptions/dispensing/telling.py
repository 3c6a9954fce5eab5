"""Who is told of what happens at a pharmacy: by notification, without a word of what was prescribed."""

from __future__ import annotations

from prescriptions.model import Prescription
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications


async def dispensed(work: Work, prescription: Prescription, *, whole: bool) -> None:
    """The patient may come for it, or has got a part."""
    template = "medicine-dispensed" if whole else "medicine-dispensed-part"
    await _patient(work, prescription, template, pharmacy=await _pharmacy(work))


async def sent(work: Work, prescription: Prescription, carrier: str) -> None:
    """The parcel is on its way."""
    await _patient(work, prescription, "medicine-sent", pharmacy=await _pharmacy(work), carrier=carrier)


async def asked(work: Work, prescription: Prescription) -> None:
    """A pharmacy asks the prescriber."""
    values = {"number": prescription.number, "prescription_id": str(prescription.id), "pharmacy": await _pharmacy(work)}
    await notifications.send(work, PersonId(prescription.prescriber_id), "substitution-asked", values)


async def _patient(work: Work, prescription: Prescription, template: str, **values: str) -> None:
    links = {"number": prescription.number, "prescription_id": str(prescription.id)}
    await notifications.send(work, PersonId(prescription.patient_id), template, {**links, **values})


async def _pharmacy(work: Work) -> str:
    return (await identity.organisation(work, OrganisationId(work.actor.organisation))).name
