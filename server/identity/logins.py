"""Logins: opened after a sign-in, kept alive by rotating refresh tokens, ended here, everywhere, or by reuse of a token.

A refresh token is known by its digest only. A used one stays good for a short overlap in which it gives the *same*
successor, so two tabs that refresh together stay signed in; used after that, it was stolen, and the whole login ends.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, LoginId, Role
from server.foundation.answers import Cookie
from server.foundation.crypto import label
from server.foundation.errors import NotSignedIn, Unknown
from server.foundation.work import Work
from server.settings import Settings, SignInSettings

from . import login_store as store
from .authentication import Logins
from .events import LoginEnded
from .login_model import Login, RefreshToken
from .model import Membership, Organisation

_COOKIE: Final = "__Host-lianyi"
_PLAIN_COOKIE: Final = "lianyi"  # a browser keeps __Host- over TLS only; the demo runs on http://localhost too


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a page holds after signing in: the access token in memory, the refresh token in its cookie."""

    login: Login
    access_token: str = field(repr=False)
    expires_in_s: int
    refresh_token: str = field(repr=False)
    refresh_lifetime_s: int

    @property
    def login_id(self) -> LoginId:
        """The id of the login."""
        return LoginId(self.login.id)


@dataclass(frozen=True, slots=True)
class LoginCard:
    """One of my logins as I see it in the list."""

    id: LoginId
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


async def open_login(
    work: Work,
    person_id: UUID,
    role: Role,
    post: tuple[Membership, Organisation] | None = None,
    until: datetime | None = None,
) -> SignedIn:
    """A new login of a person in one role; of staff in one post, with the second factor just given.

    `until` is its end where it is not as long as the role's.
    """
    settings = work.part(SignInSettings)
    lifetime_s = settings.patient_login_s if role in PATIENT_SIDE else settings.staff_login_s
    login = Login(
        id=work.new_id(),
        person_id=person_id,
        role=role,
        membership_id=post[0].id if post else None,
        organisation_id=post[1].id if post else None,
        level=post[1].level if post else None,
        device=work.client.user_agent,
        created_at=work.now,
        seen_at=work.now,
        expires_at=until or work.now + timedelta(seconds=lifetime_s),
        second_factor_at=work.now if post else None,
    )
    work.session.add(login)
    await work.session.flush()
    token = await _fresh_token(work, login.id)
    work.audit("login.open", "login", login.id, person=str(person_id), role=role)
    return _signed_in(work, login, token)


async def refresh(work: Work, token: str) -> SignedIn:
    """The login that this refresh token belongs to, with its successor.

    Raises: NotSignedIn; and ends the login when the token was used up longer ago than the overlap.
    """
    link = await store.refresh_token(work.session, _digest(token))
    login = await store.login(work.session, link.login_id) if link else None
    if link is None or login is None or _is_over(work, login):
        raise NotSignedIn
    if link.superseded_at is None:
        successor = await _fresh_token(work, login.id)
        link.superseded_at = work.now
        link.successor_sealed = work.ground.keys.fields.seal(successor.encode(), _aad(link))
    elif work.now - link.superseded_at <= timedelta(seconds=work.part(SignInSettings).refresh_overlap_s):
        assert link.successor_sealed is not None, "a superseded token keeps its successor"
        successor = work.ground.keys.fields.open(link.successor_sealed, _aad(link)).decode()
    else:
        work.audit("login.reuse", "login", login.id, person=str(login.person_id))
        await _end(work, "reuse", login_id=login.id)
        raise NotSignedIn().keeping_effects()
    login.seen_at = work.now
    return _signed_in(work, login, successor)


async def holder_of(work: Work, token: str) -> LoginId | None:
    """Which login a refresh token belongs to, whatever became of it."""
    link = await store.refresh_token(work.session, _digest(token))
    return LoginId(link.login_id) if link else None


async def answer_again(work: Work, login_id: LoginId) -> SignedIn | None:
    """A login whose answer may have been lost on its way, with a further refresh token; None when it is over."""
    login = await store.login(work.session, login_id)
    if login is None or _is_over(work, login):
        return None
    return _signed_in(work, login, await _fresh_token(work, login.id))


def cookie_name(work: Work) -> str:
    """What the refresh token's cookie is called here."""
    return _PLAIN_COOKIE if work.part(Settings).demo and not work.client.secure else _COOKIE


def cookie_of(work: Work, signed_in: SignedIn) -> Cookie:
    """The cookie with the login's refresh token."""
    return Cookie(cookie_name(work), signed_in.refresh_token, signed_in.refresh_lifetime_s)


async def end(work: Work, login_id: LoginId, reason: str) -> None:
    """End a login; one that is over already stays as it is."""
    await _end(work, reason, login_id=login_id)


async def end_current(work: Work, refresh_token: str | None) -> None:
    """End the acting login, or the one of this refresh token; nothing when there is neither."""
    if work.actor.login_id is not None:
        await _end(work, "signed-out", login_id=work.actor.login_id)
    elif refresh_token:
        link = await store.refresh_token(work.session, _digest(refresh_token))
        if link is not None:
            await _end(work, "signed-out", login_id=link.login_id)


async def end_one(work: Work, login_id: LoginId) -> None:
    """End one of one's own logins. Raises: Unknown."""
    login = await store.login(work.session, login_id)
    if login is None or login.person_id != work.actor.person or login.ended_at is not None:
        raise Unknown
    await _end(work, "signed-out", login_id=login_id)


async def end_all_of(work: Work, person_id: UUID, reason: str, *, but: LoginId | None = None) -> None:
    """End every login of a person, perhaps but one."""
    await _end(work, reason, person_id=person_id, but=but)


async def end_all_of_post(work: Work, membership_id: UUID, reason: str) -> None:
    """End every login in one post."""
    await _end(work, reason, membership_id=membership_id)


async def mine(work: Work) -> list[LoginCard]:
    """The acting person's logins that are not over, the latest used first."""
    return [
        LoginCard(LoginId(row.id), row.device, row.created_at, row.seen_at, row.id == work.actor.login_id)
        for row in await store.logins_of(work.session, work.actor.person, work.now)
    ]


async def acting_login(work: Work) -> Login:
    """The stored login of the actor. Raises: NotSignedIn when it is over."""
    login = await store.login(work.session, work.actor.login_id) if work.actor.login_id else None
    if login is None or login.ended_at is not None:
        raise NotSignedIn
    return login


def access_token(work: Work, login: Login) -> str:
    """A new access token of a login; after its second factor was repeated, say."""
    return work.part(Logins).issue(login, work.now)


async def further_access(work: Work) -> tuple[str, int]:
    """One more access token of the acting login, and for how many seconds it is good. Raises: NotSignedIn."""
    return access_token(work, await acting_login(work)), work.part(SignInSettings).access_lifetime_s


async def _end(
    work: Work,
    reason: str,
    *,
    login_id: UUID | None = None,
    person_id: UUID | None = None,
    membership_id: UUID | None = None,
    but: UUID | None = None,
) -> None:
    ended = await store.end_logins(
        work.session, work.now, reason, login_id=login_id, person_id=person_id, membership_id=membership_id, but=but
    )
    believed = work.part(Logins)
    for each in ended:
        believed.doubt(each)
        work.afterwards(partial(believed.revoked, each))
        work.audit("login.end", "login", each, reason=reason)
        work.record(LoginEnded(LoginId(each)))


def _is_over(work: Work, login: Login) -> bool:
    unused = work.now - login.seen_at > timedelta(seconds=work.part(SignInSettings).refresh_lifetime_s)
    return login.ended_at is not None or login.expires_at <= work.now or unused


async def _fresh_token(work: Work, login_id: UUID) -> str:
    token = secrets.token_urlsafe(32)
    work.session.add(RefreshToken(digest=_digest(token), login_id=login_id, created_at=work.now))
    await work.session.flush()
    return token


def _signed_in(work: Work, login: Login, refresh_token: str) -> SignedIn:
    settings = work.part(SignInSettings)
    left_s = int((login.expires_at - work.now).total_seconds())
    return SignedIn(
        login=login,
        access_token=access_token(work, login),
        expires_in_s=settings.access_lifetime_s,
        refresh_token=refresh_token,
        refresh_lifetime_s=max(1, min(settings.refresh_lifetime_s, left_s)),
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _aad(link: RefreshToken) -> bytes:
    return label("refresh_tokens", "successor", link.digest.hex())
