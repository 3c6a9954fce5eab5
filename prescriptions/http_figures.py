"""Figures of reviewing, the regulators' count of rejections, and 处方点评 over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work

from .review import figures, sampling
from .review.errors import FaultsDoNotFit, JudgedAlready, OwnReview
from .review.sampling import Rule, Verdict
from .review.views import DrawnView, FiguresView, ReportView, SampledView

routes = Routes()
LONGEST: Final = timedelta(days=366)
_WORDS: Final = {
    "zh": "日期范围最多一年，结束不能早于开始",
    "en": "At most a year, and the end not before the start",
}


def _require_days(first: date, last: date) -> None:
    if not timedelta(0) <= last - first <= LONGEST:
        raise PydanticCustomError("days", "days", _WORDS)


class Period(Query):
    """From the first to the last day."""

    first: date
    last: date

    @model_validator(mode="after")
    def _a_year_at_most(self) -> Self:
        _require_days(self.first, self.last)
        return self


class DrawBody(Body):
    """From what was approved in which days; without a size, as many as the regulation wants at least."""

    first: date
    last: date
    size: Annotated[int, Field(ge=1, le=1000)] | None = None
    rule: Rule = Rule.ANY

    @model_validator(mode="after")
    def _a_year_at_most(self) -> Self:
        _require_days(self.first, self.last)
        return self


class JudgeBody(Body):
    """The verdict, the codes of the faults, and words for the doctor."""

    verdict: Verdict
    codes: Annotated[tuple[Annotated[str, Field(max_length=8)], ...], Field(max_length=28)] = ()
    text: Annotated[str, Field(max_length=1000)] = ""


@routes.get("/api/review-figures", may="prescriptions.review")
async def read_figures(work: Work, query: Period) -> FiguresView:
    """How long patients waited, what went back, which rules are no longer heeded, and the asker's own day."""
    return FiguresView.model_validate(await figures.figures(work, query.first, query.last))


@routes.get("/api/rejection-counts", may="prescriptions.count")
async def count_rejections(work: Work, query: Period) -> list[ReportView]:
    """Rejected prescriptions by hospital and reason; no person and no drug."""
    return [ReportView.model_validate(each) for each in await figures.reports(work, query.first, query.last)]


@routes.post("/api/post-reviews/sample", may="prescriptions.review")
async def draw_sample(work: Work, body: DrawBody) -> DrawnView:
    """Draw a sample for 处方点评 by lot; no prescription is in two samples."""
    return DrawnView.model_validate(await sampling.draw(work, body.first, body.last, body.size, body.rule))


@routes.get("/api/post-reviews", may="prescriptions.review")
async def read_samples(work: Work) -> list[SampledView]:
    """What is to be judged, then what was judged."""
    return [SampledView.model_validate(each) for each in await sampling.samples(work)]


@routes.post(
    "/api/post-reviews/{sample_id}", may="prescriptions.review", problems=(FaultsDoNotFit, JudgedAlready, OwnReview)
)
async def judge_sample(work: Work, sample_id: UUID, body: JudgeBody) -> SampledView:
    """Judge one prescription of a sample; the doctor is told of faults."""
    return SampledView.model_validate(await sampling.judge(work, sample_id, body.verdict, body.codes, body.text))


@routes.get("/api/prescriptions/{prescription_id}/post-review", may="prescriptions.talk")
async def read_feedback(work: Work, prescription_id: UUID) -> SampledView:
    """What 处方点评 found of a prescription; for its doctor and its hospital's pharmacists."""
    return SampledView.model_validate(await sampling.feedback_for(work, prescription_id))
