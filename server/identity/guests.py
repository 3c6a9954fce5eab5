"""Guests: somebody who was asked in by a link for one occasion. A name in clear, a login of one browser, and no more.

Who may ask whom in, and when the occasion is over, is for the capability that has the occasion.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from server.foundation.actor import LoginId, PersonId, Role
from server.foundation.work import Work

from . import login_store, logins
from .logins import SignedIn
from .model import Person
from .vocabulary import PersonKind


async def welcome(work: Work, name: str, until: datetime) -> SignedIn:
    """A new guest, signed in from the asking browser until then at the latest."""
    guest = Person(id=work.new_id(), kind=PersonKind.GUEST, name=name, created_at=work.now, created_by=None)
    work.session.add(guest)
    await work.session.flush()
    return await logins.open_login(work, PersonId(guest.id), Role.GUEST, until=until)


async def welcome_back(work: Work, login_id: LoginId, *, known: bool) -> SignedIn | None:
    """The guest's login again, for the browser that holds it; None for any other, and when it is over.

    `known`: the caller knows that it is that browser, though the cookie never arrived there.
    Raises: NotSignedIn, when a token that was used up shows that the cookie was stolen; the login is over then.
    """
    token = work.client.cookies.get(logins.cookie_name(work))
    if token and await logins.holder_of(work, token) == login_id:
        return await logins.refresh(work, token)
    return await logins.answer_again(work, login_id) if known else None


async def send_off(work: Work, guests: Iterable[LoginId], reason: str) -> None:
    """The occasion is over for these guests: they are signed out, here and everywhere."""
    for login_id in guests:
        if await login_store.login(work.session, login_id) is not None:
            await logins.end(work, login_id, reason)
