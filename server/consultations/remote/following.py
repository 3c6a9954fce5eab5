"""What follows from a step whoever took it: who is told, when care and places end, when the encounter closes.

Subscribers: they run in the transaction of the step.
"""

from __future__ import annotations

from server.appointments import service as appointments
from server.appointments.events import SessionStopped
from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.identity.errors import MergeLater
from server.identity.events import PatientMerged
from server.records import service as records
from server.records.events import ConsentWithdrawn
from server.records.service import Purpose

from . import experts, steps, store, store_people, telling
from .content import Mode, Urgency
from .events import RequestStepped
from .lifecycle import OVER, WITH_EXPERTS
from .model import RemoteRequest


async def on_stepped(work: Work, event: RequestStepped) -> None:
    """One place for the consequences of every step. Rule: remote-8"""
    request = await store.by_id(work.session, event.request_id)
    assert request is not None, "requests are never deleted"
    if event.verb in ("submit", "resubmit"):
        urgent = request.urgency != Urgency.ORDINARY
        await telling.dispatchers(work, request, "remote-submitted-urgent" if urgent else "remote-submitted")
    elif event.verb in _TELLS_REQUESTER:
        await telling.requester(work, request, _TELLS_REQUESTER[event.verb])
    elif event.verb in ("schedule", "reschedule"):
        await _scheduled(work, request)
    elif event.verb == "cancel":
        await telling.everybody(work, request, "remote-cancelled")
    await _care(work, request, event.verb)


_TELLS_REQUESTER = {
    "return": "remote-returned",
    "decline": "remote-declined",
    "accept": "remote-accepted",
    "sign": "remote-report-signed",
}


async def _scheduled(work: Work, request: RemoteRequest) -> None:
    if request.mode == Mode.OFFLINE:
        await telling.requester(work, request, "remote-scheduled-offline")
    else:
        await telling.requester(work, request, "remote-scheduled", **telling.when(request))


async def _care(work: Work, request: RemoteRequest, verb: str) -> None:
    """The experts' right to read ends with their part; the encounter with the request."""
    if verb == "conclude":
        await experts.end_parts(work, request, but_lead=request.mode == Mode.VIDEO, give_back=False)
    elif verb == "sign":
        await experts.end_parts(work, request, but_lead=False, give_back=False)
    if request.status not in OVER:
        return
    if verb in ("cancel", "decline"):
        await experts.end_parts(work, request, but_lead=False, give_back=True)
    if request.encounter_id is not None:
        await records.close_encounter(work, request.encounter_id)
    await records.end_care(work, request.id, carer_id=PersonId(request.requester_id))


async def on_consent_withdrawn(work: Work, event: ConsentWithdrawn) -> None:
    """Without consent nothing goes on: until the report is signed the request is cancelled. Rule: B47, remote-7"""
    if event.purpose != Purpose.REMOTE_CONSULTATION or event.encounter_id is None:
        return
    request = await store.by_encounter(work.session, event.encounter_id)
    if request is None:
        return
    cancelled = await steps.attempt(work, request, "cancel", code="consent_withdrawn")
    if cancelled is not None:
        await telling.requester(work, cancelled, "remote-consent-withdrawn")


async def on_session_stopped(work: Work, event: SessionStopped) -> None:
    """An expert's session does not take place: the dispatchers look whether the expert still comes. Rule: remote-4"""
    for expert_id in await appointments.times_of_session(work, event.session_id):
        expert = await store_people.expert(work.session, expert_id)
        request = await store.by_id(work.session, expert.request_id) if expert else None
        if request is not None and request.status in WITH_EXPERTS:
            await telling.dispatchers(work, request, "remote-session-stopped")


async def on_patient_merged(work: Work, event: PatientMerged) -> None:
    """A record is not merged away under a consultation. Raises: MergeLater, while one of the patient's runs."""
    if await store.running_of_patient(work.session, event.merged_id):
        raise MergeLater


async def drop_drafts(work: Work) -> int:
    """Drafts that nobody went on with are cancelled; how many. Rule: remote-9"""
    dropped = 0
    for request in await store.forgotten(work.session, work.now):
        if await steps.attempt(work, request, "cancel", code="forgotten") is not None:
            dropped += 1
    return dropped
