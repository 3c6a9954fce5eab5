"""What the worklist shows over HTTP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from server.foundation.routes import View
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.naming import ImagedPatientView, ImagingCodedView, ImagingNamedView
from server.imaging.orders.rules import Urgency


class ImagingClaimView(View):
    """How an examination stands after a claim was taken, renewed or given back."""

    id: UUID
    number: str
    version: int
    status: Status
    claimed_by: UUID | None
    claimed_until: datetime | None
    due_at: datetime | None


class ImagingWorklistItemView(View):
    """One row. `own`: the asker signed its preliminary report, so another has to review it."""

    id: UUID
    number: str
    accession_number: str
    version: int
    status: Status
    urgency: Urgency
    patient: ImagedPatientView
    from_organisation: ImagingNamedView
    department: ImagingNamedView
    modality: str
    body_part: str
    procedure: ImagingCodedView
    queued_at: datetime | None
    due_at: datetime | None
    overdue: bool
    final_at: datetime | None
    claimed_by: ImagingNamedView | None
    claimed_until: datetime | None
    preliminary_by: ImagingNamedView | None
    final_by: ImagingNamedView | None
    critical: str
    rejections: int
    own: bool


class ImagingWorklistView(View):
    """A page; `next` is the place to go on from, empty at the end. `departments` are the asker's own."""

    items: list[ImagingWorklistItemView]
    next: str | None
    departments: list[ImagingNamedView]
