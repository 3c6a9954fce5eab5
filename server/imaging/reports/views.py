"""Reports as pages see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from server.foundation.routes import View
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.naming import ImagingNamedView


class ReportFigureView(View):
    """A key picture."""

    study_id: UUID
    instance_id: UUID | None
    frame: int
    attachment_id: UUID | None
    caption: str


class ImagingWordsView(View):
    """What a report says."""

    findings: str
    impression: str
    advice: str
    positive: bool
    template_id: str | None
    figures: list[ReportFigureView]


class ImagingDraftView(ImagingWordsView):
    """What stands in the reading room; `version` 0 before the first save, and to be sent back with the next."""

    version: int
    author: ImagingNamedView | None
    saved_at: datetime | None


class ImagingSignerView(ImagingNamedView):
    """Somebody who signed, as what, when."""

    kind: str
    title: str
    signed_at: datetime


class ImagingReportVersionView(ImagingWordsView):
    """One signed version, with every signature that it stands on; `reason` of an amendment."""

    number: int
    kind: str
    of_number: int | None
    reason: str
    digest: str
    signed_at: datetime
    author: ImagingSignerView
    signers: list[ImagingSignerView]
    current: bool


class ImagingSentBackView(View):
    """What the reviewer wants changed."""

    text: str
    at: datetime
    by: ImagingNamedView | None


class ImagingReportView(View):
    """The report of an order. Draft, preliminary version and what was sent back are for radiologists; `may` as in the order."""

    order_id: UUID
    status: Status
    order_version: int
    draft: ImagingDraftView | None
    preliminary: ImagingReportVersionView | None
    current: ImagingReportVersionView | None
    sent_back: ImagingSentBackView | None
    may: list[str]


class ImagingReportStandingView(View):
    """How an examination stands after a step of its report."""

    id: UUID
    number: str
    status: Status
    version: int
    report_version: int | None
    returned_version: int | None
    returned_at: datetime | None
    claimed_by: UUID | None
    claimed_until: datetime | None
    critical: str


class ImagingTemplateView(View):
    """A template. `scope`: own, institution or product; those not `reviewed` wait for a radiologist of the institution."""

    id: str
    name: str
    modality: str
    body_part: str
    findings: str
    impression: str
    advice: str
    scope: str
    reviewed: bool
