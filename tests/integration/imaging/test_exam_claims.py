"""Claims and the worklist: one examination is one radiologist's, whoever asks at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from server.imaging.worklist import claiming
from tests.people import Somebody

from .centre import Centre


async def test_two_radiologists_who_claim_at_once_get_one_claim(centre: Centre) -> None:
    order = await centre.queued()
    asked = await asyncio.gather(
        *(centre.act(who, order, "claim") for who in (centre.junior, centre.third, centre.senior))
    )
    assert sorted(each.status for each in asked) == [200, 409, 409]
    (winner,) = [each.body["claimed_by"] for each in asked if each.status == 200]
    row = await centre.row(order)
    assert str(row.claimed_by) == winner
    assert {each.code for each in asked if each.status == 409} <= {"imaging-claimed-by-another", "not-in-this-state"}


async def test_who_asks_for_the_next_gets_another_each(centre: Centre) -> None:
    orders = [await centre.queued() for _ in range(3)]
    readers = (centre.junior, centre.third, centre.senior)
    asked = await asyncio.gather(*(_next(centre, who) for who in readers))
    assert {each["id"] for each in asked} == {each["id"] for each in orders}
    assert (await centre.of(centre.junior).post("/api/imaging/worklist/next")).code == "nothing-to-read"


async def _next(centre: Centre, who: Somebody, **wanted: str) -> dict[str, object]:
    return dict((await centre.of(who).post("/api/imaging/worklist/next", wanted)).ok())


async def test_the_next_is_the_emergency_then_what_is_due_first(centre: Centre) -> None:
    late = await centre.queued()
    early = await centre.queued()
    emergency = await centre.queued(urgency="emergency")
    now = centre.ground.clock.now()
    await centre.moved_back(early, due_at=now + timedelta(hours=1))
    given = [(await _next(centre, centre.junior))["id"] for _ in range(3)]
    assert given == [emergency["id"], early["id"], late["id"]]


async def test_a_claim_is_renewed_given_back_and_lapses(centre: Centre) -> None:
    order = await centre.claimed()
    saved = (await centre.save(centre.junior, order, 0)).ok()
    renewed = (await centre.act(centre.junior, order, "renew-claim")).ok()
    assert renewed["claimed_by"] == str(centre.junior.id)
    assert (await centre.act(centre.third, order, "renew-claim")).code == "imaging-claim-over"
    await centre.moved_back(order, claimed_until=centre.ground.clock.now() - timedelta(seconds=1))
    signed = await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})
    assert signed.code == "imaging-claim-over"
    async with unit_of_work(centre.ground, SYSTEM) as work:
        await claiming.lapse_all(work)
    assert (await centre.seen(order))["status"] == "queued"
    # The draft waits for whoever goes on.
    (await centre.act(centre.third, order, "claim")).ok()
    shown = (await centre.of(centre.third).get(f"/api/imaging/orders/{order['id']}/report")).ok()
    assert (shown["draft"]["version"], shown["draft"]["author"]["id"]) == (saved["version"], str(centre.junior.id))
    released = (await centre.act(centre.third, order, "release")).ok()
    assert (released["status"], released["claimed_by"]) == ("queued", None)


async def test_a_claim_that_is_over_is_taken_over_without_waiting_for_the_scan(centre: Centre) -> None:
    order = await centre.claimed()
    assert (await centre.act(centre.third, order, "claim")).code == "imaging-claimed-by-another"
    await centre.moved_back(order, claimed_until=centre.ground.clock.now() - timedelta(seconds=1))
    taken = (await centre.act(centre.third, order, "claim")).ok()
    assert taken["claimed_by"] == str(centre.third.id)


async def test_a_review_is_claimed_by_another_than_who_wrote(centre: Centre) -> None:
    order = await centre.preliminary()
    assert (await centre.act(centre.junior, order, "claim")).code == "imaging-own-preliminary"
    assert (await centre.of(centre.junior).post("/api/imaging/worklist/next", {"state": "preliminary"})).code == (
        "nothing-to-read"
    )
    taken = await _next(centre, centre.senior, state="preliminary")
    assert (taken["id"], taken["status"]) == (order["id"], "preliminary")
    assert (await centre.finalise(order, centre.third)).code == "imaging-claimed-by-another"
    assert (await centre.finalise(order)).status == 200


async def test_the_worklist_is_paged_by_what_is_read_first(centre: Centre) -> None:
    orders = [await centre.queued() for _ in range(53)]
    emergency = await centre.queued(urgency="emergency")
    api = centre.of(centre.junior)
    first = (await api.get("/api/imaging/worklist")).ok()
    rest = (await api.get(f"/api/imaging/worklist?after={first['next']}")).ok()
    shown = [each["id"] for each in (*first["items"], *rest["items"])]
    assert shown == [emergency["id"], *(each["id"] for each in orders)]
    assert (len(first["items"]), rest["next"]) == (50, None)
    only = (await api.get("/api/imaging/worklist?urgency=emergency&modality=CT")).ok()
    assert [each["id"] for each in only["items"]] == [emergency["id"]]
    assert (await api.get("/api/imaging/worklist?modality=DX")).ok()["items"] == []
    assert (await api.get("/api/imaging/worklist?after=bm90aGluZw==")).code == "bad-imaging-list-place"


async def test_every_part_of_the_worklist_shows_its_own(centre: Centre) -> None:
    queued, claimed = await centre.queued(), await centre.claimed()
    preliminary, returned = await centre.preliminary(), await centre.returned()
    wanted = {
        "queued": {queued["id"]},
        "claimed": {claimed["id"]},
        "mine": {claimed["id"]},
        "preliminary": {preliminary["id"]},
        "reported": {returned["id"]},
    }
    for state, ids in wanted.items():
        listed = (await centre.of(centre.junior).get(f"/api/imaging/worklist?state={state}")).ok()
        assert {each["id"] for each in listed["items"]} == ids, state
    (own,) = (await centre.of(centre.junior).get("/api/imaging/worklist?state=preliminary")).ok()["items"]
    assert own["own"] is True
    assert (await centre.of(centre.doctor).get("/api/imaging/worklist")).ok()["items"] == []
