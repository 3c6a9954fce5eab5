"""Who may watch what: pushes ask the same questions as reads do."""

from __future__ import annotations

from typing import Final

import pytest

from server.capabilities import CAPABILITIES
from server.foundation.actor import NOBODY, Role
from server.foundation.watching import guard
from tests.serving import Served

from .rows import Reach
from .world import Stage, Tie, World

_TOPICS: Final = [topic for capability in CAPABILITIES for topic in capability.topics]
_PATIENT_SIDE: Final = dict.fromkeys((Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER), Reach.OWN)
# topic -> the id it is about, and who reaches whose; roles that are not named reach nothing.
_WATCHED: Final[dict[str, tuple[str, dict[Role, Reach]]]] = {
    "visit": ("visit_id", _PATIENT_SIDE | {Role.DOCTOR: Reach.OWN}),
    "queue": ("session_id", _PATIENT_SIDE | {Role.DOCTOR: Reach.OWN}),
    "worklist": ("doctor_id", {Role.DOCTOR: Reach.OWN}),
    "sessions": ("department_id", dict.fromkeys(Role, Reach.ALL)),
    "bookings": ("patient_id", _PATIENT_SIDE),
    "prescription": ("prescription_id", _PATIENT_SIDE | {Role.DOCTOR: Reach.OWN, Role.PHARMACIST: Reach.HOUSE}),
    "reviews": ("organisation_id", {Role.PHARMACIST: Reach.HOUSE}),
    "redemptions": ("organisation_id", {Role.PHARMACIST: Reach.HOUSE}),
    "meeting": ("request_id", _PATIENT_SIDE | {Role.DOCTOR: Reach.OWN}),
    "imaging-order": (
        "order_id",
        _PATIENT_SIDE | {Role.DOCTOR: Reach.HOUSE},
    ),
    "imaging-marks": ("study_id", _PATIENT_SIDE | {Role.DOCTOR: Reach.OWN}),
    "imaging-unmatched": ("organisation_id", {Role.DOCTOR: Reach.HOUSE}),
    "imaging-worklist": ("organisation_id", {Role.DOCTOR: Reach.HOUSE}),
    "request": ("request_id", _PATIENT_SIDE | {Role.DOCTOR: Reach.OWN, Role.SCHEDULER: Reach.HOUSE}),
    "dispatch": ("organisation_id", dict.fromkeys((Role.DOCTOR, Role.SCHEDULER), Reach.HOUSE)),
    "inbox": ("patient_id", {Role.PATIENT: Reach.OWN, Role.GUARDIAN: Reach.OWN}),
}


def _ties(name: str) -> list[Tie]:
    """Only a patient's thing can have been one's own in the past."""
    return [
        tie for tie in Tie if tie is not Tie.FORMER or name in ("visit_id", "patient_id", "prescription_id", "order_id")
    ]


def test_every_topic_is_decided_on() -> None:
    assert {topic.word for topic in _TOPICS} == set(_WATCHED)


@pytest.mark.parametrize("word", list(_WATCHED))
async def test_pushes_go_to_whom_reads_are_open(served: Served, world: World, word: str) -> None:
    may_watch = guard(served.ground, _TOPICS)
    name, reaches = _WATCHED[word]
    wrong = []
    for role, who in world.callers.items():
        for tie in _ties(name):
            topic = f"{word}:{world.ids(role, tie, Stage.SIGNED)[name]}"
            allowed = reaches.get(role, Reach.NONE).covers(tie) or (word == "sessions" and tie is Tie.UNKNOWN)
            if await may_watch(who.actor, topic) != allowed:
                wrong.append(f"{role} {tie} {topic}: expected {allowed}")
    assert wrong == []


@pytest.mark.parametrize("topic", ["", ":", "visit", "visit:", "visit:\x00", "queue:%", "visit:' OR 1=1", "nothing:1"])
async def test_nonsense_is_watched_by_nobody(served: Served, world: World, topic: str) -> None:
    may_watch = guard(served.ground, _TOPICS)
    own = world.ids(Role.PATIENT, Tie.OWN, Stage.SIGNED)
    assert await may_watch(world.callers[Role.PATIENT].actor, f"visit:{own['visit_id']}")
    assert not await may_watch(world.callers[Role.PATIENT].actor, topic)
    assert not await may_watch(NOBODY, f"visit:{own['visit_id']}")
