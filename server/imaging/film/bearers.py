"""Who comes with an opened film: a token for one study, believed only while the film stands.

It goes where a login's token goes (`Authorization: Bearer film.<token>`) and gives a guest who is bound to that study: no
person, no login, no organisation. Routes let a guest in by permission, `imaging/access.py` lets this one see this study. The
film is asked for each request, so taking it back works at once and in every process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import Actor, Kind, PersonId, Role
from server.foundation.errors import NotSignedIn
from server.foundation.ground import Ground
from server.foundation.tokens import TokenIssuer, TokenVerifier
from server.foundation.work import Work
from server.imaging.access import Right, StudyRef

from . import store
from .model import Film
from .rules import FilmStanding, standing

FILM_TOKEN: Final = "film+jwt"  # noqa: S105  # a type, no secret
AUDIENCE: Final = "lianyi-film"
LIFETIME_S: Final = 30 * 60
_PREFIX: Final = "film."


class Bearers:
    """Issues and believes film tokens in one process."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._issuer = TokenIssuer(ground.keys.signer("tokens"))
        self._verifier = TokenVerifier(ground.keys.verifiers("tokens"))

    def issue(self, film: Film, now: datetime) -> str:
        """The token of a film that was just opened; never good for longer than the film."""
        lifetime = min(LIFETIME_S, int((film.expires_at - now).total_seconds()))
        return _PREFIX + self._issuer.issue(FILM_TOKEN, {"sub": str(film.id), "aud": AUDIENCE}, max(lifetime, 1), now)

    async def authenticate(self, token: str) -> Actor:
        """The guest with this token.

        Raises: NotSignedIn, also when the film was revoked or has expired meanwhile. Rule: imaging-60
        """
        now = self._ground.clock.now()
        claims = self._verifier.verify(token.removeprefix(_PREFIX), FILM_TOKEN, AUDIENCE, now)
        async with self._ground.database.session() as session:
            film = await store.film(session, UUID(claims.sub))
        if film is None or stands(film, now) not in (FilmStanding.LIVE, FilmStanding.LOCKED):
            raise NotSignedIn
        return guest_of(film)


def stands(film: Film, now: datetime) -> FilmStanding:
    """What became of this film. One that wrong digits locked stays open to who had opened it."""
    return standing(expires_at=film.expires_at, revoked_at=film.revoked_at, locked_at=film.locked_at, now=now)


def guest_of(film: Film) -> Actor:
    """The one who holds this film; known by the film's own id, so that the who-read list and the audit can name it."""
    return Actor(Kind.HUMAN, person_id=PersonId(film.id), role=Role.GUEST, bound_to=film.study_id)


async def by_film(work: Work, study: StudyRef) -> Right | None:
    """The right to one study that an opened film gives. Rule: imaging-60"""
    bound_to = work.actor.bound_to
    return Right.FILM if bound_to is not None and bound_to == study.id else None


def attach(ground: Ground) -> None:
    """Make the ground believe film tokens besides those of logins."""
    believes_logins, bearers = ground.authenticate, Bearers(ground)
    assert believes_logins is not None, "identity was attached before"
    ground.provide(bearers)
    ground.authenticate = _either(believes_logins, bearers)


def _either(logins: Callable[[str], Awaitable[Actor]], bearers: Bearers) -> Callable[[str], Awaitable[Actor]]:
    async def authenticate(token: str) -> Actor:
        return await (bearers.authenticate(token) if token.startswith(_PREFIX) else logins(token))

    return authenticate


def lifetime_of(film: Film, now: datetime) -> datetime:
    """Until when a token issued now is good."""
    return min(film.expires_at, datetime.fromtimestamp(now.timestamp() + LIFETIME_S, UTC))
