"""What meetings do when something happens below: a request is scheduled or ends, a consent is taken back."""

from __future__ import annotations

from typing import Final

from server.consultations.remote import reading
from server.consultations.remote import steps as request_steps
from server.consultations.remote import store as request_store
from server.consultations.remote.content import Mode
from server.consultations.remote.events import ExpertsChanged, RequestStepped
from server.foundation.work import Work
from server.records.events import ConsentWithdrawn, RecordingFinished
from server.records.service import Purpose

from . import parts, room, store

_PLANS: Final = frozenset({"schedule", "reschedule", "rush"})
_ENDS: Final = {"cancel": "cancelled", "conclude": "finished"}
_ON_RECORD: Final = frozenset({Purpose.MEETING_RECORDING, Purpose.REMOTE_CONSULTATION})


async def on_request_stepped(work: Work, event: RequestStepped) -> None:
    """A video request that is scheduled gets its meeting; one that is over has none any more. Rule: meetings-1, meetings-6"""
    if event.verb in _ENDS:
        await room.finish(work, event.request_id, _ENDS[event.verb])
    elif event.verb in _PLANS:
        request = await request_store.by_id(work.session, event.request_id)
        if request is not None and request.mode == Mode.VIDEO:
            await room.plan(work, await reading.facts_of(work, request))


async def on_experts_changed(work: Work, event: ExpertsChanged) -> None:
    """Who may come has changed: the pages look again, and who was replaced is shown the door."""
    meeting = await store.by_id(work.session, event.request_id)
    if meeting is None:
        return
    request = await request_store.by_id(work.session, event.request_id)
    assert request is not None, "a meeting belongs to a request"
    facts = await reading.facts_of(work, request)
    await room.let_go(work, meeting, facts)
    parts.tell(work, meeting.id)


async def on_recording_finished(work: Work, event: RecordingFinished) -> None:
    """A leg can be played: the pages look again."""
    request = await request_store.by_encounter(work.session, event.encounter_id)
    if request is not None:
        parts.tell(work, request.id)
        request_steps.tell(work, request)


async def on_consent_withdrawn(work: Work, event: ConsentWithdrawn) -> None:
    """Somebody takes back being recorded: video ends at once for everybody; words and pictures go on. Rule: B40"""
    if event.encounter_id is None or event.purpose not in _ON_RECORD:
        return
    meeting = await store.by_encounter(work.session, event.encounter_id)
    if meeting is not None:
        await room.stop_video(work, meeting)
