"""Somebody of the demo who acts over the API and looks at pages, with one login for both.

The refresh cookie is good once, so a browser that takes it over renews for both from then on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import BrowserContext
from yarl import URL

from infra.tour import visitor
from infra.tour.caller import Caller
from infra.tour.steps import Steps

_GOOD_FOR_S: Final = 120.0  # of the 300 s that a token lives


class Quiet(Steps):
    """Steps that are kept, not printed."""

    def say(self, text: str) -> None:
        """One line, for whoever asks afterwards."""
        self.lines.append(text)


@dataclass
class Member(Caller):
    """A caller whose login lasts as long as it is used."""

    _since: float = field(default=0.0, repr=False)
    _context: BrowserContext | None = field(default=None, repr=False)
    _turns: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @classmethod
    async def of_demo(cls, address: str, person: dict[str, Any]) -> Member:
        """One of the invented people of the demo county."""
        member = cls(address)
        await member.sign_in(person)
        return member

    @classmethod
    async def newcomer(cls, address: str) -> Member:
        """A villager who registers now and has no visits yet."""
        member = cls(address)
        await visitor.register(member, Quiet())
        return member

    async def signed_in(self, name: str, answer: dict[str, Any]) -> None:
        """Go on as whoever the server says this is."""
        self._since = time.monotonic()
        await super().signed_in(name, answer)

    @asynccontextmanager
    async def at(self, context: BrowserContext) -> AsyncIterator[None]:
        """Signed in with this browser, which renews for us while it is open and gives the login back afterwards."""
        jar = self._http.cookie_jar
        await context.add_cookies(
            [{"name": each.key, "value": each.value, "url": self.address, "httpOnly": True} for each in jar]
        )
        self._context = context
        try:
            yield
        finally:
            self._context = None
            kept = await context.cookies(self.address)
            jar.update_cookies({each["name"]: each["value"] for each in kept}, URL(self.address))

    async def fresh_token(self) -> str:
        """The access token, renewed when its end is near."""
        await self._renew_in_time()
        return await super().fresh_token()

    async def _call(self, method: str, path: str, **given: Any) -> Any:
        if self._token:
            await self._renew_in_time()
        return await super()._call(method, path, **given)

    async def _renew_in_time(self) -> None:
        async with self._turns:
            if time.monotonic() - self._since <= _GOOD_FOR_S:
                return
            if self._context is None:
                self._token = ""  # who shows one that is over is refused before the cookie is looked at
                answer = await super()._call("POST", "/api/logins/refresh")
            else:
                response = await self._context.request.post(f"{self.address}/api/logins/refresh")
                assert response.ok, await response.text()
                answer = await response.json()
            self._token, self._since = answer["access_token"], time.monotonic()
