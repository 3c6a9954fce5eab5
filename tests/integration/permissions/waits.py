"""Somebody's place in a waiting list and a suspension that is over, for the matrix."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from server.appointments.model_course import Suspension, Waiting
from server.foundation.actor import SYSTEM, OrganisationId
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests.people import Somebody


async def a_wait(
    ground: Ground, patient: Somebody, session_id: UUID, organisation_id: OrganisationId
) -> dict[str, str]:
    """The ids of both; the one hinders nobody from booking, the other waits where the patient has a place already."""
    async with unit_of_work(ground, SYSTEM) as work:
        waiting = Waiting(
            id=uuid4(),
            session_id=session_id,
            patient_id=patient.id,
            quotas=["online"],
            joined_by=patient.id,
            right_used="self",
            joined_at=work.now,
            status="waiting",
        )
        suspension = Suspension(
            id=uuid4(),
            patient_id=patient.id,
            organisation_id=organisation_id,
            no_shows=3,
            starts_at=work.now - timedelta(days=31),
            ends_at=work.now - timedelta(days=1),
        )
        work.session.add_all([waiting, suspension])
    return {"waiting_id": str(waiting.id), "suspension_id": str(suspension.id)}
