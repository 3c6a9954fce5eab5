"""Making, confirming, ending agreements between institutions over HTTP, and who may ask whom by them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from server.cooperation import jobs
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import alliances
from tests.api import Api
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff

PATH = "/api/cooperation-agreements"


@dataclass(frozen=True, slots=True)
class Sides:
    """Two institutions with an administrator each."""

    ground: Ground
    api: Api
    county: Hospital
    town: Hospital
    serving: Somebody
    asking: Somebody

    def of(self, who: Somebody) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    def body(self, **more: Any) -> dict[str, Any]:
        """An agreement for a year, between the two."""
        today = day_of(self.ground.clock.now())
        return {
            "requester_kind": "organisation",
            "requester_id": str(self.town.id),
            "server_id": str(self.county.id),
            "scope": ["consultation", "imaging"],
            "valid_from": today.isoformat(),
            "valid_until": (today + timedelta(days=365)).isoformat(),
            **more,
        }

    async def made(self, **more: Any) -> dict[str, Any]:
        """Drawn up by the serving side."""
        return dict((await self.of(self.serving).post(PATH, self.body(**more))).ok())

    async def step(self, who: Somebody, agreement: dict[str, Any], verb: str, **more: Any) -> Any:
        """A verb by anybody, over the version that was shown."""
        return await self.of(who).post(f"{PATH}/{agreement['id']}/{verb}", {"version": agreement["version"], **more})

    async def partners(self, who: Somebody, scope: str = "consultation") -> list[dict[str, Any]]:
        """Whom this person's institution may ask."""
        return list((await self.of(who).get(f"/api/cooperation-partners?scope={scope}")).ok())


@pytest.fixture
async def sides(ground: Ground, api: Api) -> Sides:
    """A township and a county hospital."""
    county, town = await a_hospital(ground), await a_hospital(ground, level=Level.TOWNSHIP)
    serving = await a_member_of_staff(ground, Role.ADMINISTRATOR, county)
    return Sides(ground, api, county, town, serving, await a_member_of_staff(ground, Role.ADMINISTRATOR, town))


async def test_an_agreement_serves_once_both_sides_agreed_until_one_ends_it(sides: Sides) -> None:
    worker = await a_member_of_staff(sides.ground, Role.CLINIC_WORKER, sides.town)
    await a_doctor(sides.ground, sides.county)
    made = await sides.made(prices={"consultation": 20000})
    assert (made["status"], made["in_force"], made["may"]) == ("proposed", False, ["end"])
    assert await sides.partners(worker) == []
    (seen,) = (await sides.of(sides.asking).get(PATH)).ok()
    assert set(seen["may"]) == {"confirm", "decline", "end"}
    confirmed = (await sides.step(sides.asking, seen, "confirm")).ok()
    assert (confirmed["status"], confirmed["in_force"]) == ("in_force", True)
    (partner,) = await sides.partners(worker)
    assert partner["agreement_id"] == made["id"]
    assert partner["server"]["name"] == sides.county.name
    assert [each["id"] for each in partner["departments"]] == [str(sides.county.department_id)]
    assert [each["name"] for each in partner["titles"]] == ["副主任医师"]
    assert partner["prices"] == {"consultation": 20000}
    ended = (await sides.step(sides.asking, confirmed, "end", reason="不再合作")).ok()
    assert (ended["status"], ended["may"]) == ("ended", [])
    assert await sides.partners(worker) == []
    steps = (await sides.of(sides.serving).get(f"{PATH}/{made['id']}/steps")).ok()
    assert [(each["verb"], each["text"]) for each in steps] == [("make", ""), ("confirm", ""), ("end", "不再合作")]


async def test_nobody_agrees_with_themselves(sides: Sides) -> None:
    made = await sides.made()
    colleague = await a_member_of_staff(sides.ground, Role.ADMINISTRATOR, sides.county)
    for who in (sides.serving, colleague):
        refused = await sides.step(who, made, "confirm")
        assert (refused.status, refused.code) == (409, "agreement-needs-other-side")
    foreign = await sides.of(sides.asking).post(PATH, sides.body())
    assert foreign.status == 404, "only the serving side draws one up"
    assert (await sides.step(sides.asking, made, "confirm")).status == 200


async def test_strangers_see_nothing(sides: Sides) -> None:
    made = await sides.made()
    far = await a_member_of_staff(sides.ground, Role.ADMINISTRATOR, await a_hospital(sides.ground))
    assert (await sides.of(far).get(PATH)).ok() == []
    assert (await sides.of(far).get(f"{PATH}/{made['id']}")).status == 404
    for verb, more in (("confirm", {}), ("decline", {"reason": "不同意"}), ("end", {"reason": "结束"})):
        assert (await sides.step(far, made, verb, **more)).status == 404
    assert (await sides.of(sides.asking).get(f"{PATH}/{made['id']}")).status == 200


async def test_two_answers_at_once_are_one(sides: Sides) -> None:
    made = await sides.made()
    both = await asyncio.gather(
        sides.step(sides.asking, made, "confirm"), sides.step(sides.serving, made, "end", reason="写错了")
    )
    assert sorted(each.status for each in both) == [200, 409]
    (lost,) = [each for each in both if each.status == 409]
    assert (lost.code, lost.body["version"]) == ("agreement-changed", 2)


async def test_a_declined_one_says_why_and_serves_nobody(sides: Sides) -> None:
    made = await sides.made()
    declined = (await sides.step(sides.asking, made, "decline", reason="价格过高")).ok()
    assert (declined["status"], declined["in_force"]) == ("declined", False)
    inbox = (await sides.of(sides.serving).get("/api/inbox")).ok()["messages"]
    assert inbox[0]["template"] == "cooperation-declined"
    assert (await sides.step(sides.asking, declined, "confirm")).status == 409


async def test_what_cannot_be_an_agreement_is_marked(sides: Sides) -> None:
    today = day_of(sides.ground.clock.now())
    wrong = sides.body(
        requester_id=str(sides.county.id),
        valid_until=(today - timedelta(days=1)).isoformat(),
        head_id=str(sides.asking.id),
        routing={"CT": str(sides.town.department_id)},
    )
    refused = await sides.of(sides.serving).post(PATH, wrong)
    assert (refused.status, refused.code) == (422, "agreement-unfit")
    assert {each["pointer"] for each in refused.body["errors"]} == {
        "/valid_until",
        "/requester_id",
        "/routing",
        "/head_id",
    }
    assert (await sides.of(sides.serving).post(PATH, sides.body())).status == 201


async def test_an_alliance_asks_by_each_of_its_members(sides: Sides) -> None:
    village = await a_hospital(sides.ground, level=Level.VILLAGE)
    async with unit_of_work(sides.ground, SYSTEM) as work:
        name = f"医共体{sides.town.name}"
        members = [sides.town.id, village.id]
        alliance_id = await alliances.add_alliance(work, name, sides.county.id, members)
    made = await sides.made(requester_kind="alliance", requester_id=str(alliance_id), scope=["imaging"])
    assert set(made["requester"]["members"]) == {sides.town.name, village.name}
    confirmed = (await sides.step(sides.asking, made, "confirm")).ok()
    worker = await a_member_of_staff(sides.ground, Role.CLINIC_WORKER, village)
    assert [each["agreement_id"] for each in await sides.partners(worker, "imaging")] == [confirmed["id"]]
    assert await sides.partners(worker, "consultation") == []
    own = await a_member_of_staff(sides.ground, Role.SCHEDULER, sides.county)
    assert await sides.partners(own, "imaging") == [], "nobody asks themselves"


async def test_both_sides_hear_of_the_end_and_it_is_written(sides: Sides) -> None:
    today = day_of(sides.ground.clock.now())
    made = await sides.made(valid_until=(today + timedelta(days=20)).isoformat())
    (await sides.step(sides.asking, made, "confirm")).ok()
    for _ in range(2):
        async with unit_of_work(sides.ground, SYSTEM) as work:
            await jobs.tell_ending.run(work)
    for who in (sides.serving, sides.asking):
        inbox = (await sides.of(who).get("/api/inbox")).ok()["messages"]
        assert [each["template"] for each in inbox].count("cooperation-expiring") == 1
    async with unit_of_work(sides.ground, SYSTEM) as work:
        await jobs.expire.run(work)
    shown = (await sides.of(sides.asking).get(f"{PATH}/{made['id']}")).ok()
    assert shown["status"] == "in_force"
    async with unit_of_work(sides.ground, SYSTEM) as work:
        work.now += timedelta(days=22)
        await jobs.expire.run(work)
    shown = (await sides.of(sides.asking).get(f"{PATH}/{made['id']}")).ok()
    assert (shown["status"], shown["in_force"]) == ("expired", False)


async def test_a_specialty_that_is_not_agreed_is_not_offered(sides: Sides) -> None:
    worker = await a_member_of_staff(sides.ground, Role.CLINIC_WORKER, sides.town)
    made = await sides.made(specialties=["呼吸内科"])
    (await sides.step(sides.asking, made, "confirm")).ok()
    (partner,) = await sides.partners(worker)
    assert partner["departments"] == [], "the hospital has no such department"
