"""Making agreements: the serving side draws one up, the requesting side confirms or declines it, either side ends it.

Nothing of an agreement is ever changed: what is to be different is a new agreement, and the old one is ended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from server.foundation.actor import Kind, OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.errors import FieldError, Unknown
from server.foundation.ids import short_number
from server.foundation.work import Work
from server.identity import service as identity

from . import rules, store, telling
from .errors import AgreementChanged, AgreementUnfit, NotTheOtherSide
from .facts import AgreementFacts, Clocks, Scope, Side
from .lifecycle import Status
from .looking import facts_of, members_of
from .model import Agreement, StepRow

_LONGEST_LIST: Final = 500


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """What an administrator of the serving side draws up."""

    requester_kind: Side
    requester_id: UUID
    server_id: OrganisationId
    scope: frozenset[Scope]
    valid_from: date
    valid_until: date
    specialties: tuple[str, ...] = ()
    clocks: Clocks = field(default_factory=Clocks)
    prices: Mapping[str, int] = field(default_factory=dict)
    routing: Mapping[str, UUID] = field(default_factory=dict)
    head_id: PersonId | None = None


async def make(work: Work, new: NewAgreement) -> AgreementFacts:
    """A new agreement, which serves nobody before the requesting side has confirmed it.

    Raises: Unknown (not the own side's), AgreementUnfit. Rule: B46, cooperation-1
    """
    if not rules.may_make(await _reach(work, new.server_id), new.server_id):
        raise Unknown
    await _require_fit(work, new)
    row = Agreement(
        id=work.new_id(),
        number=short_number(day_of(work.now), await store.next_number(work.session)),
        asking_organisation_id=new.requester_id if new.requester_kind is Side.ORGANISATION else None,
        asking_alliance_id=new.requester_id if new.requester_kind is Side.ALLIANCE else None,
        server_id=new.server_id,
        status=Status.PROPOSED,
        version=1,
        scopes=sorted(new.scope),
        specialties=list(new.specialties),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        urgent_answer_min=new.clocks.urgent_answer_min,
        ordinary_answer_h=new.clocks.ordinary_answer_h,
        report_h=new.clocks.report_h,
        imaging_emergency_min=new.clocks.imaging_emergency_min,
        imaging_ordinary_h=new.clocks.imaging_ordinary_h,
        prices=dict(new.prices),
        routing={key: str(department_id) for key, department_id in new.routing.items()},
        head_id=new.head_id,
        made_by=work.actor.person_id,
        made_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    await write(work, row, "make")
    await telling.requesting_side(work, row, "cooperation-proposed")
    return facts_of(row)


async def confirm(work: Work, agreement_id: UUID, version: int) -> AgreementFacts:
    """The requesting side agrees: from now on it is in force.

    Raises: Unknown, NotTheOtherSide, AgreementChanged. Rule: cooperation-1
    """
    row = await _other_sides(work, agreement_id)
    moved = await _take(work, row, "confirm", version)
    await telling.serving_side(work, moved, "cooperation-confirmed")
    return facts_of(moved)


async def decline(work: Work, agreement_id: UUID, version: int, reason: str) -> AgreementFacts:
    """The requesting side does not agree. Raises: Unknown, NotTheOtherSide, AgreementChanged. Rule: cooperation-1"""
    row = await _other_sides(work, agreement_id)
    moved = await _take(work, row, "decline", version, reason)
    await telling.serving_side(work, moved, "cooperation-declined")
    return facts_of(moved)


async def end(work: Work, agreement_id: UUID, version: int, reason: str) -> AgreementFacts:
    """Either side ends it from now on; what was accepted under it is carried out. Raises: Unknown, AgreementChanged.

    Rule: cooperation-2
    """
    row = await own(work, agreement_id)
    moved = await _take(work, row, "end", version, reason)
    await telling.both_sides(work, moved, "cooperation-ended")
    return facts_of(moved)


async def expire(work: Work, agreement: Agreement) -> None:
    """Its last day is over; nothing, when somebody was first. Rule: cooperation-2"""
    moved = await store.move(work.session, agreement.id, "expire", agreement.version, ended_at=work.now)
    if moved is not None:
        await write(work, moved, "expire")


async def tell_ending(work: Work, agreement: Agreement) -> None:
    """Both sides hear once that it ends soon. Rule: cooperation-2"""
    if await store.mark_told(work.session, agreement.id, work.now):
        await telling.both_sides(work, agreement, "cooperation-expiring", day=agreement.valid_until.isoformat())


async def agreements(work: Work) -> list[AgreementFacts]:
    """What the acting administrator's institutions have to do with, the newest first."""
    reach = await identity.reach(work)
    joined = [each.id for each in await identity.alliances(work) if reach & set(each.member_ids)]
    return [facts_of(row) for row in await store.about(work.session, reach, joined, _LONGEST_LIST)]


async def own(work: Work, agreement_id: UUID) -> Agreement:
    """An agreement that the acting administrator has to do with. Raises: Unknown."""
    row = await store.by_id(work.session, agreement_id)
    if row is None:
        raise Unknown
    if work.actor.kind is not Kind.SYSTEM:
        found = facts_of(row)
        if not rules.may_see(found, await identity.reach(work), await members_of(work, found)):
            raise Unknown
    return row


async def may_confirm(work: Work, agreement: AgreementFacts) -> bool:
    """Whether the acting administrator confirms for the requesting side. Rule: cooperation-1"""
    return rules.may_confirm(
        agreement,
        own_id=work.actor.organisation,
        person_id=work.actor.person,
        reach=await identity.reach(work),
        members=await members_of(work, agreement),
    )


async def history(work: Work, agreement_id: UUID) -> Sequence[StepRow]:
    """What was done to an agreement, the first first. Raises: Unknown."""
    return await store.steps_of(work.session, (await own(work, agreement_id)).id)


async def _other_sides(work: Work, agreement_id: UUID) -> Agreement:
    row = await own(work, agreement_id)
    if work.actor.kind is not Kind.SYSTEM and not await may_confirm(work, facts_of(row)):
        raise NotTheOtherSide
    return row


async def _take(work: Work, row: Agreement, verb: str, version: int, text: str = "") -> Agreement:
    ends = {"ended_at": work.now} if verb in ("end", "decline") else {}
    moved = await store.move(work.session, row.id, verb, version, **ends)
    if moved is None:
        now_there = await store.by_id(work.session, row.id)
        raise AgreementChanged(version=now_there.version if now_there else row.version)
    await write(work, moved, verb, text)
    return moved


async def write(work: Work, row: Agreement, verb: str, text: str = "") -> None:
    """A line of history and of the audit, about the agreement as it stands."""
    work.session.add(
        StepRow(
            id=work.new_id(),
            agreement_id=row.id,
            at=work.now,
            verb=verb,
            status=row.status,
            version=row.version,
            by_id=work.actor.person_id,
            organisation_id=work.actor.organisation_id,
            text=text,
        )
    )
    await work.session.flush()
    work.audit(f"agreement.{verb}", "agreement", row.id, status=row.status, version=row.version)


async def _reach(work: Work, server_id: OrganisationId) -> Collection[UUID]:
    return {server_id} if work.actor.kind is Kind.SYSTEM else await identity.reach(work)


async def _require_fit(work: Work, new: NewAgreement) -> None:
    """Refuse what names nobody, or runs backwards, or leads to another house's departments. Raises: AgreementUnfit."""
    found = []
    if new.valid_until < new.valid_from or new.valid_until < day_of(work.now):
        found.append(FieldError("/valid_until", "截止日期须在开始日期和今天之后", "It must end after it begins"))
    if not await _names_somebody(work, new):
        found.append(FieldError("/requester_id", "请选择另一家机构或医联体", "Choose another institution or alliance"))
    own = await identity.departments(work, new.server_id)
    if not set(new.routing.values()) <= {each.id for each in own}:
        found.append(FieldError("/routing", "只能分配到受邀方的科室", "Route to departments of the serving side"))
    if new.head_id is not None and new.head_id not in await identity.staff_of(work, new.server_id):
        found.append(FieldError("/head_id", "负责人须为受邀方人员", "The head must work at the serving side"))
    if found:
        raise AgreementUnfit(errors=tuple(found))


async def _names_somebody(work: Work, new: NewAgreement) -> bool:
    if new.requester_kind is Side.ALLIANCE:
        return any(each.id == new.requester_id for each in await identity.alliances(work))
    known = await identity.organisations(work, [OrganisationId(new.requester_id)])
    return bool(known) and new.requester_id != new.server_id
