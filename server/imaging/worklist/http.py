"""The worklist over HTTP: pages of it, the next one, claims."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work
from server.imaging.orders.errors import ImagingOrderCancelled
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.places import BadPlace
from server.imaging.orders.rules import Urgency

from . import claiming, listing
from .errors import ExamClaimedByAnother, ExamClaimOver, NothingToRead, OwnPreliminary
from .listing import Shown
from .store import Wanted
from .views import ImagingClaimView, ImagingWorklistView

routes = Routes()
_MAY: Final = "imaging.read"
_Code = Annotated[str, Field(max_length=16, pattern=r"^[A-Z]+$")]


class WorklistQuery(Query):
    """What of the worklist; `after` is the place where the last page ended."""

    state: Shown = Shown.QUEUED
    modality: _Code | None = None
    department: UUID | None = None
    urgency: Urgency | None = None
    after: Annotated[str, Field(max_length=200)] | None = None


class NextState(StrEnum):
    """What the next one is wanted for: to be written, or to be reviewed."""

    QUEUED = "queued"
    PRELIMINARY = "preliminary"


class NextExamBody(Body):
    """Of which part of the worklist the next is wanted."""

    state: NextState = NextState.QUEUED
    modality: _Code | None = None
    department: UUID | None = None
    urgency: Urgency | None = None


@routes.get("/api/imaging/worklist", may=_MAY, problems=(BadPlace,))
async def read_worklist(work: Work, query: WorklistQuery) -> ImagingWorklistView:
    """A page of what the own departments read: emergencies first, then what is due first; reported ones newest first."""
    wanted = Wanted(Status.QUEUED, query.modality, query.department, query.urgency)
    return await listing.page(work, query.state, wanted, query.after)


@routes.post("/api/imaging/worklist/next", may=_MAY, problems=(NothingToRead, OwnPreliminary))
async def claim_next_exam(work: Work, body: NextExamBody) -> ImagingClaimView:
    """Claim the next one that nobody has; nobody else is given it."""
    wanted = Wanted(Status(body.state.value), body.modality, body.department, body.urgency)
    return ImagingClaimView.model_validate(await claiming.claim_next(work, wanted))


@routes.post(
    "/api/imaging/orders/{order_id}/claim",
    may=_MAY,
    problems=(ImagingOrderCancelled, ExamClaimedByAnother, OwnPreliminary, NotInThisState),
)
async def claim_exam(work: Work, order_id: UUID) -> ImagingClaimView:
    """Claim this one for writing or for review, or renew the own claim."""
    return ImagingClaimView.model_validate(await claiming.claim(work, order_id))


@routes.post("/api/imaging/orders/{order_id}/renew-claim", may=_MAY, problems=(ImagingOrderCancelled, ExamClaimOver))
async def renew_exam_claim(work: Work, order_id: UUID) -> ImagingClaimView:
    """Hold it for thirty minutes more."""
    return ImagingClaimView.model_validate(await claiming.renew(work, order_id))


@routes.post("/api/imaging/orders/{order_id}/release", may=_MAY, problems=(ExamClaimOver,))
async def release_exam(work: Work, order_id: UUID) -> ImagingClaimView:
    """Give it back; the draft stays."""
    return ImagingClaimView.model_validate(await claiming.release(work, order_id))
