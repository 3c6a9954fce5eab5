"""What an agreement reserves, how it is released, and where a place that is given back belongs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.appointments.agreement import (
    DEFAULT_CHAIN,
    NOTHING_RESERVED,
    Opening,
    ReleaseStep,
    Terms,
    checked,
    divided,
    landing,
    moved_on,
    opens_next,
    rows_of,
)
from server.appointments.errors import QuotasDoNotAddUp
from server.appointments.rules import SHANGHAI, OpeningTimes, Quota
from server.settings import AppointmentSettings

DAY = date(2026, 12, 10)
RESERVED = [quota for quota in Quota if quota is not Quota.ONLINE]

shares = st.dictionaries(st.sampled_from(RESERVED), st.integers(0, 20), max_size=5)


def _at(days_before: int, hour: int) -> datetime:
    return datetime.combine(DAY - timedelta(days=days_before), time(hour), tzinfo=SHANGHAI)


def _words(wrong: pytest.ExceptionInfo[ValidationError]) -> tuple[tuple[int | str, ...], str]:
    (error,) = wrong.value.errors()
    return error["loc"], error["ctx"]["en"]


@given(shares, st.lists(st.integers(1, 40), min_size=1, max_size=48))
def test_every_slot_adds_up_and_a_session_reserves_its_shares(
    reserved: dict[Quota, int], capacities: list[int]
) -> None:
    terms = Terms(shares=reserved)
    cut = divided(terms, capacities)
    assert [sum(slot.values()) for slot in cut] == capacities
    assert all(count >= 0 for slot in cut for count in slot.values())
    assert all(list(slot) == rows_of(terms) for slot in cut)
    whole = sum(capacities)
    for quota, share in reserved.items():
        given_out = sum(slot.get(quota, 0) for slot in cut)
        assert abs(given_out - share * whole / 100) < 1 or min(capacities) < len(reserved)


def test_small_slots_owe_their_tenths_to_the_next() -> None:
    cut = divided(Terms(shares={Quota.VILLAGE: 10}, chain=()), [3] * 10)
    assert sum(slot[Quota.VILLAGE] for slot in cut) == 3
    assert divided(NOTHING_RESERVED, [3, 2]) == [{Quota.ONLINE: 3}, {Quota.ONLINE: 2}]


def test_places_have_a_row_wherever_the_chain_may_move_them() -> None:
    assert rows_of(Terms(shares={Quota.VILLAGE: 10})) == [
        Quota.ONLINE,
        Quota.VILLAGE,
        Quota.TOWNSHIP,
        Quota.COUNTY,
    ]


def test_quotas_by_hand_add_up_to_the_slot() -> None:
    terms = Terms(shares={Quota.WINDOW: 10}, chain=())
    assert checked({Quota.ONLINE: 4, Quota.COUNTY: 1}, 5, terms)[Quota.WINDOW] == 0
    with pytest.raises(QuotasDoNotAddUp) as wrong:
        checked({Quota.ONLINE: 4}, 5, terms)
    assert wrong.value.members == {"capacity": 5, "given": 4}


@given(
    st.lists(st.tuples(st.sampled_from(list(Quota)), st.sampled_from(list(Quota))), max_size=6),
    st.sampled_from(list(Quota)),
)
def test_a_chain_that_is_accepted_ends_wherever_one_begins(moves: list[tuple[Quota, Quota]], start: Quota) -> None:
    steps = [
        ReleaseStep(step=number, from_quota=source, to_quota=target, days_before=20 - number, at=time(12))
        for number, (source, target) in enumerate(moves, 1)
    ]
    onward = {source: target for source, target in moves}
    seen, at = {start}, start
    while at in onward and onward[at] not in seen:
        at = onward[at]
        seen.add(at)
    runs_in_a_circle = at in onward
    try:
        Terms(chain=tuple(steps))
    except ValidationError:
        return
    assert not runs_in_a_circle
    assert landing(start, onward) == at
    assert Quota.ONLINE not in onward


def _step(number: int, source: Quota, target: Quota, days_before: int, hour: int = 12) -> ReleaseStep:
    return ReleaseStep(step=number, from_quota=source, to_quota=target, days_before=days_before, at=time(hour))


@pytest.mark.parametrize(
    ("chain", "says"),
    [
        ([_step(1, Quota.VILLAGE, Quota.TOWNSHIP, 3), _step(1, Quota.TOWNSHIP, Quota.ONLINE, 2)], "same number"),
        ([_step(1, Quota.ONLINE, Quota.VILLAGE, 3)], "ONLINE places"),
        ([_step(1, Quota.VILLAGE, Quota.TOWNSHIP, 3), _step(2, Quota.VILLAGE, Quota.ONLINE, 2)], "only once"),
        ([_step(1, Quota.VILLAGE, Quota.TOWNSHIP, 3), _step(2, Quota.TOWNSHIP, Quota.VILLAGE, 2)], "circle"),
        ([_step(1, Quota.VILLAGE, Quota.VILLAGE, 3)], "circle"),
        ([_step(1, Quota.VILLAGE, Quota.TOWNSHIP, 1), _step(2, Quota.TOWNSHIP, Quota.ONLINE, 2)], "make it earlier"),
    ],
)
def test_a_chain_that_cannot_be_says_why(chain: list[ReleaseStep], says: str) -> None:
    assert Terms(chain=DEFAULT_CHAIN).chain == DEFAULT_CHAIN
    with pytest.raises(ValidationError) as wrong:
        Terms(chain=tuple(chain))
    where, words = _words(wrong)
    assert where == ("chain",)
    assert says in words


@pytest.mark.parametrize(
    ("terms", "where", "says"),
    [
        ({"shares": {"village": 60, "window": 41}}, ("shares",), "add up to 101%"),
        ({"shares": {"online": 10}}, ("shares",), "what is left"),
        ({"opens": {"village": {"days_before": 3, "at": "12:00"}}}, (), "before it has opened"),
        ({"opens": {"village": {"days_before": 9, "at": "07:00:30"}}}, ("opens", "village", "at"), "hours and minutes"),
    ],
)
def test_terms_that_cannot_be_say_why(terms: dict[str, Any], where: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Terms.model_validate(terms)
    found, words = _words(wrong)
    assert found == where
    assert says in words


def test_what_is_published_late_is_divided_as_if_released_already() -> None:
    terms = Terms(shares={Quota.VILLAGE: 20, Quota.WINDOW: 10})
    quotas = {Quota.ONLINE: 7, Quota.VILLAGE: 2, Quota.TOWNSHIP: 0, Quota.COUNTY: 0, Quota.WINDOW: 1}
    assert moved_on(terms, quotas, day=DAY, now=_at(4, 12)) == quotas
    assert moved_on(terms, quotas, day=DAY, now=_at(3, 12)) == quotas | {Quota.VILLAGE: 0, Quota.TOWNSHIP: 2}
    assert moved_on(terms, quotas, day=DAY, now=_at(0, 1)) == quotas | {Quota.VILLAGE: 0, Quota.ONLINE: 9}


@given(st.integers(0, 24 * 10), st.fixed_dictionaries({quota: st.integers(0, 9) for quota in Quota}))
def test_moving_on_loses_no_place(hours: int, quotas: dict[Quota, int]) -> None:
    now = _at(9, 0) + timedelta(hours=hours)
    moved = moved_on(Terms(), quotas, day=DAY, now=now)
    assert sum(moved.values()) == sum(quotas.values())
    assert moved[Quota.ONLINE] >= quotas[Quota.ONLINE]
    assert moved[Quota.WINDOW] == quotas[Quota.WINDOW]


OPENS = {quota: OpeningTimes(14, time(7)) for quota in RESERVED} | {Quota.ONLINE: OpeningTimes(7, time(7))}


def _next(quotas: list[Quota], untaken: dict[Quota, int], now: datetime, terms: Terms | None = None) -> datetime | None:
    return opens_next(quotas, terms or Terms(), OPENS, day=DAY, untaken=untaken, now=now)


def test_more_opens_when_a_quota_opens_or_is_released_to_it() -> None:
    online = [Quota.ONLINE]
    assert _next(online, {Quota.ONLINE: 3}, _at(8, 9)) == _at(7, 7)
    assert _next(online, {Quota.ONLINE: 3}, _at(6, 9)) is None, "it is open already"
    assert _next(online, {Quota.VILLAGE: 1}, _at(6, 9)) == _at(1, 12), "by way of township and county"
    assert _next(online, {Quota.VILLAGE: 1}, _at(6, 9), Terms(chain=())) is None, "nothing is released"
    assert _next(online, {Quota.WINDOW: 2}, _at(6, 9)) is None, "the window's places stay there"
    assert _next(online, dict.fromkeys(Quota, 0), _at(8, 9)) is None, "there is nothing left to open"
    assert _next([Quota.TOWNSHIP, Quota.ONLINE], {Quota.VILLAGE: 1}, _at(6, 9)) == _at(3, 12)


def test_what_an_agreement_leaves_open_the_limits_say() -> None:
    terms = Terms(opens={Quota.VILLAGE: Opening(days_before=20, at=time(6))})
    opens = terms.opening_times(AppointmentSettings(opens_days_before=5))
    assert opens[Quota.VILLAGE] == OpeningTimes(20, time(6))
    assert opens[Quota.TOWNSHIP] == OpeningTimes(14, time(7))
    assert opens[Quota.ONLINE] == OpeningTimes(5, time(7))
