"""Agreements between institutions over HTTP, for administrators; and whom one may ask, for everybody who asks."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.answers import FileAnswer, Upload
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work
from server.records import service as records

from . import agreeing, looking, scanning, views
from .agreeing import NewAgreement
from .errors import AgreementChanged, AgreementUnfit, NotTheOtherSide, ScanReplaced, TooManyScans
from .facts import Clocks, Scope, Side
from .views import CooperationAgreementView, CooperationStepView, PartnerView

routes = Routes()

_AGREE, _ASK = "cooperation.agree", "cooperation.ask"
_Name = Annotated[str, Field(min_length=1, max_length=40)]
_Hours = Annotated[int, Field(ge=1, le=240)]
_Minutes = Annotated[int, Field(ge=1, le=1440)]
_USUAL = Clocks()
_SCAN_PROBLEMS = (Unknown, ScanReplaced, TooManyScans, *records.FILE_PROBLEMS)


class CooperationBody(Body):
    """What the serving side draws up. Prices are fen by service."""

    requester_kind: Side
    requester_id: UUID
    server_id: UUID
    scope: Annotated[frozenset[Scope], Field(min_length=1)]
    valid_from: date
    valid_until: date
    specialties: Annotated[tuple[_Name, ...], Field(max_length=100)] = ()
    urgent_answer_min: _Minutes = _USUAL.urgent_answer_min
    ordinary_answer_h: _Hours = _USUAL.ordinary_answer_h
    report_h: _Hours = _USUAL.report_h
    imaging_emergency_min: _Minutes = _USUAL.imaging_emergency_min
    imaging_ordinary_h: _Hours = _USUAL.imaging_ordinary_h
    prices: Annotated[
        dict[_Name, Annotated[int, Field(ge=0, le=10_000_000)]], Field(max_length=100, default_factory=dict)
    ]
    routing: Annotated[dict[_Name, UUID], Field(max_length=100, default_factory=dict)]
    head_id: UUID | None = None

    def new(self) -> NewAgreement:
        """As the service wants it."""
        return NewAgreement(
            requester_kind=self.requester_kind,
            requester_id=self.requester_id,
            server_id=OrganisationId(self.server_id),
            scope=self.scope,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            specialties=self.specialties,
            clocks=Clocks(
                self.urgent_answer_min,
                self.ordinary_answer_h,
                self.report_h,
                self.imaging_emergency_min,
                self.imaging_ordinary_h,
            ),
            prices=self.prices,
            routing=self.routing,
            head_id=PersonId(self.head_id) if self.head_id else None,
        )


class CooperationVersion(Body):
    """The version that was looked at."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class CooperationEnd(CooperationVersion):
    """Why."""

    reason: Annotated[str, Field(min_length=2, max_length=300)]


class ScanQuery(Query):
    """Which earlier scan it takes the place of."""

    replaces: UUID | None = None


class PartnerQuery(Query):
    """For what one would ask."""

    scope: Scope = Scope.CONSULTATION


@routes.get("/api/cooperation-agreements", may=_AGREE)
async def list_cooperation_agreements(work: Work) -> list[CooperationAgreementView]:
    """What the own institutions have to do with, on either side, the newest first."""
    return await views.of_agreements(work, await agreeing.agreements(work))


@routes.post("/api/cooperation-agreements", may=_AGREE, problems=(AgreementUnfit,), status=201)
async def make_cooperation_agreement(work: Work, body: CooperationBody) -> CooperationAgreementView:
    """Draw one up, as the serving side."""
    return await views.of_agreement(work, await agreeing.make(work, body.new()))


@routes.get("/api/cooperation-agreements/{agreement_id}", may=_AGREE)
async def get_cooperation_agreement(work: Work, agreement_id: UUID) -> CooperationAgreementView:
    """One of them."""
    return await views.of_agreement(work, looking.facts_of(await agreeing.own(work, agreement_id)))


@routes.get("/api/cooperation-agreements/{agreement_id}/steps", may=_AGREE)
async def get_cooperation_steps(work: Work, agreement_id: UUID) -> list[CooperationStepView]:
    """What was done to it, the first first."""
    return await views.of_steps(work, await agreeing.history(work, agreement_id))


@routes.post(
    "/api/cooperation-agreements/{agreement_id}/confirm", may=_AGREE, problems=(AgreementChanged, NotTheOtherSide)
)
async def confirm_cooperation(work: Work, agreement_id: UUID, body: CooperationVersion) -> CooperationAgreementView:
    """The requesting side agrees; from now on it is in force."""
    return await views.of_agreement(work, await agreeing.confirm(work, agreement_id, body.version))


@routes.post(
    "/api/cooperation-agreements/{agreement_id}/decline", may=_AGREE, problems=(AgreementChanged, NotTheOtherSide)
)
async def decline_cooperation(work: Work, agreement_id: UUID, body: CooperationEnd) -> CooperationAgreementView:
    """The requesting side does not agree."""
    return await views.of_agreement(work, await agreeing.decline(work, agreement_id, body.version, body.reason))


@routes.post("/api/cooperation-agreements/{agreement_id}/end", may=_AGREE, problems=(AgreementChanged,))
async def end_cooperation(work: Work, agreement_id: UUID, body: CooperationEnd) -> CooperationAgreementView:
    """Either side ends it."""
    return await views.of_agreement(work, await agreeing.end(work, agreement_id, body.version, body.reason))


@routes.post("/api/cooperation-agreements/{agreement_id}/scans", may=_AGREE, status=201, problems=_SCAN_PROBLEMS)
async def add_cooperation_scan(
    work: Work, agreement_id: UUID, query: ScanQuery, upload: Upload
) -> CooperationAgreementView:
    """File a scan of the signed paper: PDF, JPEG or PNG by content, kept cleaned."""
    await scanning.add(work, agreement_id, upload, query.replaces)
    return await views.of_agreement(work, looking.facts_of(await agreeing.own(work, agreement_id)))


@routes.get("/api/cooperation-agreements/{agreement_id}/scans/{scan_id}", may=_AGREE, problems=(Unknown,))
async def open_cooperation_scan(work: Work, agreement_id: UUID, scan_id: UUID) -> FileAnswer:
    """The file itself; one that was replaced is still there."""
    return await scanning.open_scan(work, agreement_id, scan_id)


@routes.get("/api/cooperation-partners", may=_ASK)
async def list_partners(work: Work, query: PartnerQuery) -> list[PartnerView]:
    """Whom the own institution may ask, and on what terms; none without an agreement in force."""
    return await views.of_partners(work, await looking.serving(work, work.actor.organisation, query.scope))
