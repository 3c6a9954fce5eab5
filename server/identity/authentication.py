"""Believing access tokens: verified once, remembered by digest, refused as soon as the login is over.

Every process keeps its own memory. The one that ends a login doubts it at once, before the commit, and asks the database
for each request while in doubt; after the commit it refuses (`revoked`). The others are told through realtime, and whoever
misses that asks again within half a minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from server.foundation.actor import Actor, Kind, Level, LoginId, OrganisationId, PersonId, Role
from server.foundation.errors import NotSignedIn
from server.foundation.ground import Ground
from server.foundation.together import Together
from server.foundation.tokens import ACCESS, Claims, TokenIssuer, TokenVerifier
from server.settings import SignInSettings

from . import login_store
from .login_model import Login

AUDIENCE: Final = "lianyi-api"
_DOUBT: Final = timedelta(seconds=60)  # longer than any transaction of ours
_MOST_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class _Remembered:
    actor: Actor
    expires_at: datetime
    checked_at: datetime


class Logins:
    """Issues and believes access tokens in one process."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._settings = ground.part(SignInSettings)
        self._issuer = TokenIssuer(ground.keys.signer("tokens"))
        self._verifier = TokenVerifier(ground.keys.verifiers("tokens"))
        self._remembered: dict[bytes, _Remembered] = {}
        self._doubted: dict[LoginId, datetime] = {}
        self._ended: dict[LoginId, datetime] = {}
        self._living = Together[LoginId, bool](self._ask_living)

    def issue(self, login: Login, now: datetime) -> str:
        """An access token for a login."""
        claims: dict[str, Any] = {
            "sub": str(login.person_id),
            "aud": AUDIENCE,
            "login": str(login.id),
            "role": login.role,
        }
        if login.organisation_id is not None:
            claims |= {"org": str(login.organisation_id), "level": login.level}
        if login.second_factor_at is not None:
            claims["sfa"] = int(login.second_factor_at.timestamp())
        return self._issuer.issue(ACCESS, claims, self._settings.access_lifetime_s, now)

    async def authenticate(self, token: str) -> Actor:
        """Who holds this token.

        Raises: NotSignedIn, when it is forged, too old, or its login was ended.
        """
        now = self._ground.clock.now()
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        known = self._remembered.get(digest)
        if known is None:
            claims = self._verifier.verify(token, ACCESS, AUDIENCE, now)
            known = _Remembered(_actor(claims), claims.expires_at, datetime.min.replace(tzinfo=UTC))
        if now >= known.expires_at:
            self._remembered.pop(digest, None)
            raise NotSignedIn
        await self._believe(digest, known, now)
        return known.actor

    async def _believe(self, digest: bytes, known: _Remembered, now: datetime) -> None:
        login_id = known.actor.login_id
        assert login_id is not None, "every token names its login"
        in_doubt = self._in_doubt(login_id, now)
        if login_id in self._ended:
            raise NotSignedIn
        if not in_doubt and now - known.checked_at < timedelta(seconds=self._settings.login_seen_every_s):
            return
        if not await self._living.about(login_id):
            self.revoked(login_id)
            raise NotSignedIn
        if not self._in_doubt(login_id, now) and login_id not in self._ended:
            self._remember(digest, replace(known, checked_at=now), now)

    async def _ask_living(self, logins: Sequence[LoginId]) -> dict[LoginId, bool]:
        async with self._ground.database.session() as session:
            living = await login_store.living(session, logins, self._ground.clock.now())
            return {LoginId(each): True for each in living}

    def doubt(self, login_id: UUID) -> None:
        """A transaction of this process is about to end this login: believe nothing remembered until it is settled."""
        self._doubted[LoginId(login_id)] = self._ground.clock.now() + _DOUBT
        self._forget(LoginId(login_id))

    def revoked(self, login_id: UUID) -> None:
        """This login was ended, here or in another process: its tokens are refused from now on."""
        now = self._ground.clock.now()
        self._ended[LoginId(login_id)] = now + timedelta(seconds=self._settings.access_lifetime_s + 60)
        self._forget(LoginId(login_id))
        for over in [each for each, until in self._ended.items() if until < now]:
            del self._ended[over]

    def _in_doubt(self, login_id: LoginId, now: datetime) -> bool:
        until = self._doubted.get(login_id)
        if until is None:
            return False
        if until < now:
            del self._doubted[login_id]
            return False
        return True

    def _forget(self, login_id: LoginId) -> None:
        for digest in [each for each, known in self._remembered.items() if known.actor.login_id == login_id]:
            del self._remembered[digest]

    def _remember(self, digest: bytes, known: _Remembered, now: datetime) -> None:
        if len(self._remembered) >= _MOST_REMEMBERED:
            living = {each: value for each, value in self._remembered.items() if value.expires_at > now}
            self._remembered = living if len(living) < _MOST_REMEMBERED else {}
        self._remembered[digest] = known


def _actor(claims: Claims) -> Actor:
    extra = claims.extra
    return Actor(
        kind=Kind.HUMAN,
        person_id=PersonId(UUID(claims.sub)),
        role=Role(extra["role"]),
        login_id=LoginId(UUID(extra["login"])),
        organisation_id=OrganisationId(UUID(extra["org"])) if "org" in extra else None,
        level=Level(extra["level"]) if "level" in extra else None,
        second_factor_at=datetime.fromtimestamp(extra["sfa"], UTC) if "sfa" in extra else None,
    )


async def authenticate(ground: Ground, token: str) -> Actor:
    """Who holds this token; for sockets and other edges. Raises: NotSignedIn."""
    return await ground.part(Logins).authenticate(token)
