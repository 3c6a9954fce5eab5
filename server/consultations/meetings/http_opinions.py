"""Opinions, the summary and the report over HTTP; of consultations by video and offline alike."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.consultations.remote.errors import RequestChanged
from server.foundation.answers import FileAnswer
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work
from server.signatures.errors import SigningLocked

from . import opinions, report, sheet, writing
from .content import OpinionContent, OpinionFigure
from .errors import (
    ConsultationCancelled,
    NoLongerExpert,
    NoSuchFigure,
    OpinionChangedElsewhere,
    OpinionIncomplete,
    OpinionNotSigned,
    OpinionSigned,
    OthersNotSigned,
    ReportNotReady,
)
from .rules import Sort
from .views_opinions import (
    ConsultationReportView,
    OpinionDraftView,
    OpinionSignedView,
    OpinionsView,
    desk_view,
    report_view,
    saved_view,
)

routes = Routes()

_AT = "/api/remote-requests/{request_id}"
_SAVING = (
    ConsultationCancelled,
    NoLongerExpert,
    NotInThisState,
    OpinionSigned,
    OpinionChangedElsewhere,
    NoSuchFigure,
)
_SIGNING = (*_SAVING[:-1], OpinionIncomplete, OthersNotSigned, SigningLocked)
_AMENDING = (
    ConsultationCancelled,
    NoLongerExpert,
    OpinionNotSigned,
    OpinionIncomplete,
    NoSuchFigure,
    OpinionChangedElsewhere,
    SigningLocked,
)


class _Said(Body):
    """所见、意见、建议 and pictures."""

    findings: Annotated[str, Field(max_length=6000)] = ""
    opinion: Annotated[str, Field(max_length=6000)] = ""
    advice: Annotated[str, Field(max_length=6000)] = ""
    figures: Annotated[tuple[OpinionFigure, ...], Field(max_length=12)] = ()

    def content(self) -> OpinionContent:
        """As it is kept and signed."""
        return OpinionContent(findings=self.findings, opinion=self.opinion, advice=self.advice, figures=self.figures)


class OpinionBody(_Said):
    """A draft. `version` is the save that the page has (0: none yet)."""

    version: Annotated[int, Field(ge=0)]


class OpinionSigningBody(Body):
    """The save that was seen and is signed."""

    version: Annotated[int, Field(ge=1)]


class OpinionAmendmentBody(_Said):
    """The corrected text, and why."""

    reason: Annotated[str, Field(min_length=2, max_length=500)]


class ReportQuery(Query):
    """Which edition; the newest when none is named."""

    edition: Annotated[int, Field(ge=1, le=1000)] | None = None


class ReportUseBody(Body):
    """How the opinion was used, in the requester's words too."""

    version: Annotated[int, Field(ge=1)]
    used: Literal["adopted", "partly", "not"]
    text: Annotated[str, Field(max_length=500)] = ""


@routes.get(f"{_AT}/opinions", may="consultations.opine")
async def show_opinions(work: Work, request_id: UUID) -> OpinionsView:
    """My drafts, what the others have signed, and who is still missing."""
    return desk_view(await writing.desk(work, request_id))


@routes.put(f"{_AT}/opinions", may="consultations.opine", problems=_SAVING)
async def save_opinion(work: Work, request_id: UUID, body: OpinionBody) -> OpinionDraftView:
    """Save my draft, also while the talk goes on; the first of an offline request opens it."""
    return saved_view(await opinions.save(work, request_id, Sort.OPINION, body.content(), body.version))


@routes.post(f"{_AT}/opinions/sign", may="consultations.opine", problems=_SIGNING)
async def sign_opinion(work: Work, request_id: UUID, body: OpinionSigningBody) -> OpinionSignedView:
    """Sign my opinion; that of the only expert is the report."""
    return OpinionSignedView(edition=await opinions.sign(work, request_id, Sort.OPINION, body.version))


@routes.post(f"{_AT}/opinions/amend", may="consultations.opine", problems=_AMENDING)
async def amend_opinion(work: Work, request_id: UUID, body: OpinionAmendmentBody) -> OpinionSignedView:
    """Sign a corrected opinion beside the original, which stays."""
    return OpinionSignedView(edition=await opinions.amend(work, request_id, Sort.OPINION, body.content(), body.reason))


@routes.put(f"{_AT}/summary", may="consultations.opine", problems=_SAVING)
async def save_summary(work: Work, request_id: UUID, body: OpinionBody) -> OpinionDraftView:
    """Save the joint summary; the lead only."""
    return saved_view(await opinions.save(work, request_id, Sort.SUMMARY, body.content(), body.version))


@routes.post(f"{_AT}/summary/sign", may="consultations.opine", problems=_SIGNING)
async def sign_summary(work: Work, request_id: UUID, body: OpinionSigningBody) -> OpinionSignedView:
    """Sign the joint summary when every other expert has signed; this makes the report."""
    return OpinionSignedView(edition=await opinions.sign(work, request_id, Sort.SUMMARY, body.version))


@routes.post(f"{_AT}/summary/amend", may="consultations.opine", problems=_AMENDING)
async def amend_summary(work: Work, request_id: UUID, body: OpinionAmendmentBody) -> OpinionSignedView:
    """Sign a corrected summary beside the original, which stays."""
    return OpinionSignedView(edition=await opinions.amend(work, request_id, Sort.SUMMARY, body.content(), body.reason))


@routes.get(f"{_AT}/report", may="consultations.report", problems=(ReportNotReady,))
async def show_report(work: Work, request_id: UUID, query: ReportQuery) -> ConsultationReportView:
    """The signed report; opened by who asked for it, it is delivered."""
    return report_view(work, await report.open_report(work, request_id, query.edition))


@routes.get(f"{_AT}/report.pdf", may="consultations.report", problems=(ReportNotReady,))
async def print_report(work: Work, request_id: UUID, query: ReportQuery) -> FileAnswer:
    """The report on paper, with signatures and the code by which anybody checks it."""
    return await sheet.paper(work, request_id, query.edition)


@routes.post(f"{_AT}/close", may="consultations.use-report", problems=(RequestChanged, NotInThisState))
async def use_report(work: Work, request_id: UUID, body: ReportUseBody) -> None:
    """Say how the opinion was used; this closes the request."""
    await report.use(work, request_id, body.version, body.used, body.text)
