"""The order of a waiting room, for any waiting room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.consultations.lifecycle import IN_ROOM, WAITING, Status
from server.consultations.waiting_room import (
    Waiting,
    ahead_of,
    expected,
    is_late,
    may_still_come,
    order,
    usual_length,
)

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATE = timedelta(minutes=15)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def somebody(
    n: int,
    *,
    slot: int = 0,
    came: int | None = 0,
    status: Status = Status.QUEUED,
    missed: int | None = None,
    called: int | None = None,
) -> Waiting:
    """A visit by its place number; slots are half-hours after nine, other times are minutes after nine."""
    return Waiting(
        visit_id=UUID(int=n),
        status=status,
        slot_starts_at=NINE + minutes(30 * slot),
        place_number=n,
        checked_in_at=NINE + minutes(came) if came is not None else None,
        missed_at=NINE + minutes(missed) if missed is not None else None,
        first_called_at=NINE + minutes(called) if called is not None else None,
    )


def numbers(visits: list[Waiting]) -> list[int]:
    return [each.place_number for each in visits]


statuses = st.sampled_from([*WAITING, *IN_ROOM, Status.BOOKED, Status.PRE_CHECK, Status.CLOSED])


@st.composite
def waiting_rooms(draw: st.DrawFn) -> list[Waiting]:
    count = draw(st.integers(0, 12))
    return [
        somebody(
            n,
            slot=draw(st.integers(0, 4)),
            came=draw(st.integers(-30, 150)),
            status=draw(statuses),
            missed=draw(st.none() | st.integers(0, 150)),
            called=draw(st.none() | st.integers(0, 150)),
        )
        for n in range(count)
    ]


@given(waiting_rooms(), st.randoms())
def test_the_order_does_not_depend_on_who_asks_or_how_rows_come(room: list[Waiting], random: object) -> None:
    shuffled = list(room)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives random.Random, its stub says object
    assert order(room, LATE) == order(shuffled, LATE) == order(order(shuffled, LATE), LATE)


@given(waiting_rooms())
def test_positions_are_zero_to_n_minus_one_and_only_for_those_who_wait(room: list[Waiting]) -> None:
    ordered = order(room, LATE)
    places = [ahead_of(each.visit_id, ordered) for each in room if each.status in WAITING | IN_ROOM]
    assert sorted(place for place in places if place is not None) == list(range(len(ordered)))
    assert len(places) == len(ordered)
    assert all(ahead_of(each.visit_id, ordered) is None for each in room if each.status not in WAITING | IN_ROOM)


@given(waiting_rooms(), st.integers(0, 4), st.integers(-30, 150))
def test_somebody_new_changes_nobodys_order_among_the_others(room: list[Waiting], slot: int, came: int) -> None:
    before = order(room, LATE)
    newcomer = somebody(99, slot=slot, came=came)
    after = order([*room, newcomer], LATE)
    assert [each for each in after if each is not newcomer] == before


@given(waiting_rooms())
def test_who_is_with_the_doctor_stands_before_all_who_wait_and_who_missed_calls_behind(room: list[Waiting]) -> None:
    groups = [0 if each.status in IN_ROOM else 2 if each.missed_at else 1 for each in order(room, LATE)]
    assert groups == sorted(groups)


def test_the_earlier_slot_goes_first_whoever_checked_in_first() -> None:
    assert numbers(order([somebody(1, slot=1, came=-20), somebody(2, slot=0, came=5)], LATE)) == [2, 1]


def test_within_a_slot_the_first_to_check_in_goes_first() -> None:
    assert numbers(order([somebody(1, came=9), somebody(2, came=3)], LATE)) == [2, 1]


def test_at_the_same_minute_the_smaller_place_number_goes_first() -> None:
    assert numbers(order([somebody(2, came=3), somebody(1, came=3)], LATE)) == [1, 2]


def test_who_is_more_than_fifteen_minutes_late_goes_behind_those_of_the_same_slot() -> None:
    assert not is_late(NINE + minutes(15), NINE, LATE)
    assert is_late(NINE + minutes(15.1), NINE, LATE)
    room = [somebody(1, came=16), somebody(2, came=15), somebody(3, slot=1, came=0)]
    assert numbers(order(room, LATE)) == [2, 1, 3]


def test_who_missed_three_calls_comes_once_more_at_the_end() -> None:
    room = [somebody(1, came=-20, status=Status.NOT_PRESENT, missed=10), somebody(2, slot=4, came=30)]
    assert numbers(order(room, LATE)) == [2, 1]


def test_the_patient_with_the_doctor_counts_as_one_still_to_be_seen() -> None:
    room = [
        somebody(6, came=-5, status=Status.IN_VIDEO, called=20),
        somebody(7, came=0),
        somebody(8, came=1),
        somebody(9, slot=1, came=2, status=Status.BOOKED),
    ]
    assert ahead_of(UUID(int=8), order(room, LATE)) == 2


def test_who_is_booked_earlier_may_still_come_until_they_would_be_late() -> None:
    me = somebody(3, slot=2, came=0)
    absent = somebody(1, slot=0, came=None, status=Status.BOOKED)
    later = somebody(4, slot=3, came=None, status=Status.BOOKED)
    assert may_still_come(me, [me, absent, later], LATE, NINE + minutes(15)) == 1
    assert may_still_come(me, [me, absent, later], LATE, NINE + minutes(16)) == 0


def test_a_new_doctor_has_a_sensible_range_and_an_experienced_one_their_own() -> None:
    assert usual_length([], minutes(10)) == (minutes(8), minutes(15))
    short, long = usual_length([minutes(n) for n in (5, 6, 7, 8, 30)], minutes(10))
    assert (short, long) == (minutes(6), minutes(8))


def test_the_range_counts_what_the_patient_inside_has_already_used() -> None:
    inside = somebody(1, status=Status.IN_VIDEO, called=0)
    now = NINE + minutes(10)
    range_ = expected([inside, somebody(2)], 0, (minutes(8), minutes(12)), begins_at=now, now=now)
    assert range_.earliest == NINE + minutes(15)  # 8 more minutes, rounded down to five
    assert range_.latest == NINE + minutes(25)  # 2 and 12 more, rounded up


@given(st.integers(0, 9), st.integers(0, 4), st.integers(-60, 120))
def test_the_range_is_never_in_the_past_and_never_backwards(people: int, late_comers: int, begins: int) -> None:
    ahead = [somebody(n) for n in range(people)]
    found = expected(ahead, late_comers, (minutes(8), minutes(12)), begins_at=NINE + minutes(begins), now=NINE)
    assert NINE <= found.earliest <= found.latest
