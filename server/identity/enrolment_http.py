"""Enrolment of staff over HTTP. The link's token comes in bodies: addresses are written into logs."""

from __future__ import annotations

from pydantic import Field

from server.foundation.routes import PUBLIC, Body, Routes, View
from server.foundation.work import Work

from . import enrolment
from .errors import EnrolmentOver, PasswordWeak, SecondFactorWrong

routes = Routes()


class OpenEnrolment(Body):
    """The part of the link after the #."""

    token: str = Field(min_length=20, max_length=100)


class EnrolmentView(View):
    """For whom the link is, and what to scan with the authenticator."""

    name: str
    username: str
    totp_secret: str
    totp_uri: str


class CompleteEnrolment(OpenEnrolment):
    """The chosen password, and the digits that the authenticator shows now."""

    password: str = Field(max_length=256)
    totp: str = Field(max_length=12)


class RecoveryCodesView(View):
    """To be printed: each is good once, and they are not shown again."""

    username: str
    recovery_codes: tuple[str, ...]


@routes.post("/api/enrolments/open", may=PUBLIC, grants_tokens=True, problems=(EnrolmentOver,))
async def open_enrolment(work: Work, body: OpenEnrolment) -> EnrolmentView:
    """What an enrolment link is for."""
    return EnrolmentView.model_validate(await enrolment.opened(work, body.token))


@routes.post(
    "/api/enrolments/complete",
    may=PUBLIC,
    grants_tokens=True,
    problems=(EnrolmentOver, PasswordWeak, SecondFactorWrong),
)
async def complete_enrolment(work: Work, body: CompleteEnrolment) -> RecoveryCodesView:
    """Set password and authenticator; the answer holds the recovery codes, this once."""
    facts = await enrolment.opened(work, body.token)
    recovery_codes = await enrolment.complete(work, body.token, body.password, body.totp)
    return RecoveryCodesView(username=facts.username, recovery_codes=tuple(recovery_codes))
