"""The pharmacy's counter over HTTP: take a code, count out, check, hand over or send, give back."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import SIGNED_IN, Body, Query, Routes, View
from server.foundation.work import Work
from server.signatures.errors import SigningLocked, SigningPinMissing

from .content import Amount
from .dispensing import authentic, filling, leaving, redeeming, store, views
from .dispensing.checklist import CHECKLIST, MATCHES
from .dispensing.documents import Counted
from .dispensing.errors import (
    ColdChainNotSent,
    DispensingUnderway,
    MatchesMissing,
    MoreThanLeft,
    NothingToCheck,
    PharmacistMustCheck,
    PickUpCodeWrong,
    PrescriptionNotInForce,
    PrescriptionOver,
    PrescriptionUsed,
    SignaturesDoNotHold,
    SubstitutionAsked,
    TooManyCodes,
    TwoPeopleNeeded,
)
from .dispensing.leaving import Addressee, Parcel, Receiver
from .dispensing.model import Dispensing
from .dispensing.redeeming import Shown
from .dispensing.views import HeldView, RedemptionView

routes = Routes()
_MAY = "prescriptions.dispense"
_LONGEST_LIST = 200
_Text = Annotated[str, Field(min_length=1, max_length=80)]
_Words = Annotated[str, Field(min_length=2, max_length=500)]
_Matched = Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=len(MATCHES))]


class Which(StrEnum):
    """Which redemptions."""

    OPEN = "open"
    ENDED = "ended"


class HeldQuery(Query):
    """All of them when nothing is said."""

    state: Which | None = None


class RedeemBody(Body):
    """The QR's token (or its whole address), or the digits with the last four characters of the patient's ID number."""

    token: Annotated[str, Field(max_length=300)] = ""
    digits: Annotated[str, Field(max_length=40)] = ""
    id_last4: Annotated[str, Field(max_length=4)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.token) == bool(self.digits and self.id_last4):
            words = {
                "zh": "请扫二维码，或填取药码和身份证号后四位",
                "en": "Scan the QR, or enter the digits with the last four characters of the ID number",
            }
            raise PydanticCustomError("code", "code", words)
        return self


class PortionBody(Body):
    """How much of one line, of which batch."""

    item_id: UUID
    quantity: Amount
    batch: Annotated[str, Field(min_length=1, max_length=40)]
    expires_on: date | None = None
    trace_codes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z]{7,40}$")], ...], Field(max_length=200)
    ] = ()


class DispenseBody(Body):
    """What was counted out; `matched` are the codes of 四查十对 that were gone through, all ten."""

    items: Annotated[tuple[PortionBody, ...], Field(min_length=1, max_length=60)]
    matched: _Matched


class CheckBody(Body):
    """`single_duty`: nobody else is there, the dispenser checks and signs a second time (单人双签)."""

    dispensing_id: UUID
    matched: _Matched
    single_duty: bool = False


class BackBody(Body):
    """Why a pharmacy gives it back."""

    reason: _Words


class HandOverBody(Body):
    """To whom."""

    receiver: Receiver


class ConsignBody(Body):
    """With whom and to whom it goes."""

    carrier: _Text
    tracking: _Text
    name: _Text
    phone: Annotated[str, Field(pattern=r"^\+?[0-9 -]{5,20}$")]
    address: Annotated[str, Field(min_length=4, max_length=200)]


class TravelBody(Body):
    """Where the parcel is."""

    state: Parcel


class MatchView(View):
    """One thing to compare."""

    code: str
    zh: str
    en: str


class ChecklistView(View):
    """One of the four checks."""

    code: str
    zh: str
    en: str
    matches: list[MatchView]


class DispensingProofView(View):
    """Everything a stranger needs to check one signature, with `python -m server.signatures.verify`."""

    act: str
    proof: dict[str, Any]


@routes.get("/api/dispensing-checklist", may=SIGNED_IN)
async def checklist(work: Work) -> list[ChecklistView]:
    """四查十对, in their order."""
    return [ChecklistView.model_validate(check) for check in CHECKLIST]


@routes.post(
    "/api/redemptions",
    may=_MAY,
    status=201,
    problems=(
        *(PickUpCodeWrong, TooManyCodes, PrescriptionUsed),
        *(PrescriptionOver, PrescriptionNotInForce, SignaturesDoNotHold),
    ),
)
async def redeem(work: Work, body: RedeemBody) -> RedemptionView:
    """Take a code: from now on the prescription is this pharmacy's, and no other's."""
    made = await redeeming.redeem(work, Shown(body.token, body.digits, body.id_last4))
    return await _shown(work, made.id)


@routes.get("/api/redemptions", may=_MAY)
async def list_redemptions(work: Work, query: HeldQuery) -> list[HeldView]:
    """What this pharmacy holds or held, the newest first."""
    ended = None if query.state is None else query.state is Which.ENDED
    held = await store.redemptions_of(work.session, work.actor.organisation, ended=ended, limit=_LONGEST_LIST)
    return await views.of_held(work, held)


@routes.get("/api/redemptions/{redemption_id}", may=_MAY)
async def show_redemption(work: Work, redemption_id: UUID) -> RedemptionView:
    """One of them, with everything that belongs to it."""
    return await _shown(work, redemption_id)


@routes.post(
    "/api/redemptions/{redemption_id}/dispense",
    may=_MAY,
    problems=(
        *(MatchesMissing, MoreThanLeft, DispensingUnderway, SubstitutionAsked),
        *(NotInThisState, SigningLocked, SigningPinMissing),
    ),
)
async def dispense(work: Work, redemption_id: UUID, body: DispenseBody) -> RedemptionView:
    """Count out and sign; it counts once somebody checked it."""
    counted = [
        Counted(each.item_id, each.quantity, each.batch, each.expires_on, each.trace_codes) for each in body.items
    ]
    await filling.dispense(work, redemption_id, counted, body.matched)
    return await _shown(work, redemption_id)


@routes.post(
    "/api/redemptions/{redemption_id}/check",
    may=_MAY,
    problems=(
        *(NothingToCheck, PharmacistMustCheck, TwoPeopleNeeded, MatchesMissing, MoreThanLeft),
        *(NotInThisState, SigningLocked, SigningPinMissing),
    ),
)
async def check(work: Work, redemption_id: UUID, body: CheckBody) -> RedemptionView:
    """Check what a colleague counted out, and sign."""
    await filling.check(work, redemption_id, body.dispensing_id, body.matched, single_duty=body.single_duty)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/put-back", may=_MAY, problems=(NothingToCheck,))
async def put_back(work: Work, redemption_id: UUID) -> RedemptionView:
    """Put back what was counted out and not checked."""
    await filling.take_back(work, redemption_id)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/unlock", may=_MAY, problems=(NotInThisState, SubstitutionAsked))
async def unlock(work: Work, redemption_id: UUID, body: BackBody) -> RedemptionView:
    """Give it back untouched: any pharmacy may take the code again, while it is valid."""
    await redeeming.unlock(work, redemption_id, body.reason)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/give-back", may=_MAY, problems=(NotInThisState, SubstitutionAsked))
async def give_back(work: Work, redemption_id: UUID, body: BackBody) -> RedemptionView:
    """Give the rest of a partly dispensed one back."""
    await redeeming.give_rest_back(work, redemption_id, body.reason)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/hand-over", may=_MAY, problems=(NotInThisState,))
async def hand_over(work: Work, redemption_id: UUID, body: HandOverBody) -> RedemptionView:
    """Give it over the counter."""
    await leaving.hand_over(work, redemption_id, body.receiver)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/consign", may=_MAY, problems=(NotInThisState, ColdChainNotSent))
async def consign(work: Work, redemption_id: UUID, body: ConsignBody) -> RedemptionView:
    """Give it to a carrier; what must stay cold is not sent."""
    to = Addressee(body.name, body.phone, body.address)
    await leaving.consign(work, redemption_id, body.carrier, body.tracking, to)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/deliver", may=_MAY, problems=(NotInThisState,))
async def deliver(work: Work, redemption_id: UUID, body: TravelBody) -> RedemptionView:
    """What the carrier says of the parcel."""
    await leaving.travel(work, redemption_id, body.state)
    return await _shown(work, redemption_id)


@routes.post("/api/redemptions/{redemption_id}/take-back", may=_MAY, problems=(NotInThisState,))
async def take_back(work: Work, redemption_id: UUID, body: BackBody) -> RedemptionView:
    """What had to come back is here, and out of use."""
    await leaving.take_back(work, redemption_id, body.reason)
    return await _shown(work, redemption_id)


@routes.get("/api/redemptions/{redemption_id}/proofs", may=_MAY)
async def proofs(work: Work, redemption_id: UUID) -> list[DispensingProofView]:
    """The proofs of who counted out and who checked."""
    redemption, prescription = await redeeming.own(work, redemption_id, ended=True)
    done = await store.dispensings_of(work.session, Dispensing.redemption_id == redemption.id)
    found = [proof for each in done for proof in await authentic.proofs(work, prescription, each)]
    return [DispensingProofView(act=proof["act"], proof=proof) for proof in found]


async def _shown(work: Work, redemption_id: UUID) -> RedemptionView:
    return await views.of_redemption(work, *await redeeming.own(work, redemption_id, ended=True))
