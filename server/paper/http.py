"""The public check of a printed report."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from server.foundation.routes import PUBLIC, Body, Routes, View
from server.foundation.work import Work

from .errors import ReportNotGenuine
from .verifying import check

routes = Routes()


class ReportVerificationBody(Body):
    """What the QR code carries after the `#`."""

    token: Annotated[str, StringConstraints(min_length=16, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]


class ReportSignatureView(View):
    """One signature of a report."""

    part: str
    name: str
    at: datetime
    valid: bool


class ReportVerificationView(View):
    """What anybody may know of a report. `valid`: it is what was signed; `current`: no later version replaced it."""

    kind: str
    title: str
    number: str
    institution: str
    patient: str
    version: int
    current: bool
    valid: bool
    signed: list[ReportSignatureView]


@routes.post("/api/report-verifications", may=PUBLIC, problems=(ReportNotGenuine,))
async def verify_report(work: Work, body: ReportVerificationBody) -> ReportVerificationView:
    """Check a printed report by its code. Says who signed it and when, never what was found. Rule: paper-1"""
    kind, checked = await check(work, body.token)
    return ReportVerificationView(
        kind=kind,
        title=checked.title,
        number=checked.number,
        institution=checked.institution,
        patient=checked.patient,
        version=checked.version,
        current=checked.current,
        valid=checked.valid,
        signed=[ReportSignatureView.model_validate(each) for each in checked.signed],
    )
