"""Meetings over HTTP: entering, the lobby, invitations, the end. Opinions and the report are `http_opinions.py`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from server.foundation.answers import Answer, FileAnswer, Upload
from server.foundation.errors import NotSignedIn, Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import PUBLIC, Body, Routes, View
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import door, files, invitations, room
from .access import Kind
from .errors import (
    InvitationOver,
    LinkAlreadyUsed,
    MeetingNotOpen,
    MeetingOver,
    MeetingRecordingDeclined,
    MeetingTooEarly,
    NobodyThere,
    NotAdmitted,
    NotForTheChair,
    NotTheChair,
    TooManyInvitations,
)
from .views import MeetingView, view_of

routes = Routes()

_Secret = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class MeetingJoinBody(Body):
    """Entering is agreeing to be recorded; agreed once, it need not be said again."""

    agrees_to_recording: bool = False


class MeetingPassView(View):
    """The ticket for `room:join`, good for 60 s and this login. `video` is false once it was stopped for good."""

    room: str
    ticket: str
    kind: Kind
    capacity: int
    video: bool


class MeetingPersonBody(Body):
    """Whom."""

    person_id: UUID


class MeetingInvitationBody(Body):
    """Who is asked in, as what. The name is what everybody in the room sees."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    kind: Literal["patient", "observer", "interpreter", "helper"]
    organisation: Annotated[str, Field(max_length=80)] = ""


class MeetingLinkView(View):
    """The link, shown this once."""

    id: UUID
    link: str


class MeetingFileView(View):
    """A file that was kept for the chat."""

    id: UUID
    content_type: str
    size: int


class InvitationOpeningBody(Body):
    """What the link carries after the `#`; `browser` is a word that this browser made and keeps, 16 characters at least."""

    secret: _Secret
    browser: _Secret | None = None


class GuestLoginView(View):
    """Signed in as a guest of one meeting; the refresh cookie comes with it. Who and what: `GET /api/me`."""

    access_token: str
    expires_in_s: int
    meeting_id: UUID
    name: str
    kind: Kind


@routes.get("/api/meetings/{meeting_id}", may="consultations.meet")
async def show_meeting(work: Work, meeting_id: UUID) -> MeetingView:
    """The meeting of a request: who is where, and what I may do."""
    return await view_of(work, meeting_id)


@routes.post(
    "/api/meetings/{meeting_id}/join",
    may="consultations.meet",
    grants_tokens=True,
    problems=(MeetingOver, MeetingNotOpen, MeetingTooEarly, NotAdmitted, MeetingRecordingDeclined),
)
async def join_meeting(work: Work, meeting_id: UUID, body: MeetingJoinBody) -> MeetingPassView:
    """A ticket for the room. The first expert opens it, in an emergency also who asked for help."""
    return MeetingPassView.model_validate(
        await room.join(work, meeting_id, agrees_to_recording=body.agrees_to_recording)
    )


@routes.post("/api/meetings/{meeting_id}/knock", may="consultations.meet", problems=(MeetingOver,))
async def knock_at_meeting(work: Work, meeting_id: UUID) -> MeetingView:
    """Wait to be let in; also after having been put out."""
    await door.knock(work, meeting_id)
    return await view_of(work, meeting_id)


@routes.post("/api/meetings/{meeting_id}/admit", may="consultations.chair", problems=(NotTheChair, NobodyThere))
async def admit_to_meeting(work: Work, meeting_id: UUID, body: MeetingPersonBody) -> MeetingView:
    """Let somebody in who knocks; by who chairs."""
    await door.admit(work, meeting_id, body.person_id)
    return await view_of(work, meeting_id)


@routes.post("/api/meetings/{meeting_id}/remove", may="consultations.chair", problems=(NotTheChair, NobodyThere))
async def remove_from_meeting(work: Work, meeting_id: UUID, body: MeetingPersonBody) -> MeetingView:
    """Put somebody out, at once; they come back when they are let in anew."""
    await door.remove(work, meeting_id, body.person_id)
    return await view_of(work, meeting_id)


@routes.post(
    "/api/meetings/{meeting_id}/hand-over",
    may="consultations.chair",
    problems=(NotTheChair, NotForTheChair, MeetingOver),
)
async def hand_meeting_over(work: Work, meeting_id: UUID, body: MeetingPersonBody) -> MeetingView:
    """Let another expert, or who asked for the consultation, chair."""
    await door.hand_over(work, meeting_id, body.person_id)
    return await view_of(work, meeting_id)


@routes.post(
    "/api/meetings/{meeting_id}/end", may="consultations.chair", problems=(NotTheChair, MeetingOver, NotInThisState)
)
async def end_meeting(work: Work, meeting_id: UUID) -> MeetingView:
    """End the talk for everybody; what is left is the report."""
    await room.end(work, meeting_id)
    return await view_of(work, meeting_id)


@routes.post(
    "/api/meetings/{meeting_id}/files",
    may="consultations.meet",
    status=201,
    problems=(Unknown, MeetingOver, MeetingNotOpen, NotAdmitted, records.TooManyUploads, *records.FILE_PROBLEMS),
)
async def send_meeting_file(work: Work, meeting_id: UUID, upload: Upload) -> MeetingFileView:
    """Keep a PDF, JPEG or PNG for the chat, where its id is then said. The name goes in `X-File-Name`."""
    return MeetingFileView.model_validate(await files.send(work, meeting_id, upload))


@routes.get(
    "/api/meetings/{meeting_id}/files/{attachment_id}",
    may="consultations.meet",
    problems=(Unknown, MeetingOver, MeetingNotOpen, NotAdmitted),
)
async def open_meeting_file(work: Work, meeting_id: UUID, attachment_id: UUID) -> FileAnswer:
    """A file of the chat, for who is in the meeting."""
    return await files.open_file(work, meeting_id, attachment_id)


@routes.post(
    "/api/meetings/{meeting_id}/invitations",
    may="consultations.chair",
    status=201,
    grants_tokens=True,
    problems=(NotTheChair, MeetingOver, TooManyInvitations),
)
async def invite_to_meeting(work: Work, meeting_id: UUID, body: MeetingInvitationBody) -> MeetingLinkView:
    """A link for a guest; its secret is shown once and stands in the fragment, which no server sees."""
    made = await invitations.invite(work, meeting_id, body.name, body.kind, body.organisation)
    return MeetingLinkView.model_validate(made)


@routes.delete(
    "/api/meetings/{meeting_id}/invitations/{invitation_id}",
    may="consultations.chair",
    problems=(NotTheChair, MeetingOver),
)
async def revoke_invitation(work: Work, meeting_id: UUID, invitation_id: UUID) -> None:
    """Take a link back; a guest who came by it is signed out."""
    await invitations.revoke(work, meeting_id, invitation_id)


@routes.post(
    "/api/invitations/open",
    may=PUBLIC,
    grants_tokens=True,
    problems=(InvitationOver, LinkAlreadyUsed, NotSignedIn),
)
async def open_invitation(work: Work, body: InvitationOpeningBody) -> Answer[GuestLoginView]:
    """Exchange a link for a login of this browser until the meeting ends; any other browser is refused."""
    welcomed = await invitations.open_link(work, body.secret, body.browser)
    invitation, signed_in = welcomed.invitation, welcomed.signed_in
    view = GuestLoginView(
        access_token=signed_in.access_token,
        expires_in_s=signed_in.expires_in_s,
        meeting_id=invitation.meeting_id,
        name=invitation.name,
        kind=Kind(invitation.kind),
    )
    return Answer(view, cookies=(identity.cookie_of(work, signed_in),), headers={"Cache-Control": "no-store"})
