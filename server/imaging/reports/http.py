"""Reports over HTTP: written, signed by two, sent back, amended, read; templates."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work
from server.imaging.critical import reporting
from server.imaging.critical.errors import CriticalAlreadyOpen
from server.imaging.orders.errors import ImagingOrderCancelled, NoSuchImagingReason, NoSuchProcedure
from server.imaging.orders.model import ImagingOrder
from server.imaging.worklist.errors import ExamClaimedByAnother, ExamClaimOver, OwnPreliminary

from . import drafting, showing, signing, templates
from .content import MOST_FIGURES, ReportContent, ReportFigure
from .errors import (
    NothingToAmend,
    NotSenior,
    ReportChangedElsewhere,
    ReportIncomplete,
    SamePersonFinalises,
    TemplateNameTaken,
    TooManyImagingTemplates,
)
from .templates import Words
from .views import (
    ImagingDraftView,
    ImagingReportStandingView,
    ImagingReportVersionView,
    ImagingReportView,
    ImagingTemplateView,
)

routes = Routes()
_READ: Final = "imaging.read"
_SEE: Final = "imaging.see-orders"
_CLAIM: Final = (ImagingOrderCancelled, ExamClaimOver, ExamClaimedByAnother)
_SIGN: Final = (Unknown, ReportChangedElsewhere, ReportIncomplete, NotInThisState)
_SECOND: Final = (ImagingOrderCancelled, SamePersonFinalises, NotSenior, ExamClaimedByAnother)
_Long = Annotated[str, Field(max_length=8000)]
_Short = Annotated[str, Field(max_length=2000)]
_Code = Annotated[str, Field(max_length=16, pattern=r"^[A-Z]+$")]


class CriticalSeenBody(Body):
    """A critical value that was seen while writing; it is opened at once, before anything is signed."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    text: Annotated[str, Field(max_length=1000)] = ""


class ReportWordsBody(Body):
    """What the report says. `version` is the one that the page shows."""

    version: Annotated[int, Field(ge=0, le=1_000_000)]
    findings: _Long = ""
    impression: _Short = ""
    advice: _Short = ""
    positive: bool = False
    template_id: Annotated[str, Field(max_length=60)] | None = None
    figures: Annotated[tuple[ReportFigure, ...], Field(max_length=MOST_FIGURES)] = ()

    def content(self) -> ReportContent:
        """As it is kept."""
        return ReportContent(
            findings=self.findings,
            impression=self.impression,
            advice=self.advice,
            positive=self.positive,
            template_id=self.template_id,
            figures=self.figures,
        )


class DraftBody(ReportWordsBody):
    """The draft as it is typed."""

    critical: CriticalSeenBody | None = None


class SignReportBody(Body):
    """Which save of the draft the page shows: exactly that is signed."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class SendBackBody(Body):
    """What is to be changed."""

    text: Annotated[str, Field(min_length=2, max_length=1000)]


class AmendReportBody(ReportWordsBody):
    """What the report says from now on, and why; `version` is the signed one that is amended."""

    reason: Annotated[str, Field(min_length=2, max_length=500)]


class TemplatesQuery(Query):
    """For which examination."""

    modality: _Code | None = None
    body_part: _Code | None = None


class NewTemplateBody(Body):
    """A template to keep; `shared` for the whole institution."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    modality: _Code
    body_part: _Code
    findings: _Long
    impression: _Short
    advice: _Short = ""
    shared: bool = False


@routes.get("/api/imaging/orders/{order_id}/report", may=_SEE, problems=(Unknown,))
async def read_imaging_report(work: Work, order_id: UUID) -> ImagingReportView:
    """The report as the asker may read it; radiologists also see what is being written."""
    return await showing.of_report(work, order_id)


@routes.put(
    "/api/imaging/orders/{order_id}/report",
    may=_READ,
    problems=(
        Unknown,
        ReportChangedElsewhere,
        OwnPreliminary,
        NotInThisState,
        NoSuchImagingReason,
        CriticalAlreadyOpen,
        *_CLAIM,
    ),
)
async def save_imaging_draft(work: Work, order_id: UUID, body: DraftBody) -> ImagingDraftView:
    """Save what is typed; a critical value that is told with it is opened at once."""
    saved = await drafting.save(work, order_id, body.version, body.content())
    if body.critical is not None:
        await reporting.open_once(work, order_id, reporting.Seen(body.critical.code, body.critical.text))
    return await showing.of_draft(work, saved)


@routes.post("/api/imaging/orders/{order_id}/report/preliminary", may=_READ, problems=(*_SIGN, *_CLAIM))
async def sign_preliminary_report(work: Work, order_id: UUID, body: SignReportBody) -> ImagingReportStandingView:
    """Sign what stands in the draft; another radiologist reviews it next."""
    return _standing(await signing.sign_preliminary(work, order_id, body.version))


@routes.post("/api/imaging/orders/{order_id}/report/final", may=_READ, problems=(*_SIGN, *_SECOND))
async def sign_final_report(work: Work, order_id: UUID, body: SignReportBody) -> ImagingReportStandingView:
    """Sign the final report, as another than the one who signed the preliminary."""
    return _standing(await signing.finalise(work, order_id, body.version))


@routes.post("/api/imaging/orders/{order_id}/report/send-back", may=_READ, problems=(Unknown, NotInThisState, *_SECOND))
async def send_report_back(work: Work, order_id: UUID, body: SendBackBody) -> ImagingReportStandingView:
    """Back to whoever wrote the preliminary report."""
    return _standing(await signing.send_back(work, order_id, body.text))


@routes.post("/api/imaging/orders/{order_id}/report/amend", may=_READ, problems=(*_SIGN, NotSenior, NothingToAmend))
async def amend_imaging_report(work: Work, order_id: UUID, body: AmendReportBody) -> ImagingReportStandingView:
    """Change a signed report with a reason; every earlier version stays readable."""
    return _standing(await signing.amend(work, order_id, body.version, body.content(), body.reason))


@routes.get("/api/imaging/orders/{order_id}/report/versions", may=_SEE, problems=(Unknown,))
async def list_report_versions(work: Work, order_id: UUID) -> list[ImagingReportVersionView]:
    """Every signed version that the asker may read, the first first."""
    return await showing.of_versions(work, order_id)


@routes.get("/api/imaging/report-templates", may=_READ)
async def list_report_templates(work: Work, query: TemplatesQuery) -> list[ImagingTemplateView]:
    """Templates for an examination: one's own, the institution's, the product's."""
    return [_template(each) for each in await templates.templates(work, query.modality, query.body_part)]


@routes.post(
    "/api/imaging/report-templates",
    may=_READ,
    status=201,
    problems=(NoSuchProcedure, NotSenior, TemplateNameTaken, TooManyImagingTemplates),
)
async def keep_report_template(work: Work, body: NewTemplateBody) -> ImagingTemplateView:
    """Keep a template for oneself, or, as a senior, for the institution."""
    words = Words(body.findings, body.impression, body.advice)
    return _template(await templates.keep(work, body.name, body.modality, body.body_part, words, shared=body.shared))


@routes.delete("/api/imaging/report-templates/{template_id}", may=_READ, problems=(Unknown, NotSenior))
async def drop_report_template(work: Work, template_id: UUID) -> None:
    """Delete a template."""
    await templates.drop(work, template_id)


def _standing(order: ImagingOrder) -> ImagingReportStandingView:
    return ImagingReportStandingView.model_validate(order)


def _template(each: templates.Template) -> ImagingTemplateView:
    return ImagingTemplateView(
        id=each.id,
        name=each.name,
        modality=each.modality,
        body_part=each.body_part,
        findings=each.words.findings,
        impression=each.words.impression,
        advice=each.words.advice,
        scope=each.scope,
        reviewed=each.reviewed,
    )
