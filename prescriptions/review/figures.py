"""Figures of reviewing: how long patients wait, what goes back, which rules doctors no longer heed, the pharmacist's day.

No figure here, nor anywhere else, counts drugs by doctor (B22): the tables keep what was prescribed sealed, and rules are
counted by hospital and day only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from prescriptions import store_review as store
from server.foundation.clock import day_of, start_of_day
from server.foundation.work import Work
from server.settings import ReviewSettings

_ENOUGH_TO_TELL = 10  # fewer showings say nothing about a rule


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """How often a rule was shown when doctors signed, and how often they went on; `fatigue`: nearly always."""

    rule: str
    shown: int
    overridden: int
    fatigue: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """A hospital's reviewing in a time, and the asking pharmacist's own day."""

    first: date
    last: date
    decided: int
    returned: int
    rejected: int
    return_rate: float | None
    turnaround_p50_s: int | None
    turnaround_p90_s: int | None
    overridden: Sequence[RuleFigure]
    waiting: int
    today: int
    notice_at: int

    @property
    def notice(self) -> bool:
        """Whether the pharmacist is told of having decided very many today. Rule: B36 (a draft, so nothing is refused)"""
        return self.today >= self.notice_at


@dataclass(frozen=True, slots=True)
class Report:
    """Rejections of one hospital for one reason."""

    organisation_id: UUID
    code: str
    rejected: int


async def figures(work: Work, first: date, last: date) -> Figures:
    """The figures of the acting pharmacist's hospital from the first to the last day. Rule: B22, B36, reviews-5"""
    house, settings, today = work.actor.organisation, work.part(ReviewSettings), day_of(work.now)
    start, until = start_of_day(first), start_of_day(last + timedelta(days=1))
    decided, returned, rejected, half, most = await store.turnaround(work.session, house, start, until)
    rules = await store.overridden(work.session, house, first, last)
    day = (start_of_day(today), start_of_day(today + timedelta(days=1)))
    return Figures(
        first=first,
        last=last,
        decided=decided,
        returned=returned,
        rejected=rejected,
        return_rate=round(returned / decided, 4) if decided else None,
        turnaround_p50_s=half,
        turnaround_p90_s=most,
        overridden=[_figure(row.rule, row.shown, row.overridden, settings.fatigue_percent) for row in rules],
        waiting=await store.waiting(work.session, house),
        today=await store.decided_by(work.session, work.actor.person, *day),
        notice_at=settings.notice_at,
    )


async def reports(work: Work, first: date, last: date) -> list[Report]:
    """For regulators: how many prescriptions each hospital rejected, and why. No person, no drug. Rule: B31"""
    rows = await store.reports(work.session, start_of_day(first), start_of_day(last + timedelta(days=1)))
    return [Report(row.organisation_id, row.code, row.rejected) for row in rows]


def _figure(rule: str, shown: int, overridden: int, percent: int) -> RuleFigure:
    """Rule: reviews-5: a warning that nearly everybody dismisses protects nobody and hides the next."""
    tired = shown >= _ENOUGH_TO_TELL and overridden * 100 > percent * shown
    return RuleFigure(rule, shown, overridden, tired)
