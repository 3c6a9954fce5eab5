"""Signing in and out over HTTP, one's own person, enrolment, and what the product says of itself.

The family is in `family_http.py`, the clinic's desk in `clinic_http.py`, organisations and doctors for everybody in
`register_http.py`, what administrators keep in `administration_http.py`, the demo's buttons in `demo_http.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from server.foundation.actor import LoginId, PersonId, Role
from server.foundation.answers import Answer, Cookie
from server.foundation.errors import FieldError, Invalid, NotSignedIn
from server.foundation.routes import PUBLIC, SIGNED_IN, Body, Routes, View
from server.foundation.work import Work
from server.settings import Settings, SignInSettings

from . import (
    codes,
    entries,
    logins,
    me_http,
    patients,
    registration,
    sign_in,
)
from .codes import CodePurpose
from .errors import (
    CodesTooOften,
    CodeWrong,
    GuardianNeeded,
    NoMembership,
    RealNameNotConfirmed,
    SignInLocked,
    SignInRefused,
)
from .logins import SignedIn
from .me_http import MeView
from .patients import NewPatient

routes = Routes()

VERSION: Final = "0.1.0"


class AboutView(View):
    """What every page shows before anybody signs in."""

    name: str
    demo: bool
    version: str
    help_phone: str


class AskForCode(Body):
    """To which phone."""

    phone: str = Field(max_length=32)


class CodeSentView(View):
    """The same for every phone, known or not."""

    again_after_s: int
    good_for_s: int


class SignIn(Body):
    """A patient gives phone and code, staff username, password and second factor; a choice is repeated with its answer."""

    phone: str | None = Field(None, max_length=32)
    code: str | None = Field(None, max_length=12)
    person_id: PersonId | None = None
    username: str | None = Field(None, max_length=64)
    password: str | None = Field(None, max_length=256)
    second_factor: str | None = Field(None, max_length=32)
    membership_id: UUID | None = None


class WhoView(View):
    """One of those who share the phone."""

    id: PersonId
    name: str


class PostView(View):
    """One of the posts to choose from."""

    membership_id: UUID
    role: Role
    organisation: str
    department: str | None


class SignInView(View):
    """Signed in, and as whom; or a choice to make first; or nobody has this phone, so register."""

    status: Literal["signed_in", "choose_person", "choose_post", "register"]
    access_token: str | None = None
    expires_in_s: int | None = None
    me: MeView | None = None
    people: tuple[WhoView, ...] = ()
    posts: tuple[PostView, ...] = ()


class LoginView(View):
    """One of my logins."""

    id: LoginId
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


class Register(Body):
    """A patient, or someone who is here for others only; the phone proved by its code."""

    phone: str = Field(max_length=32)
    code: str = Field(max_length=12)
    name: str = Field(max_length=64)
    id_number: str = Field(max_length=32)
    guardian_only: bool = False


@routes.get("/api/about", may=PUBLIC)
async def about(work: Work) -> AboutView:
    """Name, version, whether this is a demo, and the telephone number for help."""
    settings = work.part(Settings)
    return AboutView(name="联医", demo=settings.demo, version=VERSION, help_phone=settings.help_phone)


@routes.post("/api/codes", may=PUBLIC, status=202, grants_tokens=True, problems=(CodesTooOften,))
async def ask_for_code(work: Work, body: AskForCode) -> CodeSentView:
    """Send a sign-in code to a phone."""
    await codes.issue(work, entries.phone_of(body.phone), CodePurpose.SIGN_IN)
    settings = work.part(SignInSettings)
    return CodeSentView(again_after_s=settings.code_again_after_s, good_for_s=settings.code_lifetime_s)


@routes.post(
    "/api/logins",
    may=PUBLIC,
    grants_tokens=True,
    problems=(SignInRefused, SignInLocked, CodeWrong, NoMembership, GuardianNeeded),
)
async def open_login(work: Work, body: SignIn) -> Answer[SignInView]:
    """Sign in."""
    if body.phone and body.code:
        found = await sign_in.patient_sign_in(work, entries.phone_of(body.phone), body.code, body.person_id)
    elif body.username and body.password and body.second_factor:
        found = await sign_in.staff_sign_in(work, body.username, body.password, body.second_factor, body.membership_id)
    else:
        raise _missing(body)
    return await _answered(work, found) if isinstance(found, SignedIn) else Answer(_choice(found))


def _missing(body: SignIn) -> Invalid:
    wanted = ("username", "password", "second_factor") if body.username or body.password else ("phone", "code")
    missing = [name for name in wanted if not getattr(body, name)]
    return Invalid(errors=tuple(FieldError(f"/{name}", "必须填写", "This is needed") for name in missing))


def _choice(found: sign_in.Choice) -> SignInView:
    status: Literal["choose_person", "choose_post", "register"] = "register"
    if found.people:
        status = "choose_person"
    elif found.posts:
        status = "choose_post"
    people = tuple(WhoView.model_validate(each) for each in found.people)
    return SignInView(status=status, people=people, posts=tuple(PostView.model_validate(each) for each in found.posts))


async def _answered(work: Work, signed_in: SignedIn) -> Answer[SignInView]:
    view = SignInView(
        status="signed_in",
        access_token=signed_in.access_token,
        expires_in_s=signed_in.expires_in_s,
        me=await me_http.whose(work, signed_in.login),
    )
    return Answer(view, cookies=(logins.cookie_of(work, signed_in),), headers={"Cache-Control": "no-store"})


@routes.post("/api/logins/refresh", may=PUBLIC, grants_tokens=True, problems=(NotSignedIn,))
async def refresh_login(work: Work) -> Answer[SignInView]:
    """A new access token for the refresh cookie, which is exchanged for its successor; and whose it is."""
    token = work.client.cookies.get(logins.cookie_name(work))
    if not token:
        raise NotSignedIn
    return await _answered(work, await logins.refresh(work, token))


@routes.delete("/api/logins/current", may=PUBLIC, status=204, grants_tokens=True)
async def end_login(work: Work) -> Answer[None]:
    """Sign out here; also when the access token is too old and only the cookie is left."""
    await logins.end_current(work, work.client.cookies.get(logins.cookie_name(work)))
    return Answer(None, cookies=(Cookie(logins.cookie_name(work), None, 0),))


@routes.delete("/api/logins", may=SIGNED_IN, status=204, grants_tokens=True)
async def end_all_logins(work: Work) -> Answer[None]:
    """Sign out everywhere."""
    await logins.end_all_of(work, work.actor.person, "signed-out-everywhere")
    return Answer(None, cookies=(Cookie(logins.cookie_name(work), None, 0),))


@routes.get("/api/logins", may=SIGNED_IN)
async def my_logins(work: Work) -> list[LoginView]:
    """Where I am signed in."""
    return [LoginView.model_validate(each) for each in await logins.mine(work)]


@routes.delete("/api/logins/{login_id}", may=SIGNED_IN)
async def end_one_login(work: Work, login_id: LoginId) -> None:
    """Sign out one of my other devices."""
    await logins.end_one(work, login_id)


@routes.post(
    "/api/registrations",
    may=PUBLIC,
    status=201,
    grants_tokens=True,
    problems=(CodeWrong, GuardianNeeded, RealNameNotConfirmed, SignInLocked),
)
async def register(work: Work, body: Register) -> Answer[SignInView]:
    """Register as a patient and be signed in."""
    new = NewPatient(
        name=entries.name_of(body.name),
        id_number=entries.id_number_of(body.id_number, patients.today_of(work)),
        phone=entries.phone_of(body.phone),
        guardian_only=body.guardian_only,
    )
    return await _answered(work, await registration.register(work, new, body.code))
