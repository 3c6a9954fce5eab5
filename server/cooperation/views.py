"""What pages see of agreements and partners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import agreeing, rules, scanning
from .facts import AgreementFacts, Scope, Side
from .lifecycle import LIFE
from .model import StepRow
from .scanning import ScanFacts


class CooperationSide(View):
    """One of the two, by name; `members` where it is an alliance."""

    id: UUID
    kind: Side
    name: str
    members: tuple[str, ...] = ()


class CooperationScanView(View):
    """A scan of the signed agreement; `replaced` by a later one, and kept."""

    id: UUID
    content_type: str
    size: int
    pages: int
    organisation: str
    added_at: datetime
    replaced: bool


class CooperationAgreementView(View):
    """An agreement as its administrators see it. `in_force` is about today; `may` are the verbs open to the asker."""

    id: UUID
    number: str
    requester: CooperationSide
    server: CooperationSide
    status: str
    in_force: bool
    scope: list[Scope]
    specialties: list[str]
    valid_from: date
    valid_until: date
    urgent_answer_min: int
    ordinary_answer_h: int
    report_h: int
    imaging_emergency_min: int
    imaging_ordinary_h: int
    prices: dict[str, int]
    routing: dict[str, UUID]
    head_id: UUID | None
    head: str | None
    scans: list[CooperationScanView]
    made_at: datetime | None
    ended_at: datetime | None
    may: list[str]
    version: int


class CooperationStepView(View):
    """One line of an agreement's history."""

    at: datetime
    verb: str
    status: str
    by: str | None
    text: str


class PartnerDepartment(View):
    """A department that may be asked."""

    id: UUID
    name: str


class PartnerTitle(View):
    """A title that somebody there has."""

    code: str
    name: str


class PartnerView(View):
    """An institution that the own one may ask, and on what terms."""

    agreement_id: UUID
    server: CooperationSide
    departments: list[PartnerDepartment]
    titles: list[PartnerTitle]
    urgent_answer_min: int
    ordinary_answer_h: int
    report_h: int
    imaging_emergency_min: int
    imaging_ordinary_h: int
    prices: dict[str, int]


async def of_agreements(work: Work, found: Sequence[AgreementFacts]) -> list[CooperationAgreementView]:
    """Agreements with the names of both sides: a few statements, however many they are."""
    sides = await _Sides.of(work)
    heads = await identity.people(work, [each.head_id for each in found if each.head_id])
    scans = await scanning.scans_of(work, [each.id for each in found])
    return [await _view(work, each, sides, heads, _scans(scans.get(each.id, ()), sides)) for each in found]


async def of_agreement(work: Work, found: AgreementFacts) -> CooperationAgreementView:
    """One of them."""
    return (await of_agreements(work, [found]))[0]


async def of_steps(work: Work, rows: Sequence[StepRow]) -> list[CooperationStepView]:
    """History with names."""
    names = await identity.people(work, [PersonId(row.by_id) for row in rows if row.by_id])
    return [
        CooperationStepView(
            at=row.at,
            verb=row.verb,
            status=row.status,
            by=names[PersonId(row.by_id)].name if row.by_id and PersonId(row.by_id) in names else None,
            text=row.text,
        )
        for row in rows
    ]


async def of_partners(work: Work, found: Iterable[AgreementFacts]) -> list[PartnerView]:
    """Whom one may ask: the departments that the agreement names, and the titles of those who work in them."""
    sides = await _Sides.of(work)
    made = []
    for each in found:
        departments = [
            PartnerDepartment(id=one.id, name=one.name if work.language == "zh" else one.name_en or one.name)
            for one in await identity.departments(work, each.server_id)
            if not each.specialties or one.name in each.specialties
        ]
        asked = {one.id for one in departments}
        doctors = await identity.doctors(work, organisation_id=each.server_id)
        held = {one.title: one.title_zh for one in doctors if one.title and one.department_id in asked}
        order = list(identity.Title)
        made.append(
            PartnerView(
                agreement_id=each.id,
                server=sides.organisation(each.server_id),
                departments=departments,
                titles=[PartnerTitle(code=one, name=held[one]) for one in sorted(held, key=order.index)],
                urgent_answer_min=each.urgent_answer_min,
                ordinary_answer_h=each.ordinary_answer_h,
                report_h=each.report_h,
                imaging_emergency_min=each.imaging_emergency_min,
                imaging_ordinary_h=each.imaging_ordinary_h,
                prices=dict(each.prices),
            )
        )
    return made


class _Sides:
    """Names of institutions and alliances."""

    def __init__(self, names: dict[OrganisationId, str], alliances: Sequence[identity.AllianceCard]) -> None:
        self._names = names
        self._alliances = {each.id: each for each in alliances}

    @classmethod
    async def of(cls, work: Work) -> _Sides:
        """Everybody's; there are few."""
        cards = await identity.organisations(work)
        return cls({each.id: each.name for each in cards}, await identity.alliances(work))

    def organisation(self, organisation_id: UUID) -> CooperationSide:
        """An institution."""
        name = self._names.get(OrganisationId(organisation_id), "")
        return CooperationSide(id=organisation_id, kind=Side.ORGANISATION, name=name)

    def requester(self, agreement: AgreementFacts) -> CooperationSide:
        """The side that asks."""
        if agreement.requester_kind is Side.ORGANISATION:
            return self.organisation(agreement.requester_id)
        card = self._alliances[agreement.requester_id]
        members = [self._names[each] for each in card.member_ids if each in self._names]
        others = [each for each in members if each != self._names.get(agreement.server_id)]
        return CooperationSide(id=card.id, kind=Side.ALLIANCE, name=card.name, members=tuple(others))


def _scans(found: Sequence[ScanFacts], sides: _Sides) -> list[CooperationScanView]:
    return [
        CooperationScanView(
            id=each.id,
            content_type=each.content_type,
            size=each.size,
            pages=each.pages,
            organisation=sides.organisation(each.organisation_id).name,
            added_at=each.added_at,
            replaced=each.replaced,
        )
        for each in found
    ]


async def _view(
    work: Work,
    each: AgreementFacts,
    sides: _Sides,
    heads: dict[PersonId, identity.PersonCard],
    scans: Sequence[CooperationScanView],
) -> CooperationAgreementView:
    confirms = await agreeing.may_confirm(work, each)
    open_verbs = [verb for verb in ("confirm", "decline", "end") if LIFE.allows(each.status, verb, work.actor.role)]
    return CooperationAgreementView(
        id=each.id,
        number=each.number,
        requester=sides.requester(each),
        server=sides.organisation(each.server_id),
        status=each.status,
        in_force=rules.is_in_force(each, day_of(work.now)),
        scope=sorted(each.scope),
        specialties=list(each.specialties),
        valid_from=each.valid_from,
        valid_until=each.valid_until,
        urgent_answer_min=each.urgent_answer_min,
        ordinary_answer_h=each.ordinary_answer_h,
        report_h=each.report_h,
        imaging_emergency_min=each.imaging_emergency_min,
        imaging_ordinary_h=each.imaging_ordinary_h,
        prices=dict(each.prices),
        routing=dict(each.routing),
        head_id=each.head_id,
        head=heads[each.head_id].name if each.head_id in heads else None,
        scans=list(scans),
        made_at=each.made_at,
        ended_at=each.ended_at,
        may=[verb for verb in open_verbs if verb == "end" or confirms],
        version=each.version,
    )
