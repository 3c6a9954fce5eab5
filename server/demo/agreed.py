"""What the demo county agreed about its places: the county hospital reserves some for the alliance below it."""

from __future__ import annotations

from typing import Final

from server.appointments import service as appointments
from server.appointments.agreement import Terms
from server.appointments.rules import Quota
from server.foundation.actor import SYSTEM, Actor, Kind, OrganisationId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import service as identity

from .county import ALLIANCE, COUNTY_HOSPITAL, FAMILY_DOCTOR, SONGPING, STAFF, TEAM, County

TERMS: Final = Terms(
    shares={Quota.VILLAGE: 10, Quota.TOWNSHIP: 10, Quota.FAMILY_DOCTOR: 5, Quota.WINDOW: 10},
)


def planner(county: County, organisation_id: OrganisationId) -> Actor:
    """The system, planning on behalf of an institution: as its scheduler, or as a doctor where it has none."""
    here = [
        each for each in STAFF if each.name in county.people and county.organisations[each.place] == organisation_id
    ]
    first = min(here, key=lambda each: (each.role is not Role.SCHEDULER, each.role is not Role.DOCTOR))
    return Actor(Kind.SYSTEM, county.people[first.name], Role.SCHEDULER, organisation_id=organisation_id)


async def agree(ground: Ground, county: County) -> None:
    """The agreement and the family doctors' team, unless somebody agreed something already."""
    hospital_id = county.organisations[COUNTY_HOSPITAL]
    doctor_id = county.people.get(FAMILY_DOCTOR)
    async with unit_of_work(ground, SYSTEM) as work:
        alliance_id = next(each.id for each in await identity.alliances(work) if each.name == ALLIANCE)
    async with unit_of_work(ground, planner(county, hospital_id)) as work:
        if not await appointments.agreements(work):
            await appointments.agree(work, alliance_id, TERMS, day_of(work.now), None)
            if doctor_id is not None:
                await appointments.add_team(work, county.organisations[SONGPING], TEAM, [doctor_id])
