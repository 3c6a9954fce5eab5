"""The review queue: who gets which prescription, and that nobody gets what another has."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from infra.bench.waiting import Desk, claims_of, open_desk, plant
from infra.embedded_postgres import Cluster
from prescriptions import store, store_review
from prescriptions.lifecycle import Status
from prescriptions.review import claiming
from prescriptions.review.order import place_in_queue
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import people
from tests.api import Answer, Api
from tests.people import Somebody
from tests.unit.prescriptions.pictures import NOW

NEXT = "/api/reviews/next"


@pytest.fixture
async def desk(ground: Ground) -> Desk:
    """A hospital with three reviewing pharmacists."""
    return await open_desk(ground, pharmacists=3)


@pytest.fixture
async def waiting(desk: Desk, cluster: Cluster) -> Desk:
    """The same, where forty wait."""
    plant(cluster.superuser_dsn, desk, 40)
    return desk


async def _queue(api: Api, who: Somebody, query: str = "") -> list[dict[str, Any]]:
    return list((await api.signed_in(who.token).get(f"/api/reviews{query}")).ok())


async def _next(api: Api, who: Somebody, **body: Any) -> Answer:
    return await api.signed_in(who.token).post(NEXT, body)


async def test_the_next_is_the_first_of_the_queue_and_then_mine(api: Api, waiting: Desk) -> None:
    first, second, *_ = waiting.pharmacists
    expected = [each["id"] for each in await _queue(api, first)]
    claims = [(await _next(api, who)).ok()["id"] for who in (first, second, first)]
    assert claims == expected[:3]
    assert [each["id"] for each in await _queue(api, first, "?state=mine")] == [claims[0], claims[2]]
    assert [each["claimed_by"] for each in await _queue(api, second, "?state=mine")] == [str(second.id)]
    assert len(await _queue(api, first, "?state=waiting")) == 37


async def test_sixty_four_who_ask_at_once_get_sixty_four_prescriptions(
    api: Api, ground: Ground, cluster: Cluster
) -> None:
    desk = await open_desk(ground, pharmacists=64)
    plant(cluster.superuser_dsn, desk, 200)
    others = Counter[UUID]()
    for _ in range(3):
        answers = await asyncio.gather(*(_next(api, who) for who in desk.pharmacists))
        others.update(UUID(answer.ok()["id"]) for answer in answers)
    assert set(others.values()) == {1}
    assert len(others) == 192
    last = Counter(answer.status for answer in await asyncio.gather(*(_next(api, who) for who in desk.pharmacists)))
    assert last == {200: 8, 409: 56}, "what is left goes to eight, and the others are told that nothing waits"
    stored = Counter(claims_of(cluster.superuser_dsn).values())
    assert sum(stored[who.id] for who in desk.pharmacists) == 200
    await _each_claim_has_one_step(ground, desk)


async def _each_claim_has_one_step(ground: Ground, desk: Desk) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        claimed = await store_review.queue(work.session, desk.hospital.id, Status.CLAIMED, limit=500)
        for prescription in claimed:
            (step,) = await store.steps_of(work.session, prescription.id)
            assert (step.verb, step.by_id) == ("claim", prescription.claimed_by)


async def test_the_same_key_gets_the_same_claim(api: Api, waiting: Desk) -> None:
    mine, key = api.signed_in(waiting.pharmacists[0].token), uuid4().hex
    first, *others = await asyncio.gather(*(mine.post(NEXT, {}, key=key) for _ in range(5)))
    assert {each.ok()["id"] for each in others} == {first.ok()["id"]}
    again = await mine.post(NEXT, {}, key=key)
    assert (again.ok()["id"], again.headers["Idempotency-Replayed"]) == (first.body["id"], "true")
    assert (await mine.post(NEXT, {"kind": "western"}, key=key)).code == "idempotency-key-reused"
    assert len(await _queue(api, waiting.pharmacists[0], "?state=mine")) == 1


async def test_filters_choose_what_is_next(api: Api, waiting: Desk) -> None:
    who = waiting.pharmacists[0]
    pieces = await _queue(api, who, "?kind=tcm_pieces")
    assert [each["kind"] for each in pieces] == ["tcm_pieces"] * 4
    assert (await _next(api, who, kind="tcm_pieces")).ok()["id"] == pieces[0]["id"]
    confirm = await _queue(api, who, "?level=confirm&state=waiting")
    assert {each["level"] for each in confirm} == {"confirm"}
    assert (await _next(api, who, level="confirm")).ok()["id"] == confirm[0]["id"]
    here = str(waiting.hospital.department_id)
    assert len(await _queue(api, who, f"?department={here}&state=waiting")) == 38
    assert (await _next(api, who, department=str(uuid4()))).code == "nothing-to-review"


async def test_one_by_number_is_locked_for_colleagues(api: Api, waiting: Desk) -> None:
    first, second, _ = waiting.pharmacists
    chosen = (await _queue(api, first))[-1]["id"]
    held = (await api.signed_in(first.token).post(f"/api/prescriptions/{chosen}/claim")).ok()
    assert held["status"] == "claimed"
    refused = await api.signed_in(second.token).post(f"/api/prescriptions/{chosen}/claim")
    assert (refused.status, refused.code) == (409, "claimed-by-another")
    for verb in ("renew-claim", "release"):
        assert (await api.signed_in(second.token).post(f"/api/prescriptions/{chosen}/{verb}")).code == "claim-over"
    renewed = (await api.signed_in(first.token).post(f"/api/prescriptions/{chosen}/renew-claim")).ok()
    assert renewed["claimed_until"] > held["claimed_until"]
    assert (await api.signed_in(first.token).post(f"/api/prescriptions/{chosen}/release")).ok()["status"] == "in_review"
    assert (await api.signed_in(second.token).post(f"/api/prescriptions/{chosen}/claim")).ok()["status"] == "claimed"


async def test_a_claim_lapses_after_ten_minutes_to_its_old_place(api: Api, ground: Ground, waiting: Desk) -> None:
    first, second, _ = waiting.pharmacists
    order = [each["id"] for each in await _queue(api, first)]
    claimed = (await _next(api, first)).ok()["id"]
    async with unit_of_work(ground, SYSTEM) as work:
        work.now += timedelta(minutes=9)
        await claiming.lapse_all(work)
    assert [each["id"] for each in await _queue(api, first, "?state=mine")] == [claimed], "not before its time"
    async with unit_of_work(ground, SYSTEM) as work:
        work.now += timedelta(minutes=11)
        await claiming.lapse_all(work)
    assert [each["id"] for each in await _queue(api, first)] == order
    assert (await _next(api, second)).ok()["id"] == claimed
    late = await api.signed_in(first.token).post(f"/api/prescriptions/{claimed}/renew-claim")
    assert late.code == "claim-over"


async def test_a_claim_whose_time_is_over_may_be_taken_before_the_scan_comes(ground: Ground, waiting: Desk) -> None:
    first, second, _ = waiting.pharmacists
    async with unit_of_work(ground, first.actor) as work:
        (row, *_) = await store_review.queue(work.session, waiting.hospital.id, Status.IN_REVIEW, limit=1)
        await claiming.claim(work, row.id)
    async with unit_of_work(ground, second.actor) as work:
        work.now += timedelta(minutes=11)
        assert (await claiming.claim(work, row.id)).claimed_by == second.id
        verbs = [step.verb for step in await store.steps_of(work.session, row.id)]
        assert verbs == ["claim", "lapse", "claim"]


async def test_two_claims_of_one_at_once_are_one(ground: Ground, api: Api, waiting: Desk) -> None:
    chosen = (await _queue(api, waiting.pharmacists[0]))[5]["id"]
    answers = await asyncio.gather(
        *(api.signed_in(who.token).post(f"/api/prescriptions/{chosen}/claim") for who in waiting.pharmacists)
    )
    assert sorted(answer.status for answer in answers) == [200, 409, 409]


async def test_nobody_gets_what_they_prescribed(api: Api, ground: Ground, waiting: Desk) -> None:
    first, second, _ = waiting.pharmacists
    expected = [each["id"] for each in await _queue(api, second)]
    async with unit_of_work(ground, SYSTEM) as work:  # as somebody who is doctor and pharmacist could have written it
        assert await store.change(work.session, UUID(expected[0]), prescriber_id=first.id)
    assert [each["id"] for each in await _queue(api, first) if each["own"]] == expected[:1]
    assert (await _next(api, first)).ok()["id"] == expected[1], "the very first is the asker's own"
    refused = await api.signed_in(first.token).post(f"/api/prescriptions/{expected[0]}/claim")
    assert (refused.status, refused.code) == (403, "own-prescription")
    together = await asyncio.gather(_next(api, first), _next(api, second))
    assert together[0].ok()["id"] != expected[0]
    assert (await _next(api, second)).ok()["id"] == expected[0] or together[1].ok()["id"] == expected[0]


async def test_who_is_not_trained_reviews_nothing_b08(api: Api, ground: Ground, waiting: Desk) -> None:
    untrained = await people.a_pharmacist(ground, waiting.hospital, trained=False)
    chosen = (await _queue(api, waiting.pharmacists[0]))[0]["id"]
    theirs = api.signed_in(untrained.token)
    for answer in (
        await theirs.get("/api/reviews"),
        await theirs.post(NEXT),
        await theirs.post(f"/api/prescriptions/{chosen}/claim"),
        await theirs.get(f"/api/prescriptions/{chosen}/review"),
    ):
        assert (answer.status, answer.code, answer.body["rule"]) == (403, "may-not-review", "B08")
    (await _next(api, waiting.pharmacists[0])).ok()


async def test_another_hospitals_queue_is_not_known(api: Api, ground: Ground, waiting: Desk) -> None:
    stranger = await people.a_pharmacist(ground, await people.a_hospital(ground))
    chosen = (await _queue(api, waiting.pharmacists[0]))[0]["id"]
    assert await _queue(api, stranger) == []
    assert (await _next(api, stranger)).code == "nothing-to-review"
    theirs = api.signed_in(stranger.token)
    for verb in ("claim", "renew-claim", "release"):
        assert (await theirs.post(f"/api/prescriptions/{chosen}/{verb}")).code == "not-found"


@pytest.mark.parametrize("body", [{"kind": "homeopathic"}, {"department": "x"}, {"level": "bad"}, {"all": True}, []])
async def test_what_no_queue_has_is_refused(api: Api, waiting: Desk, body: Any) -> None:
    mine = api.signed_in(waiting.pharmacists[0].token)
    assert (await mine.call("POST", NEXT, body=body)).status in (400, 422)
    for query in ("?state=all", "?kind=x", "?department=7", "?level=", "?doctor=x"):
        assert (await mine.get(f"/api/reviews{query}")).status == 422


def test_a_long_wait_rises_above_whatever_came_much_later() -> None:
    usual = place_in_queue(NOW, "passed", emergency=False, again=False)
    urgent = place_in_queue(NOW + timedelta(minutes=30), "confirm", emergency=True, again=False)
    assert urgent < usual, "an emergency overtakes who came half an hour before"
    later = place_in_queue(NOW + timedelta(hours=2, minutes=1), "confirm", emergency=True, again=True)
    assert usual < later, "and nothing overtakes who has waited two hours longer"
