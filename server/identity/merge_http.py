"""Patients registered twice, over HTTP: who they may be, and merging two of them with a confirmation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from server.foundation.actor import PersonId
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import merging
from .clinic_http import PatientView
from .errors import MergeLater, PatientsDiffer, SecondFactorNeeded

routes = Routes()


class DuplicateView(View):
    """Two records of my institution that may be of one person; the older registration is the first."""

    first: PatientView
    first_since: datetime
    second: PatientView
    second_since: datetime
    same_birth_date: bool


class MergePatients(Body):
    """Which record stays, which one it replaces; `confirm` says that somebody compared the card and the person."""

    keep_id: PersonId
    merged_id: PersonId
    confirm: Literal[True]


@routes.get("/api/duplicate-patients", may="identity.merge-patients")
async def list_duplicates(work: Work) -> list[DuplicateView]:
    """Patients whom my institution may have registered twice: same name, phone and sex."""
    return [
        DuplicateView(
            first=PatientView.of(each.first),
            first_since=each.first_since,
            second=PatientView.of(each.second),
            second_since=each.second_since,
            same_birth_date=each.same_birth_date,
        )
        for each in await merging.candidates(work)
    ]


@routes.post(
    "/api/duplicate-patients/merge",
    may="identity.merge-patients",
    problems=(SecondFactorNeeded, PatientsDiffer, MergeLater),
)
async def merge_patients(work: Work, body: MergePatients) -> PatientView:
    """Merge two records of one person; what lies ahead moves to the one that is kept. Needs a fresh second factor."""
    return PatientView.of(await merging.merge(work, body.keep_id, body.merged_id))
