"""The face of visits: their use cases, gathered from the files that hold them, and the small ones that need no file."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import steps, store, triage
from .eligibility import decide
from .ending import close, finish_video, sign, terminate
from .errors import NoSuchSymptom, RedFlag, RedFlagOffline
from .lifecycle import PRESCRIBING, Status
from .lists import counts, worklist
from .lists import mine as my_visits
from .meetings import parts
from .meetings.lifecycle import WELCOME, State
from .model import Visit
from .preparation import check_in, decline_recording, device_check, give_consent, pre_check
from .presence import after_restart, person_at
from .reception import call, close_door, hand_over, not_present, open_door, pause, stop
from .remote.studies import StudyGate, attach_study, requests_of_study, sees_by_request, studies_of_request
from .room import join, phone, start, withdraw_recording
from .steps import DOCTOR_ONLY
from .summary import summary
from .triage import Action, Answer

__all__ = [
    "StudyGate",
    "Visit",
    "after_restart",
    "attach_study",
    "call",
    "check_in",
    "close",
    "close_door",
    "counts",
    "decide",
    "decline_recording",
    "device_check",
    "finish_video",
    "give_consent",
    "hand_over",
    "join",
    "may_prescribe_in",
    "may_see_study",
    "my_visits",
    "not_present",
    "open_door",
    "own_visit",
    "pause",
    "person_at",
    "phone",
    "pre_check",
    "requests_of_study",
    "sign",
    "start",
    "stop",
    "studies_of_request",
    "summary",
    "terminate",
    "triage_departments",
    "visit_of_encounter",
    "withdraw_recording",
    "worklist",
]


def triage_departments(answers: Sequence[Answer]) -> list[str]:
    """The departments for these symptoms, when none of the answers is a red flag.

    Raises: NoSuchSymptom, RedFlag (120), RedFlagOffline (a hospital today).
    Rule: B16
    """
    if triage.unknown_answers(answers):
        raise NoSuchSymptom
    action = triage.action_for(answers)
    if action is Action.CALL_120:
        raise RedFlag
    if action is Action.OFFLINE_NOW:
        raise RedFlagOffline
    return list(dict.fromkeys(triage.symptoms()[each.symptom_id].department for each in answers))


async def visit_of_encounter(work: Work, encounter_id: UUID) -> Visit:
    """The visit of an encounter, without asking who asks. Raises: Unknown."""
    found = await store.by_encounter(work.session, encounter_id)
    if found is None:
        raise Unknown
    return found


async def own_visit(work: Work, visit_id: UUID) -> Visit:
    """A visit of the acting doctor, while care lasts. Raises: Unknown."""
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    return visit


def may_prescribe_in(visit: Visit, *, begun: bool) -> bool:
    """Whether the visit is at a point where its doctor writes prescriptions; what was begun may be signed after its close."""
    return visit.status in (PRESCRIBING | {Status.CLOSED} if begun else PRESCRIBING)


async def may_see_study(work: Work, study_id: UUID) -> bool:
    """Whether the actor sees a study because of a consultation: its requester, an expert while the record is open to them,
    and whoever was let into its meeting while that is open.

    Rule: remote-8, meetings-2
    """
    if await sees_by_request(work, study_id):
        return True
    for request_id in await requests_of_study(work, study_id):
        try:
            part = await parts.own(work, request_id)
        except Unknown:
            continue
        if part.meeting.state == State.OPEN and (part.free or part.stand in WELCOME):
            return True
    return False
