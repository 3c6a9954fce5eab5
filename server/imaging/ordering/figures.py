"""Figures of an institution: how long reports took, what is late, what was sent back, which examinations were saved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from server.foundation.clock import start_of_day
from server.foundation.routes import View
from server.foundation.work import Work
from server.imaging.recognition import store as recognitions

from . import store_figures as store


class ImagingFigureView(View):
    """One modality: reported in the time, half and nine tenths of how long that took since the pictures were whole."""

    modality: str
    reported: int
    p50_s: int | None
    p90_s: int | None
    overdue: int
    rejected: int
    amended: int


class ImagingSavedView(View):
    """One modality: recognised results that were accepted (examinations saved), and those that were not."""

    modality: str
    saved: int
    refused: int


class ImagingFiguresView(View):
    """An institution's figures: what it reads, what waits there now, and what it saved by recognition."""

    first: date
    last: date
    read: list[ImagingFigureView]
    waiting: int
    waiting_overdue: int
    criticals: int
    criticals_late: int
    recognised: list[ImagingSavedView]


async def figures(work: Work, first: date, last: date) -> ImagingFiguresView:
    """The acting institution's figures from the first to the last day, as one that reads and as one that orders.

    Rule: imaging-28, imaging-35
    """
    house, session = work.actor.organisation, work.session
    start, until = start_of_day(first), start_of_day(last + timedelta(days=1))
    rejected = await store.steps(session, house, "reject_quality", start, until)
    amended = await store.steps(session, house, "amend", start, until)
    rows = {row.modality: row for row in await store.reported(session, house, start, until)}
    waiting, late = await store.waiting(session, house, work.now)
    criticals, criticals_late = await store.criticals(session, house, start, until, work.now)
    return ImagingFiguresView(
        first=first,
        last=last,
        read=[
            _figure(each, rows.get(each), rejected.get(each, 0), amended.get(each, 0))
            for each in sorted(rows.keys() | rejected.keys() | amended.keys())
        ],
        waiting=waiting,
        waiting_overdue=late,
        criticals=criticals,
        criticals_late=criticals_late,
        recognised=[
            ImagingSavedView(modality=row.modality, saved=row.accepted, refused=row.refused)
            for row in await recognitions.counted(session, house, start, until)
        ],
    )


def _figure(modality: str, row: Any, rejected: int, amended: int) -> ImagingFigureView:
    return ImagingFigureView(
        modality=modality,
        reported=row.reported if row else 0,
        p50_s=int(row.p50) if row else None,
        p90_s=int(row.p90) if row else None,
        overdue=row.late if row else 0,
        rejected=rejected,
        amended=amended,
    )
