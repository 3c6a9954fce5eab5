"""A thing of one's own in the path, a stranger's id in the body or beside it: answered like an id that nobody has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import uuid4

import pytest

from server.foundation.actor import Role
from tests import people
from tests.api import Answer, Api

from .course import a_picture
from .rows_care import a_session_body
from .world import Ids, Stage, Tie, World

Make = Callable[[Ids, Ids], Any]


@dataclass(frozen=True, slots=True)
class Mixed:
    """One request: `path` and `body` are made of the caller's ids and of the other ones."""

    name: str
    role: Role
    method: str
    path: Callable[[Ids, Ids], str]
    body: Make | None = None


def _filing(own: Ids, other: Ids) -> dict[str, Any]:
    valid = {"valid_from": "2026-01-01", "valid_until": "2029-01-01"}
    return (
        {"organisation_id": other["organisation_id"], "number": "F-1", "registration": True}
        | valid
        | {"internet_consent": True}
    )


def _new_member(own: Ids, other: Ids) -> dict[str, Any]:
    at = {"organisation_id": own["organisation_id"], "department_id": other["department_id"]}
    return at | {"name": "吴新员", "username": f"m{uuid4().hex[:10]}", "role": "doctor"}


def _child(_: Ids, other: Ids) -> dict[str, Any]:
    number = people.an_id_number(date(2020, 6, 1)).text
    return {"name": "郑小", "id_number": number, "guardian_id": other["patient_id"], "relation": "mother"}


def _consent(own: Ids, other: Ids) -> dict[str, Any]:
    about = {"purpose": "recording", "version": own["consent_version"], "read_s": 120}
    return about | {"encounter_id": other["encounter_id"]}


def _moved(own: Ids, other: Ids) -> dict[str, Any]:
    name = f"改名{uuid4().hex[:6]}"
    return {"name": name, "kind": "township_hospital", "level": "township", "parent_id": other["organisation_id"]}


MIXED: Final = (
    Mixed(
        "a queue given to another hospital's doctor",
        Role.DOCTOR,
        "POST",
        lambda own, other: "/api/receptions/hand-over",
        lambda own, other: {"session_id": own["session_id"], "colleague_id": other["doctor_id"]},
    ),
    Mixed(
        "a session given to another hospital's doctor",
        Role.SCHEDULER,
        "POST",
        lambda own, other: f"/api/sessions/{own['session_id']}/handover",
        lambda own, other: {"doctor_id": other["doctor_id"]},
    ),
    Mixed(
        "a session published in another hospital's department",
        Role.SCHEDULER,
        "POST",
        lambda own, other: "/api/sessions",
        lambda own, other: a_session_body(own | {"department_id": other["department_id"]}),
    ),
    Mixed(
        "a consent for a stranger's encounter",
        Role.PATIENT,
        "POST",
        lambda own, other: f"/api/patients/{own['patient_id']}/consents",
        _consent,
    ),
    *(
        Mixed(
            f"a {role}'s paper put into a stranger's visit",
            role,
            "POST",
            lambda own, other: (
                f"/api/patients/{own['patient_id']}/attachments?kind=diagnosis_paper&visit_id={other['visit_id']}"
            ),
        )
        for role in (Role.PATIENT, Role.GUARDIAN, Role.DOCTOR, Role.CLINIC_WORKER)
    ),
    Mixed(
        "a stranger made the guardian of a patient known here",
        Role.CLINIC_WORKER,
        "POST",
        lambda own, other: f"/api/patients/{own['patient_id']}/guardians",
        lambda own, other: {"guardian_id": other["patient_id"], "relation": "child"},
    ),
    Mixed(
        "a child registered with a stranger as guardian", Role.CLINIC_WORKER, "POST", lambda *_: "/api/patients", _child
    ),
    Mixed(
        "a member of staff put into another hospital's department",
        Role.ADMINISTRATOR,
        "POST",
        lambda *_: "/api/people",
        _new_member,
    ),
    Mixed(
        "an own licence filed at another hospital",
        Role.ADMINISTRATOR,
        "PUT",
        lambda own, other: f"/api/credentials/{own['credential_id']}/filing",
        _filing,
    ),
    Mixed(
        "another hospital taken into the own alliance",
        Role.ADMINISTRATOR,
        "PUT",
        lambda own, other: f"/api/alliances/{own['alliance_id']}/members/{other['organisation_id']}",
    ),
    Mixed(
        "an alliance founded with another hospital",
        Role.ADMINISTRATOR,
        "POST",
        lambda *_: "/api/alliances",
        lambda own, other: {"name": "联盟", "lead_id": own["organisation_id"], "member_ids": [other["member_id"]]},
    ),
    Mixed(
        "the own clinic taken out of another hospital's alliance",
        Role.ADMINISTRATOR,
        "DELETE",
        lambda own, other: f"/api/alliances/{other['alliance_id']}/members/{own['member_id']}",
    ),
    Mixed(
        "the own clinic moved below another hospital",
        Role.ADMINISTRATOR,
        "PUT",
        lambda own, other: f"/api/organisations/{own['member_id']}",
        _moved,
    ),
)


async def _ask(api: Api, mixed: Mixed, own: Ids, other: Ids) -> Answer:
    path = mixed.path(own, other)
    if "/attachments" in path:
        return await api.call(mixed.method, path, data=a_picture(), headers={"Content-Type": "image/png"})
    return await api.call(mixed.method, path, body=mixed.body(own, other) if mixed.body else None)


@pytest.mark.parametrize("mixed", MIXED, ids=lambda mixed: mixed.name)
async def test_a_strangers_id_beside_ones_own_is_nobodys(mixed: Mixed, forgetful: Api, world: World) -> None:
    api = forgetful.signed_in(world.callers[mixed.role].token)
    stage = (
        Stage.GOING_ON
        if "attachments" in mixed.path(*[world.ids(mixed.role, Tie.OWN, Stage.SIGNED)] * 2)
        else (Stage.BOOKED)
    )
    own, other, nobodys = (world.ids(mixed.role, tie, stage) for tie in (Tie.OWN, Tie.OTHER, Tie.UNKNOWN))
    strangers, unknown = await _ask(api, mixed, own, other), await _ask(api, mixed, own, nobodys)
    assert strangers.status in (403, 404, 409, 422), (strangers.status, strangers.body)
    assert (strangers.status, strangers.raw) == (unknown.status, unknown.raw)
    assert (strangers.status, strangers.code) != (422, "invalid"), strangers.body
