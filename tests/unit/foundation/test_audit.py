"""Audit rows: what is written of an act, and what is refused because it may be personal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from server.foundation.actor import NOBODY, SYSTEM
from server.foundation.audit import NotForTheAudit, record_bytes, record_of, row
from server.foundation.ids import new_id
from tests.unit.foundation.audit_logs import a_row, an_actor


def write(
    now: datetime, *, action: str = "visits.start", kind: str = "visit", subject: str = "v-1", **facts: Any
) -> Any:
    made = row(
        id=new_id(now),
        at=now,
        actor=an_actor(now),
        action=action,
        kind=kind,
        subject=subject,
        patient_id=None,
        facts=facts,
    )
    return made.facts


def test_a_row_says_who_did_what_to_which_thing(now: datetime) -> None:
    actor = an_actor(now)
    patient = new_id(now)
    made = row(
        id=new_id(now), at=now, actor=actor, action="visits.start", kind="visit", subject="v-1",
        patient_id=patient, facts={"level": "county"},
    )  # fmt: skip
    assert (made.actor_kind, made.actor_id, made.role) == ("human", actor.person_id, "doctor")
    assert (made.login_id, made.organisation_id, made.patient_id) == (actor.login_id, actor.organisation_id, patient)
    assert (made.action, made.kind, made.subject, made.facts) == ("visits.start", "visit", "v-1", {"level": "county"})


@pytest.mark.parametrize(("actor", "kind"), [(SYSTEM, "system"), (NOBODY, "nobody")])
def test_what_nobody_in_person_did_has_no_person(now: datetime, actor: Any, kind: str) -> None:
    made = row(id=new_id(now), at=now, actor=actor, action="a", kind="k", subject="s", patient_id=None, facts={})
    assert (made.actor_kind, made.actor_id, made.role, made.login_id) == (kind, None, None, None)


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        0,
        3,
        -7,
        4_000_000_000,
        "",
        "in_person",
        "B11-B13",
        "slot full: retry",
        uuid4(),
        "ab" * 20,
        "2026-11-22T04:00:00Z",
    ],
)
def test_codes_counts_and_ids_are_written(now: datetime, value: Any) -> None:
    assert write(now, fact=value)["fact"] == (value if isinstance(value, int | None) else str(value))


@pytest.mark.parametrize(
    "value",
    [
        "李小红",
        "头痛三天",
        "13800138000",
        "11010519491231002X",
        "tel 13800138000",
        13800138000,
        2**60,
        1.5,
        ["a"],
        {"a": 1},
        "a\nb",
        "x" * 200,
        "a\x00b",
    ],
)
def test_what_may_be_personal_is_refused(now: datetime, value: Any) -> None:
    assert write(now, fact="code")
    with pytest.raises(NotForTheAudit) as refusal:
        write(now, fact=value)
    assert str(value) not in str(refusal.value)


@pytest.mark.parametrize("wrong", [{"action": "Start"}, {"action": ""}, {"kind": "就诊"}, {"subject": "李小红"}])
def test_words_that_are_no_codes_are_refused(now: datetime, wrong: dict[str, str]) -> None:
    assert write(now) == {}
    with pytest.raises(NotForTheAudit):
        write(now, **wrong)
    with pytest.raises(NotForTheAudit, match="name for a fact"):
        write(now, Name=1)


def test_the_record_is_canonical_and_complete(now: datetime) -> None:
    made = a_row(now, 4711)
    record = record_of(made)
    assert record["tx"] == "4711"
    assert record["at"] == "2026-11-22T04:00:00.000000Z"
    assert set(record) == {column.name for column in made.__table__.columns}
    assert json.loads(record_bytes(made)) == record
    assert record_bytes(made).startswith(b'{"action":"records.read","actor_id":"')
