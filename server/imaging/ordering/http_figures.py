"""Figures of imaging over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.routes import Query, Routes
from server.foundation.work import Work

from . import figures
from .figures import ImagingFiguresView

routes = Routes()
_LONGEST: Final = timedelta(days=366)
_WORDS: Final = {
    "zh": "日期范围最多一年，结束不能早于开始",
    "en": "At most a year, and the end not before the start",
}


class ImagingFiguresQuery(Query):
    """From the first to the last day, both included; at most a year."""

    first: date = Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))
    last: date = Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta(0) <= self.last - self.first <= _LONGEST:
            raise PydanticCustomError("days", "days", _WORDS)
        return self


@routes.get("/api/imaging/figures", may="imaging.count")
async def read_imaging_figures(work: Work, query: ImagingFiguresQuery) -> ImagingFiguresView:
    """The own institution's figures: turnaround by modality, what is late or was sent back, examinations saved."""
    return await figures.figures(work, query.first, query.last)
