"""Family-doctor teams of allied institutions that have places at a hospital. The hospital's schedulers keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.problems import invalid_field
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import OrganisationCard

from . import agreeing, store, store_planning
from .errors import NotAllied, TeamNameTaken
from .model_agreed import BookingTeam


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its doctors."""

    id: UUID
    organisation_id: OrganisationId
    name: str
    member_ids: tuple[PersonId, ...]
    made_at: datetime


async def teams(work: Work) -> list[Team]:
    """The teams that have places at the actor's institution, in the order they were made."""
    rows = await store_planning.teams(work.session, work.actor.organisation)
    return await _facts(work, rows)


async def hospitals(work: Work) -> list[OrganisationCard]:
    """Where teams of the acting doctor have places. Rule: appointments-7"""
    found = await store.hospitals_of_teams(work.session, work.actor.person)
    return list(await identity.organisations(work, [OrganisationId(each) for each in found]))


async def add_team(work: Work, organisation_id: OrganisationId, name: str, members: Sequence[PersonId]) -> Team:
    """A new team of an allied institution; one of the same name that was ended comes back.

    Raises: NotAllied, Invalid for a member who is no doctor there, TeamNameTaken. Rule: appointments-7
    """
    hospital_id = work.actor.organisation
    if organisation_id not in await identity.allied(work, hospital_id):
        raise NotAllied
    await _require_doctors(work, organisation_id, members)
    row = await store_planning.team_named(work.session, organisation_id, hospital_id, name)
    if row is None:
        row = BookingTeam(id=work.new_id(), organisation_id=organisation_id, hospital_id=hospital_id, name=name)
        work.session.add(row)
    elif row.ended_at is None:
        raise TeamNameTaken
    row.made_at, row.ended_at = work.now, None
    await _name_free(work)
    return await _keep(work, row, members, "add")


async def change(work: Work, team_id: UUID, name: str, members: Sequence[PersonId]) -> Team:
    """Another name or other members. Raises: Unknown, Invalid, TeamNameTaken."""
    row = await _own(work, team_id)
    await _require_doctors(work, OrganisationId(row.organisation_id), members)
    row.name = name
    await _name_free(work)
    return await _keep(work, row, members, "change")


async def end(work: Work, team_id: UUID) -> None:
    """The team has no places here any more; what it booked stays. Raises: Unknown."""
    row = await _own(work, team_id)
    row.ended_at = work.now
    work.audit("end", "booking_team", team_id)
    agreeing.changed(work)


async def _keep(work: Work, row: BookingTeam, members: Sequence[PersonId], verb: str) -> Team:
    await store_planning.set_members(work.session, row.id, members)
    work.audit(verb, "booking_team", row.id, members=len(set(members)))
    agreeing.changed(work)
    return (await _facts(work, [row]))[0]


async def _require_doctors(work: Work, organisation_id: OrganisationId, members: Sequence[PersonId]) -> None:
    there = {card.id for card in await identity.doctors(work, members, organisation_id=organisation_id)}
    for place, member in enumerate(members):
        if member not in there:
            raise invalid_field(f"/member_ids/{place}", "不是这家机构的医师", "This is no doctor of that institution")


async def _name_free(work: Work) -> None:
    try:
        await work.session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_booking_teams_organisation_id_hospital_id_name":
            raise TeamNameTaken from None
        raise


async def _own(work: Work, team_id: UUID) -> BookingTeam:
    row = await work.session.get(BookingTeam, team_id)
    if row is None or row.ended_at is not None or row.hospital_id != work.actor.organisation:
        raise Unknown
    return row


async def _facts(work: Work, rows: Sequence[BookingTeam]) -> list[Team]:
    people = await store_planning.members(work.session, [row.id for row in rows])
    return [
        Team(
            row.id,
            OrganisationId(row.organisation_id),
            row.name,
            tuple(PersonId(each) for each in people[row.id]),
            row.made_at,
        )
        for row in rows
    ]
