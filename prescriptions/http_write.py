"""Routes of the prescriber: write within a visit, save, sign, sign again, amend, withdraw, extend, void."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Routes
from server.foundation.work import Work

from . import access, drafting, ending, signing, steps, views
from .access import Party
from .content import Content, Override
from .errors import (
    AutomatedPrescribing,
    DigestDiffers,
    DoubleConfirmNeeded,
    ExtensionBackwards,
    ExtensionTooLong,
    FindingsChanged,
    NotPrescribingNow,
    OverridesMissing,
    PrescriptionChangedElsewhere,
    PrescriptionStopped,
    RecordNotHeld,
    TooManyDrafts,
)
from .model import Prescription
from .signing import Shown
from .views import PrescriptionView

routes = Routes()

Words = Annotated[str, Field(min_length=2, max_length=500)]
_WRITING = (AutomatedPrescribing, NotPrescribingNow, RecordNotHeld, Unknown)
_CHANGING = (PrescriptionChangedElsewhere, NotInThisState, Unknown)


class SavePrescriptionBody(Content):
    """What is written, over the version that was seen."""

    version: int = Field(ge=1)


class VersionBody(Body):
    """The version that the doctor saw."""

    version: int = Field(ge=1)


class WithdrawBody(VersionBody):
    """Why it is withdrawn, if anything is to be said."""

    reason: str = Field("", max_length=500)


class SignPrescriptionBody(VersionBody):
    """What was shown, and a reason for every finding; `double_confirm` signs twice for a dose beyond the usual."""

    digest: str = Field(min_length=64, max_length=64)
    overrides: tuple[Override, ...] = Field((), max_length=200)
    double_confirm: bool = False


class ResignBody(VersionBody):
    """The returned prescription as it stands is signed again, with an answer to the pharmacist."""

    digest: str = Field(min_length=64, max_length=64)
    reason: Words
    double_confirm: bool = True


class ExtendBody(VersionBody):
    """The last day on which it is good, and the doctor's note."""

    until: date
    note: Words


class VoidBody(VersionBody):
    """Why it is undone."""

    reason: Words


@routes.post(
    "/api/visits/{visit_id}/prescriptions",
    may="prescriptions.write",
    status=201,
    problems=(*_WRITING, TooManyDrafts),
)
async def draft_prescription(work: Work, visit_id: UUID, body: Content) -> PrescriptionView:
    """Begin a prescription in a visit; it is checked at once."""
    return await _own(work, await drafting.draft(work, visit_id, body))


@routes.put("/api/prescriptions/{prescription_id}", may="prescriptions.write", problems=(*_WRITING, *_CHANGING))
async def save_prescription(work: Work, prescription_id: UUID, body: SavePrescriptionBody) -> PrescriptionView:
    """Save over the version that was seen, with a fresh check."""
    content = Content.model_validate(body.model_dump(exclude={"version"}))
    return await _own(work, await drafting.save(work, prescription_id, body.version, content))


@routes.post(
    "/api/prescriptions/{prescription_id}/sign",
    may="prescriptions.write",
    problems=(
        *_WRITING,
        *_CHANGING,
        FindingsChanged,
        DigestDiffers,
        PrescriptionStopped,
        OverridesMissing,
        DoubleConfirmNeeded,
    ),
)
async def sign_prescription(work: Work, prescription_id: UUID, body: SignPrescriptionBody) -> PrescriptionView:
    """Sign what was shown; it goes to the pharmacists."""
    reasons = {each.finding_id: each.reason for each in body.overrides}
    shown = Shown(body.version, body.digest, reasons, body.double_confirm)
    return await _own(work, await signing.sign(work, prescription_id, shown))


@routes.post(
    "/api/prescriptions/{prescription_id}/resign",
    may="prescriptions.write",
    problems=(*_WRITING, *_CHANGING, DigestDiffers, PrescriptionStopped, OverridesMissing),
)
async def resign_prescription(work: Work, prescription_id: UUID, body: ResignBody) -> PrescriptionView:
    """双签名: sign a returned prescription again as it stands."""
    shown = Shown(body.version, body.digest)
    return await _own(work, await signing.resign(work, prescription_id, shown, body.reason))


@routes.post(
    "/api/prescriptions/{prescription_id}/amend",
    may="prescriptions.write",
    problems=(AutomatedPrescribing, *_CHANGING),
)
async def amend_prescription(work: Work, prescription_id: UUID, body: VersionBody) -> PrescriptionView:
    """Take a returned prescription back to change it; what was signed stays."""
    return await _own(work, await drafting.amend(work, prescription_id, body.version))


@routes.post("/api/prescriptions/{prescription_id}/withdraw", may="prescriptions.write", problems=_CHANGING)
async def withdraw_prescription(work: Work, prescription_id: UUID, body: WithdrawBody) -> PrescriptionView:
    """Take back what no pharmacist has approved."""
    return await _own(work, await ending.withdraw(work, prescription_id, body.version, body.reason))


@routes.post(
    "/api/prescriptions/{prescription_id}/extend",
    may="prescriptions.write",
    problems=(ExtensionTooLong, ExtensionBackwards, *_CHANGING),
)
async def extend_prescription(work: Work, prescription_id: UUID, body: ExtendBody) -> PrescriptionView:
    """Let it be good for up to three days in all."""
    return await _own(work, await ending.extend(work, prescription_id, body.version, body.until, body.note))


@routes.post("/api/prescriptions/{prescription_id}/void", may="prescriptions.void", problems=_CHANGING)
async def void_prescription(work: Work, prescription_id: UUID, body: VoidBody) -> PrescriptionView:
    """Undo an approved prescription before it is supplied; its doctor or a pharmacist of the hospital."""
    voided = await ending.void(work, prescription_id, body.version, body.reason)
    party = access.require(await steps.party_of(work, voided), access.ANYONE)
    return await views.of_prescription(work, voided, party)


async def _own(work: Work, prescription: Prescription) -> PrescriptionView:
    return await views.of_prescription(work, prescription, Party.PRESCRIBER)
