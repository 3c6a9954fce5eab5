"""What the identity tests share: forms as a page would send them, and a work of the system or of somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from server.foundation.actor import SYSTEM, Actor
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import codes, desk
from server.identity.codes import CodePurpose
from server.identity.login_model import OneTimeCode, SignInFailure
from tests.api import Api


class Desk:
    """Shortcuts of a test: codes as they arrive on a phone, staff who can sign in, time that passes."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    @asynccontextmanager
    async def work(self, actor: Actor = SYSTEM) -> AsyncIterator[Work]:
        """A unit of work."""
        async with unit_of_work(self.ground, actor) as work:
            yield work

    async def code(self, phone: str, purpose: CodePurpose = CodePurpose.SIGN_IN) -> str:
        """A code on its way to that phone."""
        async with self.work() as work:
            return await codes.make(work, phone, purpose)

    async def enrol(self, person_id: Any) -> None:
        """Give a member of staff a password and an authenticator, as the demo does."""
        async with self.work() as work:
            await desk.add_demo_person(work, person_id, place=999, story_zh="试验", story_en="test")

    async def form(self, person_id: Any) -> dict[str, str]:
        """A sign-in form that is right at this moment."""
        async with self.work() as work:
            found = await desk.demo_credentials(work, person_id)
        filled = {"username": found.username, "password": found.password, "second_factor": found.second_factor}
        return {name: value for name, value in filled.items() if value}

    async def codes_age(self, seconds: int) -> None:
        """Let every code become so much older."""
        async with self.work() as work:
            older = timedelta(seconds=seconds)
            await work.session.execute(
                update(OneTimeCode).values(
                    created_at=OneTimeCode.created_at - older, expires_at=OneTimeCode.expires_at - older
                )
            )

    async def pauses_end(self) -> None:
        """Let every pause of a sign-in be over, the failures still counted."""
        async with self.work() as work:
            await work.session.execute(update(SignInFailure).values(locked_until=None))


async def refreshed(api: Api, cookie: str) -> Any:
    """The answer to a refresh with exactly this cookie."""
    return await api.signed_in(None).post("/api/logins/refresh", key=None, headers={"Cookie": f"lianyi={cookie}"})


def cookie_of(answer: Any) -> str:
    """The refresh cookie that an answer sets."""
    header = answer.headers.get("Set-Cookie", "")
    assert header.startswith("lianyi="), header
    return str(header.removeprefix("lianyi=").split(";")[0])
