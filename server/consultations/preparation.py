"""Before the waiting room: complaint and red flags, papers, consents, the device check, and checking in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from server.appointments import service as appointments
from server.foundation.actor import PersonId
from server.foundation.lifecycle import NotInThisState
from server.foundation.problems import invalid_field
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose, Seen
from server.settings import VisitSettings

from . import ending, rules, steps, store, triage
from .access import PATIENT_SIDE, Party
from .errors import NoSuchSymptom
from .lifecycle import IN_ROOM, WAITING, Status
from .model import Visit
from .rules import Prepared
from .triage import Action, Answer


@dataclass(frozen=True, slots=True)
class PreCheck:
    """What the patient's side wrote and answered."""

    complaint: str
    answers: tuple[Answer, ...]


async def pre_check(work: Work, visit_id: UUID, complaint: str, answers: Sequence[Answer]) -> Visit:
    """Keep the complaint and the answers. A red flag ends the visit at once, with the sentence that says where to go.

    Raises: Unknown, NoSuchSymptom, NotInThisState.
    Rule: B16
    """
    visit, _ = await steps.own(work, visit_id, PATIENT_SIDE)
    if triage.unknown_answers(answers):
        raise NoSuchSymptom
    text = json.dumps(
        {"complaint": complaint, "answers": [[each.symptom_id, list(each.red_flags)] for each in answers]},
        ensure_ascii=False,
    )
    sealed = await steps.seal(work, visit, "precheck", text)
    action = triage.action_for(answers)
    if action is Action.NONE:
        return await steps.take(work, visit, "prepare", precheck=sealed, prechecked_at=work.now)
    stopped = await steps.take(
        work, visit, "stop_for_red_flag", precheck=sealed, prechecked_at=work.now, ended_at=work.now, end_code=action
    )
    await ending.wind_up(work, stopped)
    await appointments.cancel(work, stopped.booking_id, "red-flag")  # the place is somebody else's now
    return stopped


async def read_pre_check(work: Work, visit: Visit) -> PreCheck | None:
    """What the patient's side wrote; None before it did. Access is the caller's."""
    text = await steps.unseal(work, visit, "precheck", visit.precheck)
    if text is None:
        return None
    kept = json.loads(text)
    return PreCheck(kept["complaint"], tuple(Answer(symptom, tuple(flags)) for symptom, flags in kept["answers"]))


async def note_reading(work: Work, visit: Visit, party: Party) -> None:
    """Somebody else than the patient reads what was written: a line in the patient's who-read list."""
    if visit.precheck is not None and party in (Party.DOCTOR, Party.HELPER):
        await records.note_read(work, PersonId(visit.patient_id), Seen.ENCOUNTERS, visit.encounter_id)


async def device_check(work: Work, visit_id: UUID, result: dict[str, object]) -> Visit:
    """Keep the result of the device check, or that it was skipped: no camera locks nobody out.

    Raises: Unknown, NotInThisState.
    """
    visit, _ = await steps.own(work, visit_id, PATIENT_SIDE)
    return await steps.take(work, visit, "prepare", device=json.dumps(result), device_checked_at=work.now)


async def give_consent(work: Work, visit_id: UUID, purpose: Purpose, version: str, read_s: int | None) -> Visit:
    """Record a consent of the patient's side for this visit.

    Raises: Unknown, NotInThisState, and what records refuses of the text.
    Rule: B40, B53, B56
    """
    visit, party = await steps.own(work, visit_id, PATIENT_SIDE)
    if purpose not in (Purpose.INTERNET_DIAGNOSIS, Purpose.PERSONAL_DATA, Purpose.RECORDING):
        raise invalid_field("/purpose", "这项同意不在这里签署", "This consent is not given here")
    patient_id = PersonId(visit.patient_id)
    await records.give_consent(
        work,
        patient_id=patient_id,
        purpose=purpose,
        version=version,
        given_by=patient_id if party is Party.HELPER else work.actor.person,
        encounter_id=visit.encounter_id,
        witnessed_by=work.actor.person if party is Party.HELPER else None,
        read_s=read_s,
    )
    values = {"recording_declined_at": None} if purpose is Purpose.RECORDING else {}
    return await steps.take(work, visit, "prepare", **values)


async def decline_recording(work: Work, visit_id: UUID) -> Visit:
    """Keep the choice not to be recorded: there will be no video, and the page offers an appointment in person.

    Raises: Unknown, NotInThisState.
    Rule: B40
    """
    visit, _ = await steps.own(work, visit_id, PATIENT_SIDE)
    patient_id = PersonId(visit.patient_id)
    declined = await steps.take(work, visit, "prepare", recording_declined_at=work.now)
    await records.withdraw_consent(
        work, person_id=patient_id, purpose=Purpose.RECORDING, encounter_id=visit.encounter_id
    )
    work.audit("visit.decline_recording", "visit", visit.id, patient_id=patient_id)
    return declined


async def prepared(work: Work, visit: Visit) -> Prepared:
    """What the patient's side has done and what is missing. Access is the caller's."""
    patient_id, encounter_id = PersonId(visit.patient_id), visit.encounter_id

    async def agreed(purpose: Purpose) -> bool:
        return await records.consent_in_force(work, patient_id, purpose, encounter_id=encounter_id)

    return Prepared(
        complaint=visit.prechecked_at is not None,
        papers=await records.has_paper(work, visit.encounter_id),
        internet_diagnosis=await agreed(Purpose.INTERNET_DIAGNOSIS),
        personal_data=await agreed(Purpose.PERSONAL_DATA),
        recording=await agreed(Purpose.RECORDING),
        device=visit.device_checked_at is not None,
    )


def check_in_opens_at(work: Work, visit: Visit) -> datetime:
    """From when the patient's side may check in."""
    return visit.slot_starts_at - timedelta(seconds=work.part(VisitSettings).check_in_before_s)


async def check_in(work: Work, visit_id: UUID) -> Visit:
    """Enter the waiting room; who is there already keeps the place, however often the page asks.

    Raises: Unknown, RealNameNeeded (B05), CheckInTooEarly, PreCheckMissing, PapersMissing, the missing consents,
        RecordingDeclined, DeviceNotChecked, NotInThisState.
    Rule: visits-2, visits-3
    """
    visit, _ = await steps.own(work, visit_id, PATIENT_SIDE)
    if visit.status in WAITING | IN_ROOM:
        return visit
    await identity.require_real_name(work, PersonId(visit.patient_id))
    rules.require_check_in_open(check_in_opens_at(work, visit), work.now)
    rules.require_prepared(await prepared(work, visit))
    entered = await steps.attempt(
        work,
        visit,
        "check_in",
        checked_in_at=work.now,
        checked_in_by=work.actor.person,
        last_seen_at=work.now,
        calls=0,
        last_called_at=None,
        end_code=None,  # what was told when papers were asked for is done
        end_reason=None,
    )
    if entered is None:
        return await _after_lost_race(work, visit_id)
    await appointments.mark(work, visit.booking_id, "check_in")
    return entered


async def _after_lost_race(work: Work, visit_id: UUID) -> Visit:
    """Two tabs: the other one was first, and its place stands."""
    visit = await store.by_id(work.session, visit_id)
    assert visit is not None, "visits are never deleted"
    if visit.status != Status.QUEUED:
        raise NotInThisState(status=visit.status)
    return visit
