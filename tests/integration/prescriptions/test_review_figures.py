"""Figures of reviewing, the pharmacist's day, and 处方点评; and that nothing counts drugs by doctor (B22)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import insert

from infra.bench.waiting import open_desk, plant
from infra.embedded_postgres import Cluster
from prescriptions import store
from prescriptions.model_review import ReviewDecision
from prescriptions.review.sampling import LEAST, least_size
from server.app import all_routes, openapi
from server.foundation.actor import SYSTEM
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import people
from tests.api import Api
from tests.people import Somebody

from .practice import Practice


def _days(ground: Ground) -> str:
    today = day_of(ground.clock.now())
    return f"first={today}&last={today}"


def _body(ground: Ground, **more: Any) -> dict[str, Any]:
    today = day_of(ground.clock.now()).isoformat()
    return {"first": today, "last": today, **more}


async def _figures(practice: Practice) -> dict[str, Any]:
    return dict((await practice.counter.get(f"/api/review-figures?{_days(practice.ground)}")).ok())


async def test_figures_count_what_was_decided_and_how_long_it_took(practice: Practice) -> None:
    before = await _figures(practice)
    assert (before["decided"], before["turnaround_p50_s"], before["return_rate"]) == (0, None, None)
    await practice.approved()
    await practice.returned()
    await practice.signed()
    after = await _figures(practice)
    assert (after["decided"], after["returned"], after["rejected"], after["waiting"]) == (2, 1, 0, 1)
    assert (after["return_rate"], after["today"]) == (0.5, 2)
    assert 0 <= after["turnaround_p50_s"] <= after["turnaround_p90_s"] < 60


async def _decide(ground: Ground, prescription_id: UUID, who: Somebody, waited: list[int]) -> None:
    """Decisions as they would stand after a long day."""
    async with unit_of_work(ground, SYSTEM) as work:
        row = await store.by_id(work.session, prescription_id)
        assert row is not None
        fields = {
            "prescription_id": row.id,
            "version": 1,
            "organisation_id": row.organisation_id,
            "pharmacist_id": who.id,
            "decision": "return",
            "code": "dose",
            "decided_at": work.now,
        }
        rows = [{**fields, "id": work.new_id(), "waited_s": each} for each in waited]
        await work.session.execute(insert(ReviewDecision), rows)


async def test_percentiles_are_those_of_all_waits(practice: Practice) -> None:
    signed = await practice.signed()
    await _decide(practice.ground, UUID(signed["id"]), practice.pharmacist, list(range(10, 1010, 10)))
    found = await _figures(practice)
    assert (found["turnaround_p50_s"], found["turnaround_p90_s"]) == (500, 900)


async def test_very_many_in_a_day_are_told_of_and_refuse_nothing_b36(practice: Practice) -> None:
    signed = await practice.signed()
    await _decide(practice.ground, UUID(signed["id"]), practice.pharmacist, [60] * 299)
    assert (await _figures(practice))["notice"] is False
    await practice.approved()
    found = await _figures(practice)
    assert (found["today"], found["notice_at"], found["notice"]) == (300, 300, True)
    await practice.approved()


async def test_rules_that_everybody_overrides_are_told_of(practice: Practice) -> None:
    house, day = practice.clinic.hospital.id, day_of(practice.ground.clock.now())
    counts = [("IX900", 100, 91), ("IX901", 100, 90), ("IX902", 9, 9)]
    rows = [{"organisation_id": house, "day": day, "rule": r, "shown": s, "overridden": o} for r, s, o in counts]
    async with unit_of_work(practice.ground, SYSTEM) as work:
        await store.count_rule(work.session, rows)
    told = {each["rule"]: each for each in (await _figures(practice))["overridden"]}
    assert [(told[rule]["fatigue"]) for rule, _, _ in counts] == [True, False, False]
    assert (told["IX900"]["shown"], told["IX900"]["overridden"]) == (100, 91)


async def test_signing_over_a_warning_is_counted(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    (await practice.sign(drawn)).ok()
    asked = {each["rule"] for each in drawn["check"]["findings"] if each["level"] in ("confirm", "warning")}
    told = {each["rule"]: each for each in (await _figures(practice))["overridden"]}
    assert {rule for rule in asked if told[rule]["overridden"] == told[rule]["shown"]} == asked
    assert {each["rule"] for each in drawn["check"]["findings"]} == set(told)


@pytest.mark.parametrize("query", ["", "?first=2026-11-22", "?first=2026-11-22&last=2026-11-21", "?first=x&last=y"])
async def test_a_time_that_is_none_is_refused(practice: Practice, query: str) -> None:
    assert (await practice.counter.get(f"/api/review-figures{query}")).status == 422
    assert (await practice.counter.get("/api/review-figures?first=2024-01-01&last=2026-01-01")).status == 422
    for more in ("&doctor_id=1", "&drug=amlodipine", "&by=doctor"):
        assert (await practice.counter.get(f"/api/review-figures?{_days(practice.ground)}{more}")).status == 422
    assert (await practice.counter.get(f"/api/review-figures?{_days(practice.ground)}")).status == 200


# --- 处方点评


async def test_a_sample_is_drawn_judged_by_a_colleague_and_told(practice: Practice, api: Api, ground: Ground) -> None:
    valid = await practice.approved()
    await practice.returned()
    colleague = await people.a_pharmacist(ground, practice.clinic.hospital)
    theirs = api.signed_in(colleague.token)
    drawn = (await theirs.post("/api/post-reviews/sample", _body(ground, size=5))).ok()
    assert (drawn["approved"], drawn["drawn"]) == (1, 1)
    assert (await theirs.post("/api/post-reviews/sample", _body(ground))).ok()["drawn"] == 0, "none is drawn twice"
    (row,) = (await theirs.get("/api/post-reviews")).ok()
    assert (row["prescription_id"], row["verdict"], row["may_judge"]) == (valid["id"], None, True)
    assert (await theirs.get(f"/api/prescriptions/{valid['id']}/review")).status == 200
    feedback = f"/api/prescriptions/{valid['id']}/post-review"
    assert (await practice.doctor.get(feedback)).code == "not-found"
    verdict = {"verdict": "unsuitable", "codes": ["2-5", "1-10", "2-5"], "text": "剂量偏大，诊断不全"}
    judged = (await theirs.post(f"/api/post-reviews/{row['id']}", verdict)).ok()
    assert (judged["verdict"], judged["codes"], judged["judged_by"]) == ("unsuitable", ["2-5", "1-10"], colleague.name)
    assert (await theirs.post(f"/api/post-reviews/{row['id']}", verdict)).code == "post-review-judged"
    told = (await practice.doctor.get(feedback)).ok()
    assert (told["codes"], told["text"]) == (["2-5", "1-10"], "剂量偏大，诊断不全")
    inbox = (await practice.doctor.get("/api/inbox")).ok()["messages"]
    assert "prescription-post-reviewed" in [each["template"] for each in inbox]


async def test_whoever_approved_does_not_judge_it(practice: Practice, api: Api, ground: Ground) -> None:
    await practice.approved()
    (await practice.counter.post("/api/post-reviews/sample", _body(ground))).ok()
    (row,) = (await practice.counter.get("/api/post-reviews")).ok()
    assert row["may_judge"] is False
    path, verdict = f"/api/post-reviews/{row['id']}", {"verdict": "suitable"}
    refused = await practice.counter.post(path, verdict)
    assert (refused.status, refused.code) == (403, "own-review")
    stranger = await people.a_pharmacist(ground, await people.a_hospital(ground))
    assert (await api.signed_in(stranger.token).post(path, verdict)).code == "not-found"
    assert (await api.signed_in(stranger.token).get("/api/post-reviews")).ok() == []
    colleague = await people.a_pharmacist(ground, practice.clinic.hospital)
    for wrong in (
        {"verdict": "unsuitable", "codes": []},
        {"verdict": "suitable", "codes": ["2-5"]},
        {"verdict": "unsuitable", "codes": ["9-9"]},
        {"verdict": "perhaps"},
        {"verdict": "unsuitable", "codes": ["2-5"] * 40},
    ):
        assert (await api.signed_in(colleague.token).post(path, wrong)).status == 422
    assert (await api.signed_in(colleague.token).post(path, verdict)).ok()["verdict"] == "suitable"


async def test_a_sample_follows_its_rule(practice: Practice, ground: Ground) -> None:
    await practice.approved()
    for rule, drawn in (("long_term", 0), ("herbal", 0), ("any", 1)):
        found = (await practice.counter.post("/api/post-reviews/sample", _body(ground, rule=rule))).ok()
        assert found["drawn"] == drawn
    for wrong in ({"size": 0}, {"size": 5000}, {"rule": "cheap"}, {"size": "many"}, {"doctor_id": "x"}):
        assert (await practice.counter.post("/api/post-reviews/sample", _body(ground, **wrong))).status == 422


def test_a_sample_is_one_in_a_thousand_and_a_hundred_at_least() -> None:
    assert [least_size(approved) for approved in (0, 100_000, 100_001, 250_000)] == [LEAST, LEAST, 101, 250]


async def test_the_queue_shows_the_first_two_hundred_whatever_waits(api: Api, ground: Ground, cluster: Cluster) -> None:
    desk = await open_desk(ground, pharmacists=1)
    plant(cluster.superuser_dsn, desk, 300)
    mine = api.signed_in(desk.pharmacists[0].token)
    shown = (await mine.get("/api/reviews")).ok()
    assert len(shown) == 200
    assert (await mine.post("/api/reviews/next")).ok()["id"] == shown[0]["id"]
    today = _days(ground)
    assert (await mine.get(f"/api/review-figures?{today}")).ok()["waiting"] == 299


# --- B22: what would serve 统方

_DOCTOR: Final = re.compile(r"doctor|prescriber|physician")
_DRUG: Final = re.compile(r"drug|medicine|atc|item")
_COUNT: Final = re.compile(r"(^|_)(count|counts|total|sum|times|shown|overridden|sold|prescribed|decided|share|rate)$")
_NUMBER: Final = re.compile(r'"(integer|number)"')


def _models(schema: Any, known: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """Every object that an answer may hold, however deep."""
    if isinstance(schema, list):
        for each in schema:
            yield from _models(each, known, seen)
    if not isinstance(schema, dict):
        return
    if (reference := schema.get("$ref", "").rsplit("/", 1)[-1]) and reference not in seen:
        yield from _models(known[reference], known, seen | {reference})
    if "properties" in schema:
        yield schema["properties"]
    for key, each in schema.items():
        if key != "$ref":
            yield from _models(each, known, seen)


def _answers() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    described: Any = openapi()
    known = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation.get("responses", {}).items():
                if str(status).startswith("2"):
                    yield f"{method} {path}", answer, known


def _offends(properties: dict[str, Any]) -> bool:
    counts = [name for name, what in properties.items() if _COUNT.search(name) and _NUMBER.search(json.dumps(what))]
    return bool(counts) and all(any(word.search(name) for name in properties) for word in (_DOCTOR, _DRUG))


def test_no_answer_counts_drugs_by_doctor_b22() -> None:
    assert _offends({"doctor_id": {}, "drug_id": {}, "total": {"type": "integer"}}), (
        "what must not be is found where it is"
    )
    looked_at, found = 0, []
    for route, answer, known in _answers():
        for properties in _models(answer, known):
            looked_at += 1
            if _offends(properties):
                found.append(f"{route}: {sorted(properties)}")
    assert looked_at > 500
    assert found == []


def test_no_route_can_be_asked_for_a_drug_and_a_doctor_at_once_b22() -> None:
    asked = {f"{route.method} {route.path}": _asked(route.query, route.path) for route in all_routes()}
    assert any(_DOCTOR.search(name) for names in asked.values() for name in names), "doctors are asked for somewhere"
    both = [
        name
        for name, names in asked.items()
        if any(_DOCTOR.search(each) for each in names) and any(_DRUG.search(each) for each in names)
    ]
    assert both == []


def _asked(query: type[BaseModel] | None, path: str) -> set[str]:
    return {*(query.model_fields if query else ()), *re.findall(r"{(\w+)}", path)}


async def test_what_was_prescribed_cannot_even_be_counted_in_the_database_b22(practice: Practice) -> None:
    rx = await practice.approved()
    async with unit_of_work(practice.ground, SYSTEM) as work:
        raw = await work.raw()
        for table in ("prescriptions", "prescription_versions", "prescription_items", "prescription_checks"):
            rows = await (await raw.execute(f"SELECT t::text FROM {table} t")).fetchall()  # noqa: S608  # our own words
            told = "".join(text for (text,) in rows)
            assert rx["id"] in told
            for word in ("amlodipine", "氨氯地平", "I10"):
                assert word not in told, f"{table} says in clear what was prescribed"


async def test_a_sample_is_of_its_days(practice: Practice, ground: Ground) -> None:
    await practice.approved()
    yesterday = (day_of(ground.clock.now()) - timedelta(days=1)).isoformat()
    of_yesterday = {"first": yesterday, "last": yesterday}
    assert (await practice.counter.post("/api/post-reviews/sample", of_yesterday)).ok()["approved"] == 0
    assert (await practice.counter.post("/api/post-reviews/sample", _body(ground))).ok()["approved"] == 1
