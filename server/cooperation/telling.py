"""Whom a change of an agreement concerns: the administrators of the two sides."""

from __future__ import annotations

from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications

from .looking import facts_of, members_of
from .model import Agreement


async def serving_side(work: Work, agreement: Agreement, template: str, **values: str) -> None:
    """The administrators of the serving institution."""
    people = await identity.holders(work, OrganisationId(agreement.server_id), Role.ADMINISTRATOR)
    await _tell(work, agreement, people, template, values)


async def requesting_side(work: Work, agreement: Agreement, template: str, **values: str) -> None:
    """The administrators of the institutions that ask, or of those above them where they have none."""
    asking = await members_of(work, facts_of(agreement)) - {OrganisationId(agreement.server_id)}
    await _tell(work, agreement, await _administrators(work, asking), template, values)


async def both_sides(work: Work, agreement: Agreement, template: str, **values: str) -> None:
    """Everybody of the two."""
    await serving_side(work, agreement, template, **values)
    await requesting_side(work, agreement, template, **values)


async def _administrators(work: Work, organisations: set[OrganisationId]) -> set[PersonId]:
    found: set[PersonId] = set()
    for organisation_id in organisations:
        found |= await identity.holders(work, organisation_id, Role.ADMINISTRATOR)
    return found


async def _tell(work: Work, agreement: Agreement, people: set[PersonId], template: str, values: dict[str, str]) -> None:
    server = await _name(work, agreement.server_id)
    about = {"agreement_id": str(agreement.id), "number": agreement.number, "server": server, **values}
    for person_id in sorted(people - {work.actor.person_id}):
        await notifications.send(work, PersonId(person_id), template, about)


async def _name(work: Work, organisation_id: UUID) -> str:
    return (await identity.organisation(work, OrganisationId(organisation_id))).name
