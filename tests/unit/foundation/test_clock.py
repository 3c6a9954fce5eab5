"""The clock that follows the database, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from server.foundation.clock import Clock, day_of, start_of_day

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class World:
    """A machine and a database whose times we set."""

    wall: datetime = START
    steady_s: float = 100.0
    database: datetime = START
    answer_takes_s: float = 0.0

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady_s)

    def pass_(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady_s += seconds
        self.database += timedelta(seconds=seconds)

    async def read(self) -> datetime:
        given = self.database
        self.pass_(self.answer_takes_s)
        return given


@pytest.fixture
def world() -> World:
    return World()


async def test_it_follows_the_database_not_the_machine(world: World) -> None:
    world.wall += timedelta(minutes=7)
    clock = world.clock()
    assert not clock.ready
    await clock.measure(world.read)
    world.pass_(3)
    assert clock.ready
    assert clock.now() == START + timedelta(seconds=3)
    assert clock.offset_s == -420


async def test_setting_the_machines_clock_changes_nothing(world: World) -> None:
    clock = world.clock()
    await clock.measure(world.read)
    world.wall += timedelta(hours=1)
    assert clock.now() == START
    await clock.measure(world.read)
    assert clock.ready


async def test_half_of_the_answers_way_is_added(world: World) -> None:
    clock = world.clock()
    world.answer_takes_s = 0.5
    await clock.measure(world.read)
    assert clock.now() == START + timedelta(seconds=0.25)


async def test_an_answer_that_took_too_long_is_not_used(world: World) -> None:
    clock = world.clock()
    world.answer_takes_s = 1.5
    await clock.measure(world.read)
    assert not clock.ready
    world.answer_takes_s = 0.1
    await clock.measure(world.read)
    assert clock.ready


async def test_a_drift_of_two_seconds_is_followed_and_more_is_a_jump(world: World) -> None:
    clock = world.clock()
    await clock.measure(world.read)
    world.database += timedelta(seconds=2)
    await clock.measure(world.read)
    assert (clock.ready, clock.now()) == (True, START + timedelta(seconds=2))
    world.database += timedelta(seconds=2.1)
    await clock.measure(world.read)
    assert (clock.ready, clock.now()) == (False, START + timedelta(seconds=2))


async def test_a_jump_is_followed_after_three_answers_that_agree(world: World) -> None:
    clock = world.clock()
    await clock.measure(world.read)
    world.database -= timedelta(hours=1)
    seen = []
    for _ in range(3):
        await clock.measure(world.read)
        seen.append(clock.ready)
        world.pass_(10)
    assert seen == [False, False, True]
    assert clock.now() == START - timedelta(hours=1) + timedelta(seconds=30)


async def test_a_jump_that_goes_back_is_forgotten(world: World) -> None:
    clock = world.clock()
    await clock.measure(world.read)
    world.database += timedelta(hours=1)
    await clock.measure(world.read)
    assert not clock.ready
    world.database -= timedelta(hours=1)
    await clock.measure(world.read)
    assert (clock.ready, clock.now()) == (True, START)


async def test_answers_that_leap_about_never_make_it_ready(world: World) -> None:
    clock = world.clock()
    await clock.measure(world.read)
    for leap in (1, 2, 4, 8, 16):
        world.database += timedelta(hours=leap)
        await clock.measure(world.read)
        assert not clock.ready


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_china(instant: datetime, day: date) -> None:
    assert day_of(instant) == day
    assert start_of_day(day) <= instant < start_of_day(day + timedelta(days=1))


def test_the_start_of_a_day_is_utc() -> None:
    assert start_of_day(date(2026, 11, 22)) == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert start_of_day(date(2026, 11, 22)).tzinfo is UTC


def test_a_naive_time_has_no_day() -> None:
    assert day_of(START) == date(2026, 11, 22)
    with pytest.raises(ValueError, match="naive"):
        day_of(START.replace(tzinfo=None))
