"""What patients are told outside the page: templates of notifications, filled with times and names. Nothing clinical."""

from __future__ import annotations

from datetime import datetime

from server.foundation.actor import PersonId
from server.foundation.clock import SHANGHAI
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications

from .model import Visit


async def tell_patient(work: Work, visit: Visit, template: str, **values: str) -> None:
    """Send one of the templates about a visit to its patient."""
    await notifications.send(work, PersonId(visit.patient_id), template, {"visit_id": str(visit.id), **values})


async def booked(work: Work, visit: Visit) -> None:
    """The booking stands."""
    doctor = await identity.person(work, PersonId(visit.doctor_id))
    await tell_patient(work, visit, "visit-booked", **_when(visit.slot_starts_at), doctor=doctor.name)


async def cancelled(work: Work, visit: Visit) -> None:
    """The patient's side gave the place back."""
    await tell_patient(work, visit, "visit-cancelled", **_when(visit.slot_starts_at))


async def reminded(work: Work, visit: Visit) -> None:
    """It is soon."""
    await tell_patient(work, visit, "visit-reminder", **_when(visit.slot_starts_at))


async def nearly(work: Work, visit: Visit, ahead: int) -> None:
    """Few are still before them."""
    await tell_patient(work, visit, "visit-nearly", count=str(ahead))


def _when(instant: datetime) -> dict[str, str]:
    local = instant.astimezone(SHANGHAI)
    return {"day": f"{local:%Y-%m-%d}", "from": f"{local:%H:%M}"}
