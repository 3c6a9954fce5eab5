"""The pool's figures over HTTP: open rates by day, as a file, and how places were used by level. Counts only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Final, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.actor import Level
from server.foundation.answers import FileAnswer
from server.foundation.errors import Unknown
from server.foundation.routes import Query, Routes, View
from server.foundation.work import Work

from . import figures
from .figures import LevelFigures
from .figures_file import open_rates_file

routes = Routes()

LONGEST_SPAN: Final = timedelta(days=92)


class Span(Query):
    """Which days; one institution, or all within reach."""

    first: date
    last: date
    organisation_id: UUID | None = None

    @model_validator(mode="after")
    def _a_quarter_at_most(self) -> Self:
        if not timedelta(0) <= self.last - self.first <= LONGEST_SPAN:
            words = {
                "zh": "日期范围最多93天，结束不能早于开始",
                "en": "At most 93 days, and the end not before the start",
            }
            raise PydanticCustomError("days", "days", words)
        return self


class OpenRateView(View):
    """An institution's day: places, those online before the day began, and what became of them. Shares in percent."""

    organisation_id: UUID
    organisation: str
    level: Level
    day: date
    total: int
    online: int
    rate: float | None = Field(description="网上号源开放率, cut to a tenth")
    target: int
    below: bool
    booked: int
    utilisation: float | None
    no_shows: int
    no_show_rate: float | None = Field(description="None before the day is over")
    waited: int
    is_over: bool = Field(description="False while the figures may still change")


class InstitutionUseView(View):
    """How one institution's places were used."""

    organisation_id: UUID
    organisation: str
    places: int
    booked: int
    utilisation: float | None
    no_shows: int
    no_show_rate: float | None
    waiting: int
    placed: int
    median_wait_h: float | None


class LevelUseView(View):
    """How a level's places were used, as a whole and by institution."""

    level: Level
    places: int
    booked: int
    utilisation: float | None
    no_shows: int
    no_show_rate: float | None = Field(description="Of the days that are over")
    waiting: int = Field(description="How many joined a waiting list")
    placed: int = Field(description="How many of them got a place")
    median_wait_h: float | None = Field(description="Median hours from joining to an offer")
    institutions: list[InstitutionUseView]

    @classmethod
    def of(cls, level: LevelFigures) -> LevelUseView:
        """The level's own figures beside those of its institutions."""
        whole = {name: getattr(level.whole, name) for name in cls.model_fields if name not in ("level", "institutions")}
        return cls(
            level=level.level,
            institutions=[InstitutionUseView.model_validate(each) for each in level.institutions],
            **whole,
        )


@routes.get("/api/open-rates", may="appointments.count", problems=(Unknown,))
async def list_open_rates(work: Work, query: Span) -> list[OpenRateView]:
    """Open rates by institution and day; only days with sessions."""
    found = await figures.open_rates(work, query.first, query.last, query.organisation_id)
    return [OpenRateView.model_validate(each) for each in found]


@routes.get("/api/open-rates/export", may="appointments.count", problems=(Unknown,))
async def export_open_rates(work: Work, query: Span) -> FileAnswer:
    """The same as a CSV file for spreadsheets, headed in Chinese."""
    content = open_rates_file(await figures.open_rates(work, query.first, query.last, query.organisation_id))
    work.audit("open_rates.export", "open_rates", str(query.organisation_id or "all"))

    async def read(start: int, end: int) -> AsyncIterator[bytes]:
        yield content[start:end]

    name = f"网上号源开放率-{query.first}-{query.last}.csv"
    return FileAnswer(read, len(content), "text/csv; charset=utf-8", name, inline=False)


@routes.get("/api/pool-figures", may="appointments.count", problems=(Unknown,))
async def list_pool_figures(work: Work, query: Span) -> list[LevelUseView]:
    """How places were used, by level from the top: utilisation, no-shows, waiting lists."""
    found = await figures.use_by_level(work, query.first, query.last, query.organisation_id)
    return [LevelUseView.of(each) for each in found]
