"""The life of a visit as a table, and the groups of statuses that lists and the waiting room speak of.

A lost line is not a status: who is away is presence (`visit_participants`), and the visit is IN_VIDEO until its grace ends.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, step


class Status(StrEnum):
    """Where a visit stands."""

    BOOKED = "booked"
    PRE_CHECK = "pre_check"  # the patient has begun to prepare
    QUEUED = "queued"  # checked in, waiting
    CALLED = "called"
    NOT_PRESENT = "not_present"  # did not answer three calls; waits at the end for one more chance
    ELIGIBILITY = "eligibility"  # the doctor has decided that this is a follow-up
    IN_VIDEO = "in_video"  # the room is open, by video or by chat only
    DOCUMENTING = "documenting"  # the talk is over, the note is not signed
    SIGNED = "signed"
    CLOSED = "closed"
    ENDED_TECHNICAL = "ended_technical"  # the line was lost for good; to be phoned, resumed or documented
    REFUSED_FIRST_VISIT = "refused_first_visit"
    TERMINATED_TO_OFFLINE = "terminated_to_offline"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


NOT_ARRIVED: Final = frozenset({Status.BOOKED, Status.PRE_CHECK})
WAITING: Final = frozenset({Status.QUEUED, Status.NOT_PRESENT})
IN_ROOM: Final = frozenset({Status.CALLED, Status.ELIGIBILITY, Status.IN_VIDEO})
UNSIGNED: Final = frozenset({Status.DOCUMENTING, Status.ENDED_TECHNICAL})
OVER: Final = frozenset(
    {
        Status.CLOSED,
        Status.REFUSED_FIRST_VISIT,
        Status.TERMINATED_TO_OFFLINE,
        Status.NO_SHOW,
        Status.CANCELLED,
    }
)
SEEN: Final = frozenset({Status.DOCUMENTING, Status.SIGNED, Status.CLOSED, Status.ENDED_TECHNICAL})
# While these last the doctor may write prescriptions; one that stands may still be signed once the visit is closed.
PRESCRIBING: Final = frozenset({Status.IN_VIDEO, Status.DOCUMENTING, Status.ENDED_TECHNICAL, Status.SIGNED})
NOT_STARTED: Final = NOT_ARRIVED | WAITING | {Status.CALLED, Status.ELIGIBILITY}

_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})
_DOCTOR: Final = frozenset({Role.DOCTOR})

LIFE: Final = Lifecycle[Status](
    # The patient's side prepares, and may add to it until the doctor has decided.
    step("prepare", NOT_ARRIVED, Status.PRE_CHECK, _PATIENT_SIDE, "visits-1"),
    step("prepare", {Status.QUEUED}, Status.QUEUED, _PATIENT_SIDE, "visits-1"),
    step("prepare", {Status.NOT_PRESENT}, Status.NOT_PRESENT, _PATIENT_SIDE, "visits-1"),
    step("prepare", {Status.CALLED}, Status.CALLED, _PATIENT_SIDE, "visits-1"),
    step("stop_for_red_flag", NOT_STARTED, Status.TERMINATED_TO_OFFLINE, _PATIENT_SIDE, "B16"),
    step("check_in", {Status.PRE_CHECK}, Status.QUEUED, _PATIENT_SIDE, "visits-2"),
    step("lose_place", {Status.QUEUED}, Status.PRE_CHECK, (), "visits-4"),
    # The doctor calls; ringing again later changes nothing but the count.
    step("call", WAITING | {Status.CALLED}, Status.CALLED, _DOCTOR, "visits-5"),
    step("call", {Status.ELIGIBILITY}, Status.ELIGIBILITY, _DOCTOR, "visits-5"),
    step("call", {Status.IN_VIDEO}, Status.IN_VIDEO, _DOCTOR, "visits-5"),
    step("not_present", IN_ROOM, Status.NOT_PRESENT, _DOCTOR, "visits-5"),
    step("miss", {Status.CALLED}, Status.NOT_PRESENT, (), "visits-5"),
    step("give_up", IN_ROOM, Status.NO_SHOW, _DOCTOR, "visits-5"),
    step("miss_again", {Status.CALLED}, Status.NO_SHOW, (), "visits-5"),
    step("no_show", NOT_ARRIVED | {Status.NOT_PRESENT}, Status.NO_SHOW, (), "visits-9"),
    step("not_reached", {Status.QUEUED}, Status.CANCELLED, (), "visits-9"),
    # The gates before video.
    step("find_eligible", {Status.CALLED, Status.ELIGIBILITY}, Status.ELIGIBILITY, _DOCTOR, "B12"),
    step("find_eligible", {Status.IN_VIDEO}, Status.IN_VIDEO, _DOCTOR, "B12"),
    step("ask_for_papers", {Status.QUEUED, Status.CALLED, Status.ELIGIBILITY}, Status.PRE_CHECK, _DOCTOR, "B13"),
    step("refuse_first_visit", {Status.QUEUED} | IN_ROOM | UNSIGNED, Status.REFUSED_FIRST_VISIT, _DOCTOR, "B11"),
    # The call.
    step("start", {Status.ELIGIBILITY}, Status.IN_VIDEO, _DOCTOR, "B40"),
    step("finish_video", {Status.IN_VIDEO}, Status.DOCUMENTING, _DOCTOR, "visits-11"),
    step("end_abandoned", {Status.IN_VIDEO}, Status.DOCUMENTING, (), "visits-11"),
    step("end_technically", {Status.IN_VIDEO}, Status.ENDED_TECHNICAL, (), "visits-11"),
    step("resume", {Status.ENDED_TECHNICAL}, Status.IN_VIDEO, _DOCTOR, "visits-11"),
    step("document", {Status.ENDED_TECHNICAL}, Status.DOCUMENTING, _DOCTOR, "visits-11"),
    step("phone", {Status.ENDED_TECHNICAL}, Status.DOCUMENTING, _DOCTOR, "visits-8"),
    step("phone", {Status.CALLED}, Status.CALLED, _DOCTOR, "visits-8"),
    step("phone", {Status.ELIGIBILITY}, Status.ELIGIBILITY, _DOCTOR, "visits-8"),
    step("phone", {Status.IN_VIDEO}, Status.IN_VIDEO, _DOCTOR, "visits-8"),
    # The ends.
    step("sign", {Status.DOCUMENTING}, Status.SIGNED, _DOCTOR, "visits-12"),
    step("sign", {Status.TERMINATED_TO_OFFLINE}, Status.TERMINATED_TO_OFFLINE, _DOCTOR, "visits-12"),
    step("close", {Status.SIGNED}, Status.CLOSED, _DOCTOR, "visits-12"),
    step("terminate", NOT_STARTED | IN_ROOM | UNSIGNED, Status.TERMINATED_TO_OFFLINE, _DOCTOR, "B14"),
    step("hand_back", IN_ROOM, Status.QUEUED, (), "visits-10"),
    step("cancel", NOT_STARTED, Status.CANCELLED, (), "visits-10"),
)
