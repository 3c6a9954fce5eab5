"""The signed-in person over HTTP: who I am and may do, the second factor once more, a changed number."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from server.foundation.actor import LoginId, OrganisationId, PersonId, Role
from server.foundation.routes import SIGNED_IN, Body, Routes, View
from server.foundation.work import Work
from server.settings import SignInSettings

from . import entries, logins, organisations, patients, phone_change, second_factor
from .errors import CodesTooOften, CodeWrong, SecondFactorWrong, SignInLocked
from .login_model import Login
from .rules import masked
from .vocabulary import PersonKind, Sex

routes = Routes()


class MyOrganisationView(View):
    """For whom I act as staff."""

    id: OrganisationId
    name: str
    level: str
    internet_licence_valid: bool


class MeView(View):
    """Who is signed in, as what, and what that allows."""

    person_id: PersonId
    login_id: LoginId
    name: str
    kind: PersonKind
    sex: Sex | None
    birth_date: date | None
    role: Role
    organisation: MyOrganisationView | None
    permissions: tuple[str, ...]
    second_factor_at: datetime | None
    phone: str | None
    real_name_verified: bool | None


class SecondFactor(Body):
    """The authenticator's six digits, or a recovery code."""

    second_factor: str = Field(min_length=6, max_length=32)


class AccessView(View):
    """A new access token of the same login."""

    access_token: str
    expires_in_s: int


class NewPhone(Body):
    """The new number."""

    phone: str = Field(max_length=32)


class PhoneCodesView(View):
    """To which present number a code went, masked; empty when there was none."""

    present: str


class ChangePhone(NewPhone):
    """The new number with the codes sent to the present and to the new one."""

    old_code: str = Field("", max_length=12)
    new_code: str = Field(max_length=12)


@routes.get("/api/me", may=SIGNED_IN)
async def me(work: Work) -> MeView:
    """Who I am here, and what I may do."""
    return await whose(work, await logins.acting_login(work))


async def whose(work: Work, login: Login) -> MeView:
    """Who is signed in by this login."""
    person = await patients.person(work, PersonId(login.person_id))
    facts = await patients.patient(work, person.id) if person.kind is PersonKind.PATIENT else None
    at = (
        await organisations.organisation(work, OrganisationId(login.organisation_id)) if login.organisation_id else None
    )
    permissions = sorted(name for name, roles in work.ground.permissions.items() if login.role in roles)
    return MeView(
        person_id=person.id,
        login_id=LoginId(login.id),
        name=person.name,
        kind=person.kind,
        sex=person.sex,
        birth_date=person.birth_date,
        role=Role(login.role),
        organisation=MyOrganisationView.model_validate(at) if at else None,
        permissions=tuple(permissions),
        second_factor_at=login.second_factor_at,
        phone=masked(facts.phone) if facts and facts.phone else None,
        real_name_verified=facts.real_name_verified if facts else None,
    )


@routes.post(
    "/api/me/second-factor", may="identity.step-up", grants_tokens=True, problems=(SecondFactorWrong, SignInLocked)
)
async def step_up(work: Work, body: SecondFactor) -> AccessView:
    """Prove the second factor once more, before the first reception of a half-day."""
    token = await second_factor.step_up(work, body.second_factor)
    return AccessView(access_token=token, expires_in_s=work.part(SignInSettings).access_lifetime_s)


@routes.post(
    "/api/me/phone/codes", may="identity.change-phone", status=202, grants_tokens=True, problems=(CodesTooOften,)
)
async def ask_for_phone_codes(work: Work, body: NewPhone) -> PhoneCodesView:
    """Send one code to my present number and one to the new number."""
    return PhoneCodesView(present=await phone_change.send_codes(work, entries.phone_of(body.phone)))


@routes.put("/api/me/phone", may="identity.change-phone", grants_tokens=True, problems=(CodeWrong, SignInLocked))
async def change_phone(work: Work, body: ChangePhone) -> None:
    """Change my number; every other device is signed out."""
    await phone_change.change(work, entries.phone_of(body.phone), body.old_code, body.new_code)
