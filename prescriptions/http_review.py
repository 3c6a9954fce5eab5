"""Review over HTTP: the queue, claims, decisions, and the talk with the doctor."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from server.foundation.errand import Errand, Told
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import SIGNED_IN, Body, Query, Routes
from server.foundation.work import Work

from . import views_sheet
from .content import Kind
from .model import Prescription
from .review import claiming, deciding, proof, queue, reasons, sheet, talking
from .review.deciding import Because, Decision, Seen
from .review.desk import ClaimView, ReviewDesk, Wanted
from .review.errors import (
    ClaimedByAnother,
    ClaimOver,
    NoSuchReason,
    NothingToReview,
    NotWhatWasSeen,
    OwnPrescription,
    PastValidity,
    WordsMissing,
)
from .review.queue import Filters, State
from .review.views import QueuedView, ReasonView, ReviewMessageView, ReviewStandingView
from .views_sheet import SheetView

routes = Routes()
_MAY: Final = "prescriptions.review"
_DECIDING: Final = (ClaimOver, ClaimedByAnother, NotWhatWasSeen, OwnPrescription, NotInThisState)
_BECAUSE: Final = (NoSuchReason, WordsMissing)
_Digest = Annotated[str, Field(min_length=1, max_length=128)]


class Worst(StrEnum):
    """What the checks decided, as the queue is filtered by it."""

    FAILED = "failed"
    NOT_COVERED = "not_covered"
    CONFIRM = "confirm"
    WARNING = "warning"
    PASSED = "passed"


class QueueQuery(Query):
    """What of the queue; everything when nothing is said. `level` is the decision of the checks."""

    state: State | None = None
    kind: Kind | None = None
    department: UUID | None = None
    level: Worst | None = None


class NextBody(Body):
    """Of which part of the queue the next is wanted."""

    kind: Kind | None = None
    department: UUID | None = None
    level: Worst | None = None


class SeenBody(Body):
    """What the page shows: the decision counts only for exactly that."""

    version: Annotated[int, Field(ge=1)]
    digest: _Digest
    findings_digest: _Digest

    def seen(self) -> Seen:
        """As the use case takes it."""
        return Seen(self.version, self.digest, self.findings_digest)


class ReasonedBody(SeenBody):
    """The same, with a reason of the catalogue and the words that the doctor reads."""

    reason_code: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=1000)]

    def because(self) -> Because:
        """As the use case takes it."""
        return Because(self.reason_code, self.text)


class MessageBody(Body):
    """What is said."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


@routes.get("/api/reviews", may=_MAY)
async def read_queue(work: Work, query: QueueQuery) -> list[QueuedView]:
    """The review queue of the own hospital, the next first."""
    filters = Filters(query.state, query.kind, query.department, query.level)
    return [QueuedView.model_validate(each) for each in await queue.queue(work, filters)]


@routes.post("/api/reviews/next", may=_MAY, problems=(NothingToReview,))
async def claim_next(errand: Errand, body: NextBody) -> Told[ClaimView]:
    """Claim the next prescription of the queue; nobody else is given it."""
    wanted = Wanted(errand.actor.organisation, body.kind, body.department, body.level)
    return await errand.part(ReviewDesk).next(errand, wanted)


@routes.post("/api/prescriptions/{prescription_id}/claim", may=_MAY, problems=(ClaimedByAnother, *_DECIDING[3:]))
async def claim_prescription(work: Work, prescription_id: UUID) -> ReviewStandingView:
    """Claim this one, or renew the own claim."""
    return _held(await claiming.claim(work, prescription_id))


@routes.post("/api/prescriptions/{prescription_id}/renew-claim", may=_MAY, problems=(ClaimOver, OwnPrescription))
async def renew_claim(work: Work, prescription_id: UUID) -> ReviewStandingView:
    """Hold it for ten minutes more."""
    return _held(await claiming.renew(work, prescription_id))


@routes.post("/api/prescriptions/{prescription_id}/release", may=_MAY, problems=(ClaimOver, OwnPrescription))
async def release_claim(work: Work, prescription_id: UUID) -> ReviewStandingView:
    """Give it back to the queue."""
    return _held(await claiming.release(work, prescription_id))


@routes.post("/api/prescriptions/{prescription_id}/approve", may=_MAY, problems=(PastValidity, *_DECIDING))
async def approve_prescription(work: Work, prescription_id: UUID, body: SeenBody) -> ReviewStandingView:
    """Approve and sign what was seen: the prescription is valid from now on."""
    return _held(await deciding.decide(work, prescription_id, Decision.APPROVE, body.seen()))


@routes.post("/api/prescriptions/{prescription_id}/return", may=_MAY, problems=(*_BECAUSE, *_DECIDING))
async def return_prescription(work: Work, prescription_id: UUID, body: ReasonedBody) -> ReviewStandingView:
    """Back to the doctor, who confirms by a second signature, amends or withdraws."""
    return _held(await deciding.decide(work, prescription_id, Decision.RETURN, body.seen(), body.because()))


@routes.post("/api/prescriptions/{prescription_id}/reject", may=_MAY, problems=(*_BECAUSE, *_DECIDING))
async def reject_prescription(work: Work, prescription_id: UUID, body: ReasonedBody) -> ReviewStandingView:
    """Refuse gravely unreasonable or wrong use; it is over, recorded and counted for the regulators."""
    return _held(await deciding.decide(work, prescription_id, Decision.REJECT, body.seen(), body.because()))


@routes.get("/api/prescriptions/{prescription_id}/review", may=_MAY, problems=(OwnPrescription,))
async def read_sheet(work: Work, prescription_id: UUID) -> SheetView:
    """Prescription, patient, findings, reasons, history and talk side by side."""
    return await views_sheet.of_sheet(work, await sheet.sheet(work, prescription_id))


@routes.get("/api/prescriptions/{prescription_id}/review-proof", may="prescriptions.talk")
async def read_proof(work: Work, prescription_id: UUID) -> dict[str, Any]:
    """Both signatures with all they are on, for `python -m server.signatures.verify`; of an approved prescription."""
    return await proof.proof_for(work, prescription_id)


@routes.get("/api/prescriptions/{prescription_id}/messages", may="prescriptions.talk")
async def read_messages(work: Work, prescription_id: UUID) -> list[ReviewMessageView]:
    """The talk between pharmacist and prescriber; the patient does not see it."""
    return [ReviewMessageView.model_validate(each) for each in await talking.messages(work, prescription_id)]


@routes.post(
    "/api/prescriptions/{prescription_id}/messages", may="prescriptions.talk", status=201, problems=(NotInThisState,)
)
async def write_message(work: Work, prescription_id: UUID, body: MessageBody) -> ReviewMessageView:
    """Ask the doctor, or answer; the other side is told."""
    return ReviewMessageView.model_validate(await talking.write(work, prescription_id, body.text))


@routes.get("/api/review-reasons", may=SIGNED_IN)
async def read_reasons(work: Work) -> dict[Literal["return", "reject", "sample"], list[ReasonView]]:
    """The coded reasons to return and to reject, and the faults of 处方点评."""
    return {
        "return": [ReasonView.model_validate(each) for each in reasons.RETURN.values()],
        "reject": [ReasonView.model_validate(each) for each in reasons.REJECT.values()],
        "sample": [ReasonView.model_validate(each) for each in reasons.FAULTS.values()],
    }


def _held(prescription: Prescription) -> ReviewStandingView:
    return ReviewStandingView.model_validate(prescription)
