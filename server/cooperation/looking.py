"""Looking agreements up: the one that lets somebody ask, and whom an institution may ask at all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import rules, store
from .errors import NoAgreement
from .facts import AgreementFacts, Clocks, Scope, Side
from .lifecycle import Status
from .model import Agreement


async def agreement_for(
    work: Work,
    *,
    requester: OrganisationId,
    server: OrganisationId,
    scope: Scope,
    specialty: str | None,
    on: date,
) -> AgreementFacts:
    """The agreement under which one institution may ask another for this on that day; its own before its alliance's.

    Raises: NoAgreement, naming both. Rule: B46
    """
    found = rules.serving(await _between(work, requester, on, server), scope, specialty, on)
    if not found:
        names = await identity.organisation_names(work, [requester, server])
        raise NoAgreement(sides="、".join(names.get(each, "") for each in (requester, server)))
    return found[0]


async def serving(
    work: Work, requester: OrganisationId, scope: Scope, specialty: str | None = None
) -> list[AgreementFacts]:
    """Whom an institution may ask for this today: one agreement for each, the best first. Rule: B46"""
    today = day_of(work.now)
    found = rules.serving(await _between(work, requester, today, None), scope, specialty, today)
    first: dict[OrganisationId, AgreementFacts] = {}
    for each in found:
        first.setdefault(each.server_id, each)
    return list(first.values())


async def served(work: Work, server: OrganisationId, scope: Scope) -> list[AgreementFacts]:
    """The agreements in force today under which an institution does this for others."""
    today = day_of(work.now)
    found = [facts_of(row) for row in await store.of_server(work.session, server, today)]
    return rules.serving(found, scope, None, today)


async def agreement(work: Work, agreement_id: UUID) -> AgreementFacts:
    """One agreement, without asking who asks. Raises: Unknown."""
    row = await store.by_id(work.session, agreement_id)
    if row is None:
        raise Unknown
    return facts_of(row)


async def members_of(work: Work, agreement: AgreementFacts) -> set[OrganisationId]:
    """The institutions that may ask under an agreement today."""
    if agreement.requester_kind is Side.ORGANISATION:
        return {OrganisationId(agreement.requester_id)}
    for each in await identity.alliances(work):
        if each.id == agreement.requester_id:
            return set(each.member_ids)
    return set()


async def _between(
    work: Work, requester: OrganisationId, on: date, server: OrganisationId | None
) -> list[AgreementFacts]:
    joined = [each.id for each in await identity.alliances(work) if requester in each.member_ids]
    return [facts_of(row) for row in await store.between(work.session, requester, joined, on, server)]


def facts_of(row: Agreement) -> AgreementFacts:
    """The row as a value."""
    by_alliance = row.asking_alliance_id is not None
    requester_id = row.asking_alliance_id or row.asking_organisation_id
    assert requester_id is not None, "the database knows exactly one of the two"
    return AgreementFacts(
        id=row.id,
        number=row.number,
        requester_kind=Side.ALLIANCE if by_alliance else Side.ORGANISATION,
        requester_id=requester_id,
        server_id=OrganisationId(row.server_id),
        status=Status(row.status),
        scope=frozenset(Scope(each) for each in row.scopes),
        specialties=tuple(row.specialties),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        clocks=Clocks(
            row.urgent_answer_min,
            row.ordinary_answer_h,
            row.report_h,
            row.imaging_emergency_min,
            row.imaging_ordinary_h,
        ),
        prices=dict(row.prices),
        routing={key: UUID(each) for key, each in row.routing.items()},
        head_id=PersonId(row.head_id) if row.head_id else None,
        version=row.version,
        made_by=PersonId(row.made_by) if row.made_by else None,
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
