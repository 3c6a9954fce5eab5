"""Templates, exceptions, agreements and teams as their schedulers see them: names beside the ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import exceptions
from .agreeing import Agreed
from .facts import NextPlace
from .planning import Skipped
from .teams import Team
from .views import SessionDoctorView, doctors_of
from .weeks import Exceptional, Weekly


class TemplateDoctorView(View):
    """Whose half-day it is."""

    id: UUID
    name: str
    title_zh: str


class TemplateView(View):
    """A weekly half-day; times are the institution's own, one that ends at 00:00 ends with its day."""

    id: UUID
    doctor: TemplateDoctorView
    department_id: UUID
    department: str
    service: str
    weekday: int
    starts_at: str
    ends_at: str
    slot_minutes: int
    slot_capacity: int
    quotas: dict[str, int] | None
    valid_from: date
    valid_until: date | None
    version: int


class DayExceptionView(View):
    """A day that is not like its weekday; `planned` counts the sessions that are planned on it all the same."""

    id: UUID
    day: date
    doctor_id: UUID | None
    doctor: str | None
    name: str
    works_as: int | None
    planned: int


class SkippedView(View):
    """A session that was not made or published: `reason` is the problem's code, `message` its sentence."""

    day: date
    template_id: UUID | None
    doctor: str
    reason: str
    message: str


class OpeningView(View):
    """When a quota opens."""

    days_before: int
    at: str


class ReleaseStepView(View):
    """When untaken places move on, and where."""

    step: int
    from_quota: str
    to_quota: str
    days_before: int
    at: str


class AgreementView(View):
    """A pool agreement; `in_force` says whether sessions published for today would be under it."""

    id: UUID
    alliance_id: UUID
    alliance: str
    shares: dict[str, int]
    opens: dict[str, OpeningView]
    chain: list[ReleaseStepView]
    valid_from: date
    valid_until: date | None
    made_at: datetime
    ended_at: datetime | None
    in_force: bool


class TeamMemberView(View):
    """A doctor of a team."""

    id: UUID
    name: str


class TeamView(View):
    """A family-doctor team with places at this hospital."""

    id: UUID
    organisation_id: UUID
    organisation: str
    name: str
    members: list[TeamMemberView]
    made_at: datetime


class HospitalView(View):
    """A hospital that keeps places for the teams of a family doctor."""

    id: UUID
    name: str


class NextPlaceView(View):
    """The next equal place after a stopped session; `same_doctor` is False for a colleague of the department."""

    slot_id: UUID
    session_id: UUID
    doctor: SessionDoctorView
    service: str
    day: date
    starts_at: datetime
    ends_at: datetime
    same_doctor: bool


async def of_templates(work: Work, found: Sequence[Weekly]) -> list[TemplateView]:
    """Views of templates, in the order given."""
    doctors = await doctors_of(work, [(each.doctor_id, each.department_id) for each in found])
    return [_template(each, doctors[each.doctor_id, each.department_id]) for each in found]


def _template(each: Weekly, doctor: SessionDoctorView) -> TemplateView:
    return TemplateView(
        id=each.id,
        doctor=TemplateDoctorView(id=doctor.id, name=doctor.name, title_zh=doctor.title_zh),
        department_id=each.department_id,
        department=doctor.department,
        service=each.service,
        weekday=each.weekday,
        starts_at=f"{each.starts_at:%H:%M}",
        ends_at=f"{each.ends_at:%H:%M}",
        slot_minutes=each.slot_minutes,
        slot_capacity=each.slot_capacity,
        quotas={str(quota): count for quota, count in each.quotas.items()} if each.quotas is not None else None,
        valid_from=each.valid_from,
        valid_until=each.valid_until,
        version=each.version,
    )


async def of_exceptions(work: Work, found: Sequence[Exceptional]) -> list[DayExceptionView]:
    """Views of exceptional days, in the order given."""
    people = await identity.people(work, {each.doctor_id for each in found if each.doctor_id is not None})
    return [
        DayExceptionView(
            id=each.id,
            day=each.day,
            doctor_id=each.doctor_id,
            doctor=people[each.doctor_id].name if each.doctor_id is not None else None,
            name=each.name,
            works_as=each.works_as,
            planned=await exceptions.planned_on(work, each),
        )
        for each in found
    ]


async def of_skipped(work: Work, found: Sequence[Skipped]) -> list[SkippedView]:
    """Views of what was skipped, in the order given."""
    people = await identity.people(work, {each.doctor_id for each in found})
    return [
        SkippedView(
            day=each.day,
            template_id=each.template_id,
            doctor=people[each.doctor_id].name,
            reason=each.problem.code,
            message=each.problem.sentence(work.language),
        )
        for each in found
    ]


def of_agreement(each: Agreed) -> AgreementView:
    """One agreement."""
    terms = each.terms
    return AgreementView(
        id=each.id,
        alliance_id=each.alliance_id,
        alliance=each.alliance,
        shares={str(quota): share for quota, share in terms.shares.items()},
        opens={
            str(quota): OpeningView(days_before=opening.days_before, at=f"{opening.at:%H:%M}")
            for quota, opening in terms.opens.items()
        },
        chain=[
            ReleaseStepView(
                step=step.step,
                from_quota=step.from_quota,
                to_quota=step.to_quota,
                days_before=step.days_before,
                at=f"{step.at:%H:%M}",
            )
            for step in terms.chain
        ],
        valid_from=each.valid_from,
        valid_until=each.valid_until,
        made_at=each.made_at,
        ended_at=each.ended_at,
        in_force=each.in_force,
    )


async def of_teams(work: Work, found: Sequence[Team]) -> list[TeamView]:
    """Views of teams, in the order given."""
    members = {member for team in found for member in team.member_ids}
    people = await identity.people(work, members)
    names = await identity.organisation_names(work, {t.organisation_id for t in found})
    return [
        TeamView(
            id=team.id,
            organisation_id=team.organisation_id,
            organisation=names.get(team.organisation_id, ""),
            name=team.name,
            members=[TeamMemberView(id=member, name=people[member].name) for member in team.member_ids],
            made_at=team.made_at,
        )
        for team in found
    ]


async def of_next_place(work: Work, offer: NextPlace) -> NextPlaceView:
    """One offer."""
    key = (PersonId(offer.doctor_id), offer.department_id)
    return NextPlaceView(
        slot_id=offer.slot_id,
        session_id=offer.session_id,
        doctor=(await doctors_of(work, [key]))[key],
        service=offer.service,
        day=offer.day,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        same_doctor=offer.same_doctor,
    )
