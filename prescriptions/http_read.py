"""Routes that read prescriptions: of a visit, of a patient, one's own, one of them, its history and its proof."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import Query, Routes
from server.foundation.work import Work

from . import lists, proving, views
from .views import PrescriptionStepView, PrescriptionView

routes = Routes()


class WhoseQuery(Query):
    """Whose prescriptions; empty: a doctor's own that wait for something, or the acting patient's and their wards'."""

    patient_id: UUID | None = None


@routes.get("/api/visits/{visit_id}/prescriptions", may="prescriptions.list", problems=(Unknown,))
async def list_of_visit(work: Work, visit_id: UUID) -> list[PrescriptionView]:
    """What was prescribed in a visit."""
    return await views.of_prescriptions(work, await lists.of_visit(work, visit_id))


@routes.get("/api/prescriptions", may="prescriptions.list", problems=(Unknown,))
async def list_prescriptions(work: Work, query: WhoseQuery) -> list[PrescriptionView]:
    """Prescriptions, the newest first."""
    found = await lists.of_patient(work, PersonId(query.patient_id)) if query.patient_id else await lists.mine(work)
    return await views.of_prescriptions(work, found)


@routes.get("/api/prescriptions/{prescription_id}", may="prescriptions.read", problems=(Unknown,))
async def show_prescription(work: Work, prescription_id: UUID) -> PrescriptionView:
    """One prescription."""
    prescription, party = await lists.one(work, prescription_id)
    return await views.of_prescription(work, prescription, party)


@routes.get("/api/prescriptions/{prescription_id}/steps", may="prescriptions.read", problems=(Unknown,))
async def show_steps(work: Work, prescription_id: UUID) -> list[PrescriptionStepView]:
    """Its history, the first step first."""
    prescription, party = await lists.one(work, prescription_id)
    return await views.of_steps(work, prescription, party)


@routes.get("/api/prescriptions/{prescription_id}/proof", may="prescriptions.read", problems=(Unknown,))
async def show_proof(work: Work, prescription_id: UUID) -> dict[str, Any]:
    """What a stranger needs to check the doctor's signature without us: document, signature, certificates."""
    prescription, _ = await lists.one(work, prescription_id)
    return await proving.proof(work, prescription)
