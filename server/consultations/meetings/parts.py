"""What every use case of a meeting begins and ends with: whose it is, in what capacity, and telling the open pages."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.consultations.remote import reading
from server.consultations.remote import store as request_store
from server.consultations.remote.facts import RequestFacts
from server.consultations.remote.model import RemoteRequest
from server.foundation.actor import PATIENT_SIDE, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.work import Work
from server.records import service as records

from . import access, store, store_invitations
from .access import Kind
from .errors import NotTheChair
from .lifecycle import Stand
from .model import Attendee, Invitation, Meeting


@dataclass(frozen=True, slots=True)
class Part:
    """The actor's part in a meeting, with what it belongs to."""

    meeting: Meeting
    request: RemoteRequest
    facts: RequestFacts
    kind: Kind
    attendee: Attendee | None
    invitation: Invitation | None

    @property
    def stand(self) -> Stand | None:
        """Where the actor stands; None before having come near the door."""
        return Stand(self.attendee.state) if self.attendee else None

    @property
    def free(self) -> bool:
        """Whether the actor enters without being let in."""
        return access.is_free(self.kind, self.stand)

    @property
    def patient_id(self) -> PersonId:
        """Whom it is about."""
        return self.facts.patient_id


async def own(work: Work, meeting_id: UUID) -> Part:
    """A meeting, and in what capacity the actor has to do with it.

    Raises: Unknown, when there is none or the actor has no part in it.
    """
    meeting = await store.by_id(work.session, meeting_id)
    request = await request_store.by_id(work.session, meeting_id) if meeting else None
    if meeting is None or request is None:
        raise Unknown
    facts = await reading.facts_of(work, request)
    invitation = await _invitation(work, meeting_id)
    kind = access.kind_of(
        facts,
        work.actor,
        acts_for_patient=await _acts_for_patient(work, facts),
        invited_as=invitation.kind if invitation else None,
    )
    if kind is None:
        raise Unknown
    attendee = await store.attendee(work.session, meeting_id, work.actor.person)
    return Part(meeting, request, facts, kind, attendee, invitation)


async def _invitation(work: Work, meeting_id: UUID) -> Invitation | None:
    if work.actor.role is not Role.GUEST or work.actor.login_id is None:
        return None
    found = await store_invitations.of_login(work.session, work.actor.login_id)
    return found if found is not None and found.meeting_id == meeting_id else None


async def _acts_for_patient(work: Work, facts: RequestFacts) -> bool:
    if work.actor.role not in PATIENT_SIDE:
        return False
    return await records.may_act_for(work, facts.patient_id) is not None


async def chaired(work: Work, meeting_id: UUID) -> Part:
    """The meeting, when the actor chairs it. Raises: Unknown, NotTheChair. Rule: meetings-4"""
    part = await own(work, meeting_id)
    if part.meeting.chair_id != work.actor.person_id:
        raise NotTheChair
    return part


def tell(work: Work, meeting_id: UUID) -> None:
    """Have the open pages of the meeting fetch again, once this is committed."""
    work.after_commit(push(f"meeting:{meeting_id}", meeting_id))
