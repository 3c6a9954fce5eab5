"""Imaging orders as pages see them, and what may be done with them. Names are in the asker's language."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from server.foundation.routes import View
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.naming import ImagedPatientView, ImagingCodedView, ImagingNamedView
from server.imaging.orders.rules import Urgency


class ImagingDiagnosisView(View):
    """What the requester thinks; without a code where it is only suspected."""

    code: str
    name: str


class ImagingOrderCriticalView(View):
    """How the order's critical value stands; `none` also for the patient's side, who is told by people."""

    state: Literal["none", "open", "called_back", "acknowledged"]
    value: ImagingCodedView | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    overdue: bool = False


class ImagingReportSummaryView(View):
    """The report in a line: its last version that the asker may read."""

    version: int
    kind: str
    impression: str
    positive: bool
    signed_at: datetime
    preliminary_by: ImagingNamedView | None
    final_by: ImagingNamedView | None


class RecognisedResultView(View):
    """A result that is recognised when the same examination is ordered. `report_id` is the order whose report it is."""

    report_id: UUID
    number: str
    institution: str
    modality: str
    body_part: str
    procedure: ImagingCodedView
    at: datetime
    valid_until: datetime
    impression: str
    study_ids: list[UUID]


class ImagingOrderView(View):
    """One order. `claimed_by`, `critical` and the clocks are for staff; `may` are the verbs that the asker could try now."""

    id: UUID
    number: str
    accession_number: str
    status: Status
    version: int
    urgency: Urgency
    patient: ImagedPatientView
    requester: ImagingNamedView
    from_organisation: ImagingNamedView
    performing_organisation: ImagingNamedView
    reading_organisation: ImagingNamedView
    department: ImagingNamedView
    modality: str
    body_part: str
    procedure: ImagingCodedView
    reason: str
    diagnosis: list[ImagingDiagnosisView]
    allergies: str
    ordered_at: datetime
    acquired_at: datetime | None
    queued_at: datetime | None
    due_at: datetime | None
    overdue: bool
    final_at: datetime | None
    returned_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: ImagingNamedView | None
    cancelled_at: datetime | None
    cancelled: ImagingCodedView | None
    rejected_at: datetime | None
    rejected: ImagingCodedView | None
    rejections: int
    claimed_by: ImagingNamedView | None
    claimed_until: datetime | None
    preliminary_by: ImagingNamedView | None
    critical: ImagingOrderCriticalView
    study_ids: list[UUID]
    not_recognised: ImagingCodedView | None
    report: ImagingReportSummaryView | None
    may: list[str]


class ImagingOrderStepView(View):
    """One step of an order's life."""

    at: datetime
    verb: str
    status: Status
    by: ImagingNamedView | None
    reason: ImagingCodedView | None


class ImagingOrdersView(View):
    """A page of orders; `next` is where to go on."""

    items: list[ImagingOrderView]
    next: str | None


class ImagingWordView(View):
    """A code and its words in both languages."""

    code: str
    zh: str
    en: str


class ImagingProcedureView(ImagingWordView):
    """An examination that can be ordered."""

    modality: str
    body_part: str


class ImagingCatalogueView(View):
    """What can be ordered, and the coded reasons."""

    modalities: list[ImagingWordView]
    body_parts: list[ImagingWordView]
    procedures: list[ImagingProcedureView]
    quality: list[ImagingWordView] = Field(description="Why pictures are sent back")
    cancel: list[ImagingWordView]
    not_recognised: list[ImagingWordView]
    critical: list[ImagingWordView]
