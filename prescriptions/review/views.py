"""What reviewing shows over HTTP: the queue, claims, messages, figures, samples, reasons."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from server.foundation.routes import View

from .sampling import Rule, Verdict


class QueuedView(View):
    """One row of the queue. `priority` is urgent, early or usual; `level` the decision of the checks."""

    id: UUID
    number: str
    version: int
    kind: str
    patient: str
    sex: str | None
    age: int | None
    department_id: UUID
    department: str
    prescriber: str
    waiting_since: datetime
    priority: str
    level: str
    emergency: bool
    long_term: bool
    valid_until: datetime | None
    claimed_by: UUID | None
    claimed_by_name: str | None
    claimed_until: datetime | None
    own: bool


class ReviewStandingView(View):
    """How a prescription stands after a step of its review."""

    id: UUID
    number: str
    version: int
    status: str
    claimed_until: datetime | None
    decided_at: datetime | None
    valid_until: datetime | None


class AuthorView(View):
    """Who wrote."""

    id: UUID
    name: str


class ReviewMessageView(View):
    """One message between pharmacist and prescriber."""

    id: UUID
    by: AuthorView
    role: str
    own: bool
    text: str
    at: datetime


class ReasonView(View):
    """A coded reason in both languages."""

    code: str
    zh: str
    en: str


class RuleFigureView(View):
    """A rule of the checks; `fatigue` says that nearly everybody goes on in spite of it."""

    rule: str
    shown: int
    overridden: int
    fatigue: bool


class FiguresView(View):
    """A hospital's reviewing, and the asker's own day. Nothing here is by doctor or by drug."""

    first: date
    last: date
    decided: int
    returned: int
    rejected: int
    return_rate: float | None
    turnaround_p50_s: int | None
    turnaround_p90_s: int | None
    overridden: list[RuleFigureView]
    waiting: int
    today: int
    notice_at: int
    notice: bool


class ReportView(View):
    """Rejected prescriptions of one hospital for one reason."""

    organisation_id: UUID
    code: str
    rejected: int


class DrawnView(View):
    """A sample that was drawn."""

    sample_id: UUID
    approved: int
    drawn: int


class SampledView(View):
    """One prescription of a sample."""

    id: UUID
    prescription_id: UUID
    number: str
    rule: Rule
    drawn_at: datetime
    signed_at: datetime | None
    verdict: Verdict | None
    codes: list[str]
    text: str | None
    judged_at: datetime | None
    judged_by: str | None
    may_judge: bool
