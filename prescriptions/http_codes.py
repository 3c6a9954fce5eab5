"""The pick-up code over HTTP: for the patient, for strangers who verify, and where it can be taken."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.actor import Level, Role
from server.foundation.answers import FileAnswer
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import PUBLIC, SIGNED_IN, Body, Routes, View
from server.foundation.work import Work
from server.identity import service as identity

from . import steps, views
from .access import ANYONE
from .dispensing import handing_out, leaving
from .dispensing.errors import CodeNotReady, NotPrintableYet, TooManyVerifications
from .dispensing.leaving import Reason
from .dispensing.rules import Standing
from .model import Prescription
from .paper import making
from .views import PrescriptionView

routes = Routes()
_READ, _RECEIVE = "prescriptions.read", "prescriptions.receive"


class PharmacyView(View):
    """Where a prescription can be taken."""

    id: UUID
    name: str
    kind: identity.OrganisationKind
    level: Level
    phone: str
    address: str


class PickUpCodeView(View):
    """The code, while a pharmacy would take it; otherwise who holds the prescription."""

    standing: Standing
    token_url_fragment: str | None = Field(description="What follows the host in the QR's address: /rx#<token>")
    digits: str | None
    valid_until: datetime | None
    pharmacy: PharmacyView | None
    paper: str = Field(description="Where the paper is: a path of this API")


class VerifyBody(Body):
    """A token, or the whole address out of a QR."""

    token: Annotated[str, Field(min_length=1, max_length=300)]


class VerificationView(View):
    """Nothing of the patient and nothing of the drugs."""

    genuine: bool
    state: Standing | None
    hospital: str | None
    signed_at: datetime | None


class ReturnBody(Body):
    """Why drugs come back."""

    code: Reason
    text: Annotated[str, Field(min_length=2, max_length=500)]


@routes.get("/api/prescriptions/{prescription_id}/code", may=_RECEIVE, problems=(CodeNotReady,))
async def show_code(work: Work, prescription_id: UUID) -> PickUpCodeView:
    """The pick-up code, for the patient's side."""
    found = await handing_out.code_for_patient(work, prescription_id)
    return PickUpCodeView(
        standing=found.standing,
        token_url_fragment=found.code.fragment if found.code else None,
        digits=found.code.digits if found.code else None,
        valid_until=found.valid_until,
        pharmacy=_pharmacy(found.pharmacy) if found.pharmacy else None,
        paper=f"/api/prescriptions/{prescription_id}/pdf",
    )


@routes.get("/api/prescriptions/{prescription_id}/pdf", may=_READ, problems=(NotPrintableYet,))
async def print_prescription(work: Work, prescription_id: UUID) -> FileAnswer:
    """The prescription on A5; with the code for the patient's side and the prescriber, without it for pharmacies."""
    return await making.paper(work, prescription_id)


@routes.get("/api/pharmacies", may=SIGNED_IN)
async def list_pharmacies(work: Work) -> list[PharmacyView]:
    """Where pharmacists dispense, from the top of the health system down."""
    return [_pharmacy(card) for card in await identity.organisations_with(work, Role.PHARMACIST)]


@routes.post("/api/prescription-verifications", may=PUBLIC, problems=(TooManyVerifications,))
async def verify_prescription(work: Work, body: VerifyBody) -> VerificationView:
    """Whether a code is of a genuine prescription, and how that stands."""
    return VerificationView.model_validate(await handing_out.verify(work, body.token))


@routes.post("/api/prescriptions/{prescription_id}/received", may=_RECEIVE, problems=(NotInThisState,))
async def parcel_received(work: Work, prescription_id: UUID) -> PrescriptionView:
    """The parcel has come."""
    return await _seen(work, await leaving.received(work, prescription_id))


@routes.post(
    "/api/prescriptions/{prescription_id}/return-requests", may="prescriptions.return", problems=(NotInThisState,)
)
async def request_return(work: Work, prescription_id: UUID, body: ReturnBody) -> PrescriptionView:
    """Drugs have to come back: bad quality, the wrong drug, a recall, a refused parcel."""
    return await _seen(work, await leaving.request_return(work, prescription_id, body.code, body.text))


async def _seen(work: Work, prescription: Prescription) -> PrescriptionView:
    found, party = await steps.own(work, prescription.id, ANYONE)
    return await views.of_prescription(work, found, party)


def _pharmacy(card: identity.OrganisationCard) -> PharmacyView:
    return PharmacyView(
        id=card.id, name=card.name, kind=card.kind, level=card.level, phone=card.phone, address=card.address
    )
