"""Links: asking a guest in, the first browser that opens one, every other browser, and taking one back."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from server.consultations import live
from server.foundation.actor import LoginId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import SignedIn
from server.settings import MeetingSettings

from . import parts, store, store_invitations
from .errors import InvitationOver, LinkAlreadyUsed, MeetingOver, NotTheChair, TooManyInvitations
from .lifecycle import Stand, State
from .model import Invitation, Meeting
from .parts import Part

PAGE: Final = "/meet"
_GUEST_STAYS: Final = 3  # times the longest meeting: it may begin late, and the link is opened before


@dataclass(frozen=True, slots=True)
class Link:
    """A new invitation; the secret is known to nobody afterwards."""

    id: UUID
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Welcomed:
    """A guest who is signed in, and where to."""

    invitation: Invitation
    signed_in: SignedIn = field(repr=False)


async def invite(work: Work, meeting_id: UUID, name: str, kind: str, organisation: str) -> Link:
    """A link for somebody in one capacity; by whoever enters as they are.

    Raises: Unknown, MeetingOver, NotTheChair, TooManyInvitations. Rule: meetings-5
    """
    part = await parts.own(work, meeting_id)
    _require_host(part)
    if await store_invitations.count(work.session, meeting_id) >= work.part(MeetingSettings).invitations:
        raise TooManyInvitations
    secret, invitation_id = secrets.token_urlsafe(24), work.new_id()
    work.session.add(
        Invitation(
            id=invitation_id,
            meeting_id=meeting_id,
            digest=_digest(secret),
            name=name,
            kind=kind,
            organisation=organisation,
            made_by=work.actor.person,
            made_at=work.now,
        )
    )
    await work.session.flush()
    work.audit("meeting.invite", "meeting", meeting_id, patient_id=part.patient_id, party=kind)
    parts.tell(work, meeting_id)
    return Link(invitation_id, f"{PAGE}#{secret}")


def _require_host(part: Part) -> None:
    if not part.free:
        raise NotTheChair
    if part.meeting.state == State.ENDED:
        raise MeetingOver


async def revoke(work: Work, meeting_id: UUID, invitation_id: UUID) -> None:
    """Take a link back; who came by it is signed out and out of the room.

    Raises: Unknown, MeetingOver, NotTheChair. Rule: meetings-5
    """
    part = await parts.own(work, meeting_id)
    _require_host(part)
    invitation = await store_invitations.by_id(work.session, invitation_id)
    if invitation is None or invitation.meeting_id != meeting_id:
        raise Unknown
    if await store_invitations.revoke(work.session, invitation_id, work.now) is None:
        return
    if invitation.login_id is not None and invitation.person_id is not None:
        await store.stand(work.session, meeting_id, invitation.person_id, "remove", work.now)
        live.remove(work, part.meeting.room, invitation.person_id)
        await identity.send_off(work, [LoginId(invitation.login_id)], "invitation-revoked")
    work.audit("meeting.revoke", "meeting", meeting_id, patient_id=part.patient_id, party=invitation.kind)
    parts.tell(work, meeting_id)


async def open_link(work: Work, secret: str, browser: str | None) -> Welcomed:
    """Exchange a link for a login of this browser, which lasts until the meeting ends.

    The first browser keeps the link: reloading comes back to the same login, any other is refused and the meeting told.
    `browser` is a word that the page made and keeps; with it an answer that was lost on its way is given again.
    Raises: InvitationOver, LinkAlreadyUsed, NotSignedIn.
    Rule: meetings-5
    """
    invitation = await store_invitations.by_secret(work.session, _digest(secret))
    meeting = await store.by_id(work.session, invitation.meeting_id) if invitation else None
    if invitation is None or invitation.revoked_at is not None or meeting is None or meeting.state == State.ENDED:
        raise InvitationOver
    if invitation.login_id is not None:
        return await _again(work, invitation, browser)
    return await _first(work, invitation, meeting, browser)


async def _first(work: Work, invitation: Invitation, meeting: Meeting, browser: str | None) -> Welcomed:
    lasts = timedelta(seconds=_GUEST_STAYS * work.part(MeetingSettings).longest_s)
    signed_in = await identity.welcome(work, invitation.name, max(work.now, meeting.starts_at) + lasts)
    invitation.person_id, invitation.login_id = signed_in.login.person_id, signed_in.login.id
    invitation.opened_at = work.now
    invitation.browser = _digest(browser) if browser else None
    await work.session.flush()
    await store.enrol(work.session, meeting.id, signed_in.login.person_id, invitation.kind, Stand.INVITED, work.now)
    work.audit("meeting.open_link", "meeting", meeting.id, party=invitation.kind)
    parts.tell(work, meeting.id)
    return Welcomed(invitation, signed_in)


async def _again(work: Work, invitation: Invitation, browser: str | None) -> Welcomed:
    known = browser is not None and invitation.browser == _digest(browser)
    assert invitation.login_id is not None, "an opened one has a login"
    back = await identity.welcome_back(work, LoginId(invitation.login_id), known=known)
    if back is not None:
        return Welcomed(invitation, back)
    invitation.second_browser_at = work.now
    await work.session.flush()
    work.audit("meeting.second_browser", "meeting", invitation.meeting_id, party=invitation.kind)
    parts.tell(work, invitation.meeting_id)
    raise LinkAlreadyUsed().keeping_effects()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
