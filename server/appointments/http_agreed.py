"""What institutions agreed, over HTTP: pool agreements, family-doctor teams, an institution's own limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work
from server.settings import AppointmentSettings

from . import agreeing, limits, teams, views_planning
from .agreement import DEFAULT_CHAIN, Chain, Opening, Shares, Terms
from .errors import NotAllied, PlanChanged, TeamNameTaken
from .http_planning import Day, Version, in_order
from .rules import Quota
from .views_planning import AgreementView, HospitalView, TeamView

routes = Routes()

Name = Annotated[str, Field(min_length=2, max_length=50)]


class AgreementBody(Body):
    """What is reserved for an alliance in percent (the rest is ONLINE), when it opens, how it is released."""

    alliance_id: UUID
    shares: Shares
    opens: Mapping[Quota, Opening] = Field(default_factory=dict)
    chain: Chain = DEFAULT_CHAIN
    valid_from: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _terms_hold(self) -> Self:
        in_order(self.valid_from, self.valid_until)
        Terms.require_open_before_released(self.opens, self.chain)
        return self


class TeamBody(Body):
    """A team of an allied institution and its doctors."""

    organisation_id: UUID
    name: Name
    member_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class TeamChange(Body):
    """Another name, other doctors."""

    name: Name
    member_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class BoundsView(View):
    """The least and the most of a limit; times of day are as HH:MM."""

    least: int | str
    most: int | str


class LimitsInForce(AppointmentSettings):
    """Limits as they are told: every one of them."""


class LimitsView(View):
    """What holds at the own institution, what would hold without its own limits, and within which bounds."""

    limits: LimitsInForce
    usual: LimitsInForce
    bounds: dict[str, BoundsView]
    version: int


class LimitsBody(Body):
    """The limits as they shall be; `version` is the one that was looked at."""

    limits: AppointmentSettings
    version: Version


@routes.get("/api/pool-agreements", may="appointments.agree")
async def list_agreements(work: Work) -> list[AgreementView]:
    """The agreements of the own institution, the latest first."""
    return [views_planning.of_agreement(each) for each in await agreeing.agreements(work)]


@routes.post("/api/pool-agreements", may="appointments.agree", problems=(Unknown,), status=201)
async def make_agreement(work: Work, body: AgreementBody) -> AgreementView:
    """A new agreement with an alliance of the own institution; the latest made in force is the one that holds."""
    terms = Terms(shares=body.shares, opens=body.opens, chain=body.chain)
    made = await agreeing.agree(work, body.alliance_id, terms, body.valid_from, body.valid_until)
    return views_planning.of_agreement(made)


@routes.post("/api/pool-agreements/{agreement_id}/end", may="appointments.agree")
async def end_agreement(work: Work, agreement_id: UUID) -> AgreementView:
    """End an agreement; sessions published under it keep it."""
    return views_planning.of_agreement(await agreeing.end(work, agreement_id))


@routes.get("/api/booking-teams", may="appointments.agree")
async def list_teams(work: Work) -> list[TeamView]:
    """The family-doctor teams that have places at the own institution."""
    return await views_planning.of_teams(work, await teams.teams(work))


@routes.get("/api/booking-teams/hospitals", may="appointments.contracted")
async def list_hospitals(work: Work) -> list[HospitalView]:
    """Where a family doctor's teams have places; nowhere, when no hospital has named the doctor."""
    return [HospitalView(id=each.id, name=each.name) for each in await teams.hospitals(work)]


@routes.post("/api/booking-teams", may="appointments.agree", problems=(NotAllied, TeamNameTaken), status=201)
async def add_team(work: Work, body: TeamBody) -> TeamView:
    """A family-doctor team of an allied institution."""
    members = [PersonId(each) for each in body.member_ids]
    made = await teams.add_team(work, OrganisationId(body.organisation_id), body.name, members)
    return (await views_planning.of_teams(work, [made]))[0]


@routes.put("/api/booking-teams/{team_id}", may="appointments.agree", problems=(TeamNameTaken,))
async def change_team(work: Work, team_id: UUID, body: TeamChange) -> TeamView:
    """Another name or other doctors."""
    changed = await teams.change(work, team_id, body.name, [PersonId(each) for each in body.member_ids])
    return (await views_planning.of_teams(work, [changed]))[0]


@routes.delete("/api/booking-teams/{team_id}", may="appointments.agree")
async def end_team(work: Work, team_id: UUID) -> None:
    """The team has no places here any more."""
    await teams.end(work, team_id)


@routes.get("/api/booking-limits", may="appointments.agree")
async def read_limits(work: Work) -> LimitsView:
    """The own institution's limits of booking."""
    return _limits(await limits.limits(work))


@routes.put("/api/booking-limits", may="appointments.agree", problems=(PlanChanged,))
async def change_limits(work: Work, body: LimitsBody) -> LimitsView:
    """Set the own institution's limits."""
    return _limits(await limits.change(work, body.limits, body.version))


def _limits(found: limits.Limits) -> LimitsView:
    bounds = {name: BoundsView.model_validate(each) for name, each in limits.bounds().items()}
    return LimitsView(
        limits=LimitsInForce(**dict(found.limits)),
        usual=LimitsInForce(**dict(found.usual)),
        bounds=bounds,
        version=found.version,
    )
