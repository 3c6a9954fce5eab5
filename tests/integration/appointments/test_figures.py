"""The open rate and the pool's figures against numbers planted by hand; who may see them; the file; the alert."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from server.appointments import figures, jobs_figures, stopping
from server.appointments.capability import CAPABILITY
from server.appointments.model import Booking, QuotaRow, Session, Slot
from server.appointments.model_agreed import BookingPolicy
from server.appointments.model_course import OpenRate
from server.appointments.rules import Quota
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity.model import Organisation
from server.notifications import service as notifications
from tests import invented
from tests.api import Api
from tests.invented import Someone

from .planted_days import House, a_house, at, moved, planted, taken, waits

ONLINE, VILLAGE, COUNTY, WINDOW = Quota.ONLINE, Quota.VILLAGE, Quota.COUNTY, Quota.WINDOW


@pytest.fixture
def today(ground: Ground) -> date:
    return day_of(ground.clock.now())


async def rates(api: Api, who: Someone, first: date, last: date, house: House | None = None) -> list[dict[str, Any]]:
    path = f"/api/open-rates?first={first}&last={last}" + (f"&organisation_id={house.id}" if house else "")
    found: list[dict[str, Any]] = (await api.signed_in(who.token).get(path)).ok()
    return found


async def the_rate(api: Api, house: House, day: date) -> tuple[int, int]:
    (row,) = await rates(api, house.scheduler, day, day)
    return row["online"], row["total"]


async def job(ground: Ground, *, later: timedelta = timedelta()) -> int:
    async with unit_of_work(ground, SYSTEM) as work:
        return await figures.keep_days(replace_now(work, later))


def replace_now(work: Work, later: timedelta) -> Work:
    return replace(work, now=work.now + later)


async def alerts(ground: Ground, who: Someone) -> list[str]:
    async with unit_of_work(ground, who.actor) as work:
        return [each.text for each in await notifications.inbox(work) if each.template == "open-rate-low"]


# --- what counts as online


async def test_the_rate_is_online_places_of_all_places_whatever_the_session(
    api: Api, ground: Ground, today: date
) -> None:
    house, day = await a_house(ground), today + timedelta(days=20)
    await planted(ground, house, day, {ONLINE: 7, VILLAGE: 3}, {ONLINE: 8, WINDOW: 2})
    await planted(ground, house, day, {ONLINE: 5}, hour=14)
    (row,) = await rates(api, house.scheduler, day, day)
    assert (row["online"], row["total"], row["rate"], row["below"], row["is_over"]) == (20, 25, 80.0, True, False)
    assert (row["target"], row["level"], row["organisation_id"]) == (90, "county", str(house.id))


async def test_released_places_count_once_however_often_they_moved(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today + timedelta(days=20)
    (slot,) = await planted(ground, house, day, {ONLINE: 6, VILLAGE: 3, COUNTY: 1})
    assert await the_rate(api, house, day) == (6, 10)
    await moved(ground, slot, 1, VILLAGE, COUNTY, 3, at(day - timedelta(days=2), 12))
    assert await the_rate(api, house, day) == (6, 10)
    await moved(ground, slot, 2, COUNTY, ONLINE, 4, at(day - timedelta(days=1), 12))
    assert await the_rate(api, house, day) == (10, 10)


async def test_a_release_on_the_day_itself_comes_too_late(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today - timedelta(days=2)
    (slot,) = await planted(ground, house, day, {ONLINE: 6, VILLAGE: 2, COUNTY: 2})
    midnight = at(day, 0)
    await moved(ground, slot, 1, VILLAGE, ONLINE, 2, midnight - timedelta(seconds=1))
    assert await the_rate(api, house, day) == (8, 10)
    await moved(ground, slot, 2, COUNTY, ONLINE, 2, midnight)
    assert await the_rate(api, house, day) == (8, 10)


async def test_a_place_given_back_counts_as_online_only_before_the_day(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today - timedelta(days=2)
    (slot,) = await planted(ground, house, day, {ONLINE: 6, VILLAGE: 3, COUNTY: 1})
    await moved(ground, slot, 1, VILLAGE, COUNTY, 0, at(day - timedelta(days=3), 12))
    await moved(ground, slot, 2, COUNTY, ONLINE, 0, at(day - timedelta(days=1), 12))
    await taken(ground, house, slot, VILLAGE, "cancelled", ended_at=at(day - timedelta(days=1), 18))
    assert await the_rate(api, house, day) == (7, 10)
    await taken(ground, house, slot, VILLAGE, "cancelled", ended_at=at(day, 8))
    assert await the_rate(api, house, day) == (7, 10)
    await taken(ground, house, slot, ONLINE, "cancelled", ended_at=at(day, 8))
    assert await the_rate(api, house, day) == (7, 10)


async def test_drafts_and_stopped_sessions_count_nowhere(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today + timedelta(days=20)
    await planted(ground, house, day, {ONLINE: 9, WINDOW: 1})
    await planted(ground, house, day, {WINDOW: 10}, hour=14, status="draft")
    (slot,) = await planted(ground, house, day, {WINDOW: 10}, hour=18)
    assert await the_rate(api, house, day) == (9, 20)
    async with unit_of_work(ground, house.scheduler.actor) as work:
        session_id = (await work.session.get_one(Slot, slot)).session_id
        await stopping.stop(work, session_id, "医师外出")
    assert await the_rate(api, house, day) == (9, 10)


async def test_the_institutions_own_target_judges(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today + timedelta(days=20)
    await planted(ground, house, day, {ONLINE: 7, WINDOW: 3})
    (row,) = await rates(api, house.scheduler, day, day)
    assert (row["target"], row["below"]) == (90, True)
    async with unit_of_work(ground, SYSTEM) as work:
        own = {"organisation_id": house.id, "limits": {"open_rate_target": 70}}
        work.session.add(BookingPolicy(changed_at=work.now, changed_by=house.scheduler.id, **own))
    (row,) = await rates(api, house.scheduler, day, day)
    assert (row["target"], row["below"]) == (70, False)


def test_a_share_is_never_rounded_up_to_its_target() -> None:
    assert (figures.percent(8999, 10_000), figures.is_below(8999, 10_000, 90)) == (89.9, True)
    assert (figures.percent(9, 10), figures.is_below(9, 10, 90)) == (90.0, False)
    assert figures.percent(0, 0) is None


# --- how places were used


async def test_use_no_shows_and_waiting_are_counted_by_day_level_and_institution(
    api: Api, ground: Ground, today: date
) -> None:
    top = await a_house(ground, level=Level.PREFECTURE)
    house, other = await a_house(ground, parent=top.id), await a_house(ground, parent=top.id)
    day = today - timedelta(days=5)
    slot, second = await planted(ground, house, day, {ONLINE: 4}, {ONLINE: 4})
    for status in ("fulfilled", "fulfilled", "no_show"):
        await taken(ground, house, slot, ONLINE, status)
    await taken(ground, house, second, ONLINE, "cancelled", ended_at=at(day - timedelta(days=1), 9))
    await waits(ground, slot, status="accepted", hours=1)
    await waits(ground, slot, status="lapsed", hours=3)
    await waits(ground, slot, status="cleared")
    (far,) = await planted(ground, other, day, {ONLINE: 2})
    await taken(ground, other, far, ONLINE, "fulfilled")
    await waits(ground, far, status="accepted", hours=8)
    (row,) = await rates(api, house.scheduler, day, day)
    assert (row["booked"], row["utilisation"], row["no_shows"], row["no_show_rate"], row["waited"]) == (
        3,
        37.5,
        1,
        33.3,
        3,
    )
    path = f"/api/pool-figures?first={day}&last={day}"
    (county,) = (await api.signed_in(top.administrator.token).get(path)).ok()
    assert county["level"] == "county"
    assert (county["places"], county["booked"], county["utilisation"], county["no_show_rate"]) == (10, 4, 40.0, 25.0)
    assert (county["waiting"], county["placed"], county["median_wait_h"]) == (4, 2, 3.0)
    by_house = {each["organisation_id"]: each for each in county["institutions"]}
    mine = by_house[str(house.id)]
    assert (mine["waiting"], mine["placed"], mine["median_wait_h"], mine["no_shows"]) == (3, 1, 2.0, 1)
    assert set(by_house) == {str(house.id), str(other.id)}
    (own,) = (await api.signed_in(other.scheduler.token).get(path)).ok()
    assert [each["organisation_id"] for each in own["institutions"]] == [str(other.id)]


# --- who may see it


async def test_each_role_sees_as_far_as_its_reach(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today + timedelta(days=20)
    below, stranger = await a_house(ground, level=Level.TOWNSHIP, parent=house.id), await a_house(ground)
    for each in (house, below, stranger):
        await planted(ground, each, day, {ONLINE: 9, WINDOW: 1})

    async def seen(who: Someone) -> set[str]:
        return {row["organisation_id"] for row in await rates(api, who, day, day)} & known

    known = {str(each.id) for each in (house, below, stranger)}
    regulator = await invented.a_member(ground, Role.REGULATOR)
    assert await seen(house.scheduler) == {str(house.id)}
    assert await seen(house.administrator) == {str(house.id), str(below.id)}
    assert await seen(regulator) == known
    assert len(await rates(api, regulator, day, day, stranger)) == 1
    assert len(await rates(api, house.administrator, day, day, below)) == 1
    path = f"/api/open-rates?first={day}&last={day}&organisation_id="
    for who, asked in ((house.scheduler, below), (house.administrator, stranger), (below.administrator, house)):
        assert (await api.signed_in(who.token).get(f"{path}{asked.id}")).status == 404
    doctor = await invented.a_doctor(ground, at=house.id, department=house.department_id)
    assert (await api.signed_in(doctor.token).get(f"{path}{house.id}")).status == 403


async def test_a_quarter_is_the_longest_span(api: Api, ground: Ground, today: date) -> None:
    me = api.signed_in((await a_house(ground)).scheduler.token)
    for days, status in ((92, 200), (93, 422), (-1, 422)):
        path = f"/api/open-rates?first={today}&last={today + timedelta(days=days)}"
        assert (await me.get(path)).status == status


# --- the file


async def test_the_file_opens_in_a_spreadsheet_and_holds_no_formula(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today - timedelta(days=2)
    (slot,) = await planted(ground, house, day, {ONLINE: 8, WINDOW: 2})
    await taken(ground, house, slot, ONLINE, "no_show")
    async with unit_of_work(ground, SYSTEM) as work:
        (await work.session.get_one(Organisation, house.id)).name = f"=HYPERLINK(1,{house.id})"
    answer = await api.signed_in(house.scheduler.token).get(f"/api/open-rates/export?first={day}&last={today}")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.raw.startswith(b"\xef\xbb\xbf")
    head, line = list(csv.reader(io.StringIO(answer.raw.decode("utf-8-sig"))))
    assert head[:6] == ["日期", "机构", "级别", "号源总数", "网上号源", "网上号源开放率(%)"]
    assert line[:8] == [str(day), f"'=HYPERLINK(1,{house.id})", "县级", "10", "8", "80.0", "90", "未达标"]
    assert line[8:] == ["1", "10.0", "1", "100.0", "0", ""]


# --- the history, and the alert


async def test_days_that_are_over_are_kept_and_missing_ones_are_made_up_for(
    api: Api, ground: Ground, today: date
) -> None:
    house = await a_house(ground)
    days = [today - timedelta(days=back) for back in (40, 9, 1)]
    for day in days:
        await planted(ground, house, day, {ONLINE: 9, WINDOW: 1})
    (slot,) = await planted(ground, house, today, {ONLINE: 1, WINDOW: 1})
    before = await rates(api, house.scheduler, today - timedelta(days=60), today)
    await job(ground)
    async with unit_of_work(ground, SYSTEM) as work:
        kept = select(OpenRate).where(OpenRate.organisation_id == house.id).order_by(OpenRate.day)
        rows = (await work.session.scalars(kept)).all()
        assert [(row.day, row.online, row.total) for row in rows] == [(day, 9, 10) for day in days]
    assert await rates(api, house.scheduler, today - timedelta(days=60), today) == before
    # Today is counted when asked; what is kept stays, whatever becomes of the ledger.
    await taken(ground, house, slot, ONLINE, "booked")
    async with unit_of_work(ground, SYSTEM) as work:
        old = select(Slot.id).join(Session, Session.id == Slot.session_id)
        old = old.where(Session.organisation_id == house.id, Session.day == days[1])
        await work.session.execute(update(QuotaRow).where(QuotaRow.slot_id.in_(old)).values(capacity=50))
    after = await rates(api, house.scheduler, today - timedelta(days=60), today)
    assert after[:3] == before[:3]
    assert (before[3]["booked"], after[3]["booked"]) == (0, 1)


async def test_no_shows_of_the_last_days_are_counted_again(api: Api, ground: Ground, today: date) -> None:
    house, day = await a_house(ground), today - timedelta(days=1)
    (slot,) = await planted(ground, house, day, {ONLINE: 10})
    booking = await taken(ground, house, slot, ONLINE, "booked")
    await job(ground)
    assert [row["no_shows"] for row in await rates(api, house.scheduler, day, day)] == [0]
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(update(Booking).where(Booking.id == booking).values(status="no_show"))
    assert [row["no_shows"] for row in await rates(api, house.scheduler, day, day)] == [0]
    await job(ground)
    assert [row["no_shows"] for row in await rates(api, house.scheduler, day, day)] == [1]


async def test_schedulers_are_told_once_of_yesterday_below_the_target(ground: Ground, today: date) -> None:
    poor, good, long_ago = [await a_house(ground) for _ in range(3)]
    colleague = await invented.a_member(ground, Role.SCHEDULER, at=poor.id)
    yesterday = today - timedelta(days=1)
    await planted(ground, poor, yesterday, {ONLINE: 8, WINDOW: 2})
    await planted(ground, poor, today, {ONLINE: 1, WINDOW: 9})
    await planted(ground, good, yesterday, {ONLINE: 9, WINDOW: 1})
    await planted(ground, long_ago, today - timedelta(days=3), {ONLINE: 1, WINDOW: 9})
    for _ in range(3):
        await job(ground)
    (told,) = await alerts(ground, poor.scheduler)
    assert "80%" in told
    assert "90%" in told
    assert len(await alerts(ground, colleague)) == 1
    for who in (good.scheduler, long_ago.scheduler, poor.administrator):
        assert await alerts(ground, who) == []
    await job(ground, later=timedelta(days=1))
    assert len(await alerts(ground, poor.scheduler)) == 2, "the next day is another day"


def test_the_job_is_one_of_the_workers() -> None:
    assert set(jobs_figures.JOBS) <= set(CAPABILITY.jobs)
