"""A meeting as a page is told it: who is where, and what the asker may do. Not before being let in who else is there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from server.consultations.remote.facts import RequestFacts
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import access, parts, room, store, store_invitations
from .access import Kind
from .lifecycle import Stand, State
from .model import Attendee, Invitation
from .parts import Part


class MeetingPersonView(View):
    """Somebody's part. `id` is the invitation's, of a guest, and else the person's; acts of the chair name `person_id`."""

    id: UUID
    person_id: UUID | None
    name: str
    kind: Kind
    organisation: str
    state: Stand
    since: datetime | None
    agreed: bool
    second_browser_at: datetime | None


class MeetingChairView(View):
    """Who chairs."""

    id: UUID
    name: str


class MeetingRecordingView(View):
    """Whether it is recorded, and who agreed to that."""

    on: bool
    agreed: list[UUID]


class MeetingView(View):
    """The live part of a request. `people` is only the asker until they are let in."""

    id: UUID
    request_id: UUID
    state: State
    kind: Kind
    starts_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None
    ended_for: str | None
    chair: MeetingChairView | None
    people: list[MeetingPersonView]
    recording: MeetingRecordingView
    may: list[str]


async def view_of(work: Work, meeting_id: UUID) -> MeetingView:
    """The meeting as the actor may see it. Raises: Unknown."""
    part = await parts.own(work, meeting_id)
    meeting = part.meeting
    everybody = await _people(work, part)
    sees_all = access.sees_everybody(part.kind, part.stand, State(meeting.state))
    people = everybody if sees_all else [each for each in everybody if each.person_id == work.actor.person_id]
    names = {each.person_id: each.name for each in everybody}
    chair = meeting.chair_id if sees_all else None
    return MeetingView(
        id=meeting.id,
        request_id=meeting.id,
        state=State(meeting.state),
        kind=part.kind,
        starts_at=meeting.starts_at,
        opened_at=meeting.opened_at,
        ended_at=meeting.ended_at,
        ended_for=meeting.ended_for,
        chair=MeetingChairView(id=chair, name=names.get(chair, "")) if chair else None,
        people=people,
        recording=MeetingRecordingView(
            on=meeting.state == State.OPEN and meeting.video_stopped_at is None,
            agreed=[each.person_id for each in people if each.agreed and each.person_id],
        ),
        may=access.may(
            part.kind,
            State(meeting.state),
            part.stand,
            chairs=meeting.chair_id == work.actor.person_id,
            opens=room.opens(part),
        ),
    )


async def _people(work: Work, part: Part) -> list[MeetingPersonView]:
    """Requester and experts first, whether they have come or not; then who came or was asked in."""
    meeting_id, facts = part.meeting.id, part.facts
    attendees = {each.person_id: each for each in await store.attendees(work.session, meeting_id)}
    invitations = await store_invitations.of_meeting(work.session, meeting_id)
    expected = _expected(facts)
    cards = await identity.people(work, {PersonId(each) for each in (*attendees, *expected)})
    houses = await _houses(work, facts)
    guests = {each.person_id: each for each in invitations if each.person_id is not None}
    found = []
    for person_id, kind in _in_order(expected, attendees.values()):
        attendee, guest = attendees.get(person_id), guests.get(person_id)
        name = cards[PersonId(person_id)].name if PersonId(person_id) in cards else ""
        found.append(_person(person_id, kind, name, houses.get(person_id, ""), attendee, guest))
    found += [_unopened(each) for each in invitations if each.person_id is None]
    return found


def _expected(facts: RequestFacts) -> dict[UUID, Kind]:
    people: dict[UUID, Kind] = {facts.requester_id: Kind.REQUESTER}
    for each in facts.experts:
        people[each.person_id] = Kind.LEAD if each.lead else Kind.EXPERT
    return people


def _in_order(expected: dict[UUID, Kind], attendees: Iterable[Attendee]) -> list[tuple[UUID, Kind]]:
    came = [(each.person_id, Kind(each.kind)) for each in attendees]
    return [*expected.items(), *(each for each in came if each[0] not in expected)]


async def _houses(work: Work, facts: RequestFacts) -> dict[UUID, str]:
    """The institution of requester and experts."""
    places = {facts.requester_id: facts.from_organisation_id} | {
        each.person_id: each.organisation_id for each in facts.experts
    }
    names = await identity.organisation_names(work, {OrganisationId(each) for each in places.values()})
    return {person_id: names.get(organisation_id, "") for person_id, organisation_id in places.items()}


def _person(
    person_id: UUID, kind: Kind, name: str, house: str, attendee: Attendee | None, guest: Invitation | None
) -> MeetingPersonView:
    return MeetingPersonView(
        id=guest.id if guest else person_id,
        person_id=person_id,
        name=name,
        kind=kind,
        organisation=guest.organisation if guest else house,
        state=Stand(attendee.state) if attendee else Stand.INVITED,
        since=attendee.since if attendee else None,
        agreed=attendee is not None and attendee.recording_agreed_at is not None,
        second_browser_at=guest.second_browser_at if guest else None,
    )


def _unopened(invitation: Invitation) -> MeetingPersonView:
    return MeetingPersonView(
        id=invitation.id,
        person_id=None,
        name=invitation.name,
        kind=Kind(invitation.kind),
        organisation=invitation.organisation,
        state=Stand.INVITED,
        since=invitation.made_at,
        agreed=False,
        second_browser_at=None,
    )
