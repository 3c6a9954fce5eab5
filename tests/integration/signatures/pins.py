"""Somebody with a signing key, at the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import logins, store
from server.signatures import service as signatures
from server.signatures.service import SignatureView
from tests.api import Answer, Api
from tests.people import Somebody

DOCUMENT: dict[str, Any] = {"plan": "低盐饮食", "version": 1}


async def sign(
    ground: Ground, who: Somebody, document: dict[str, Any] | None = None, *, later: timedelta = timedelta()
) -> SignatureView:
    """A signature by this person, as if that much later."""
    async with unit_of_work(ground, who.actor) as work:
        work.now += later
        return await signatures.sign(work, who.id, "note.sign", "note+jws", document or DOCUMENT)


async def enter(api: Api, who: Somebody, pin: str) -> Answer:
    """The PIN typed in."""
    return await api.signed_in(who.token).post("/api/signing-key/unlock", {"pin": pin})


async def at_another_desk(ground: Ground, who: Somebody) -> Somebody:
    """The same person, signed in once more; no key is open there."""
    async with unit_of_work(ground, SYSTEM) as work:
        (membership, organisation, _), *_ = await store.posts_of(work.session, who.id)
        opened = await logins.open_login(work, who.id, who.role, (membership, organisation))
    return Somebody(
        who.id, who.name, who.role, opened.access_token, opened.login_id, who.organisation_id, who.department_id
    )
