"""Medical alliances (医共体): who cares together, led by whom, since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import OrganisationId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import organisation_store as store
from . import organisations
from .model import Alliance, AllianceMember


@dataclass(frozen=True, slots=True)
class AllianceCard:
    """An alliance with its present members."""

    id: UUID
    name: str
    lead_id: OrganisationId
    member_ids: tuple[OrganisationId, ...]


async def alliances(work: Work) -> list[AllianceCard]:
    """Every alliance with its present members."""
    rows = await store.alliances(work.session)
    members = await store.members_of(work.session, [row.id for row in rows], day_of(work.now))
    return [
        AllianceCard(
            row.id,
            row.name,
            OrganisationId(row.lead_id),
            tuple(OrganisationId(each.organisation_id) for each in members if each.alliance_id == row.id),
        )
        for row in rows
    ]


async def allied(work: Work, organisation_id: OrganisationId) -> set[OrganisationId]:
    """Every organisation that shares an alliance with this one today, itself included."""
    return {OrganisationId(each) for each in await store.allied(work.session, organisation_id, day_of(work.now))}


async def add_alliance(work: Work, name: str, lead_id: OrganisationId, member_ids: Iterable[OrganisationId]) -> UUID:
    """A new alliance led by an organisation within reach. Raises: Unknown, NameTaken."""
    await organisations.require_reach(work, lead_id)
    row = Alliance(id=work.new_id(), name=name, lead_id=lead_id, created_at=work.now)
    work.session.add(row)
    await organisations.unique(work)
    for member_id in {lead_id, *member_ids}:
        await _join(work, row.id, member_id)
    work.audit("alliance.add", "alliance", row.id)
    return row.id


async def join_alliance(work: Work, alliance_id: UUID, organisation_id: OrganisationId) -> None:
    """An organisation within reach of the lead's administrator joins. Raises: Unknown."""
    row = await store.alliance(work.session, alliance_id)
    if row is None:
        raise Unknown
    await organisations.require_reach(work, row.lead_id)
    await _join(work, alliance_id, organisation_id)
    work.audit("alliance.join", "alliance", alliance_id)


async def leave_alliance(work: Work, alliance_id: UUID, organisation_id: OrganisationId) -> None:
    """An organisation leaves; the past stays on record. Raises: Unknown."""
    row = await store.alliance(work.session, alliance_id)
    member = await work.session.get(AllianceMember, (alliance_id, organisation_id))
    if row is None or member is None or organisation_id == row.lead_id:
        raise Unknown
    await organisations.require_reach(work, row.lead_id)
    member.left_on = day_of(work.now)
    work.audit("alliance.leave", "alliance", alliance_id)


async def _join(work: Work, alliance_id: UUID, organisation_id: OrganisationId) -> None:
    await organisations.open_organisation(work, organisation_id)
    await organisations.require_reach(work, organisation_id)
    member = await work.session.get(AllianceMember, (alliance_id, organisation_id))
    if member is None:
        member = AllianceMember(alliance_id=alliance_id, organisation_id=organisation_id)
        work.session.add(member)
    member.joined_on, member.left_on = day_of(work.now), None
