"""Opinions and reports as pages are told them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from server.consultations.remote.content import Mode, RemoteDiagnosis
from server.consultations.remote.lifecycle import Status
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity.service import Sex
from server.paper.verifying import address
from server.settings import Settings

from .content import ADVICE_ONLY, OpinionFigure
from .editions import SignedPart
from .opinions import Draft
from .report import LETTER, Whole
from .rules import Sort
from .writing import Desk


class OpinionTextView(View):
    """What an opinion says."""

    findings: str
    opinion: str
    advice: str
    figures: tuple[OpinionFigure, ...]


class OpinionDraftView(View):
    """One's own draft; `version` goes with the next save or the signature."""

    version: int
    saved_at: datetime
    content: OpinionTextView


class ExpertOpinionView(View):
    """What another expert has done: the text once it is signed."""

    expert_id: UUID
    name: str
    title: str
    lead: bool
    state: Literal["writing", "signed"]
    signed_at: datetime | None
    content: OpinionTextView | None


class OpinionsView(View):
    """What is written on a request, as far as I may see it. `waiting_for`: who must sign before the lead can sum up."""

    request_id: UUID
    number: str
    status: Status
    lead: bool
    mine: OpinionDraftView | None
    summary: OpinionDraftView | None
    experts: list[ExpertOpinionView]
    waiting_for: list[UUID]
    may: list[str]
    statement: str


class OpinionSignedView(View):
    """Signed; the report's edition, when this completed it."""

    edition: int | None


class ReportPatientView(View):
    """The patient's band on the report."""

    name: str
    sex: Sex
    age: int


class ReportEditionView(View):
    """One edition; earlier ones stay readable."""

    edition: int
    made_at: datetime


class ReportPartView(View):
    """A signed opinion or the joint summary. `valid`: the signature holds; `reason`: of an amendment."""

    kind: Sort
    name: str
    title: str
    organisation: str
    version: int
    reason: str | None
    signed_at: datetime
    valid: bool
    content: OpinionTextView


class ConsultationReportView(View):
    """会诊报告. `statement` is the sentence of B17; `verify` is what the QR code says."""

    request_id: UUID
    request_version: int
    number: str
    status: Status
    mode: Mode
    edition: int
    current: bool
    editions: list[ReportEditionView]
    patient: ReportPatientView
    from_organisation: str
    requester: str
    to_organisation: str
    department: str
    reason: str
    purpose: str
    summary: str
    diagnosis: list[RemoteDiagnosis]
    parts: list[ReportPartView]
    statement: str
    verify: str
    used: str | None


def desk_view(found: Desk) -> OpinionsView:
    """Everything that is written, as far as the asker may see it."""
    return OpinionsView(
        request_id=found.request_id,
        number=found.number,
        status=found.status,
        lead=found.lead,
        mine=draft_view(found.mine),
        summary=draft_view(found.summary),
        experts=[ExpertOpinionView.model_validate(each) for each in found.experts],
        waiting_for=found.waiting_for,
        may=found.may,
        statement=ADVICE_ONLY,
    )


def draft_view(draft: Draft | None) -> OpinionDraftView | None:
    """A draft as its author sees it."""
    return saved_view(draft) if draft else None


def saved_view(draft: Draft) -> OpinionDraftView:
    """The same of one that is there."""
    content = OpinionTextView.model_validate(draft.content)
    return OpinionDraftView(version=draft.seq, saved_at=draft.saved_at, content=content)


def report_view(work: Work, found: Whole) -> ConsultationReportView:
    """A report with everything that stands in it."""
    request, number = found.request, found.edition.edition
    return ConsultationReportView(
        request_id=request.id,
        request_version=request.version,
        number=request.number,
        status=Status(request.status),
        mode=Mode(request.mode),
        edition=number,
        current=found.current,
        editions=[ReportEditionView.model_validate(each) for each in found.editions],
        patient=ReportPatientView.model_validate(found.patient),
        from_organisation=found.from_organisation,
        requester=found.requester,
        to_organisation=found.to_organisation,
        department=found.department,
        reason=found.content.reason,
        purpose=found.content.purpose,
        summary=found.content.summary,
        diagnosis=list(found.content.diagnosis),
        parts=[_part(each, found) for each in found.parts],
        statement=ADVICE_ONLY,
        verify=address(work, work.part(Settings).origins[0], LETTER, request.id, number),
        used=request.used,
    )


def _part(part: SignedPart, found: Whole) -> ReportPartView:
    signer = found.signers[part.author_id]
    return ReportPartView(
        kind=part.sort,
        name=signer.name,
        title=signer.title,
        organisation=signer.organisation,
        version=part.version,
        reason=part.reason,
        signed_at=part.signed_at,
        valid=part.valid,
        content=OpinionTextView.model_validate(part.content),
    )
