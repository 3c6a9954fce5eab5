"""Pool agreements of a hospital with an alliance that it belongs to. What terms mean is `agreement.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import store_planning
from .agreement import Terms
from .board import Board
from .model_agreed import PoolAgreement


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement; `in_force` says whether sessions published for today would be under it."""

    id: UUID
    alliance_id: UUID
    alliance: str
    terms: Terms
    valid_from: date
    valid_until: date | None
    made_at: datetime
    ended_at: datetime | None
    in_force: bool


async def agreements(work: Work) -> list[Agreed]:
    """Every agreement of the actor's institution, the latest first."""
    names = {each.id: each.name for each in await identity.alliances(work)}
    rows = await store_planning.agreements(work.session, work.actor.organisation)
    return [_facts(work, row, names[row.alliance_id]) for row in rows]


async def agree(work: Work, alliance_id: UUID, terms: Terms, valid_from: date, valid_until: date | None) -> Agreed:
    """A new agreement of the actor's institution; sessions published from now on for days within it follow it.

    Raises: Unknown for an alliance that it is no member of. Rule: appointments-7
    """
    named = {each.id: each for each in await identity.alliances(work)}
    alliance = named.get(alliance_id)
    if alliance is None or work.actor.organisation not in alliance.member_ids:
        raise Unknown
    row = PoolAgreement(
        id=work.new_id(),
        organisation_id=work.actor.organisation,
        alliance_id=alliance_id,
        terms=terms.model_dump(mode="json"),
        valid_from=valid_from,
        valid_until=valid_until,
        made_at=work.now,
        made_by=work.actor.person,
        ended_at=None,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("agree", "pool_agreement", row.id)
    changed(work)
    return _facts(work, row, alliance.name)


async def end(work: Work, agreement_id: UUID) -> Agreed:
    """No further sessions are under it; those that are keep it. A retry finds it ended. Raises: Unknown."""
    row = await work.session.get(PoolAgreement, agreement_id)
    if row is None or row.organisation_id != work.actor.organisation:
        raise Unknown
    if row.ended_at is None:
        await store_planning.end_agreement(work.session, agreement_id, work.now)
        await work.session.refresh(row)
        work.audit("end", "pool_agreement", agreement_id)
        changed(work)
    (named,) = [each.name for each in await identity.alliances(work) if each.id == row.alliance_id]
    return _facts(work, row, named)


def changed(work: Work) -> None:
    """Agreements, teams or limits changed: what this process remembers of them is forgotten once it is committed."""
    if work.ground.has(Board):
        work.afterwards(work.part(Board).changed_rules)


def _facts(work: Work, row: PoolAgreement, alliance: str) -> Agreed:
    today = day_of(work.now)
    return Agreed(
        id=row.id,
        alliance_id=row.alliance_id,
        alliance=alliance,
        terms=Terms.model_validate(row.terms),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        made_at=row.made_at,
        ended_at=row.ended_at,
        in_force=row.ended_at is None and row.valid_from <= today <= (row.valid_until or date.max),
    )
