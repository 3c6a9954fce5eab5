"""The parts that bound: the log, shared state, chat, rates, locks, reports, TURN credentials."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.chat import KEPT_BYTES, Chat, ChatLine
from signaling.errors import StateTooLarge, TooFast
from signaling.limits import Rate, Rates, Window
from signaling.one_at_a_time import OneAtATime
from signaling.push import Coalescer
from signaling.relay import EventLog
from signaling.reports import Reports
from signaling.seats import seat_id
from signaling.state import KEYS, SharedState, StateEntry
from signaling.turn import Turn

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def test_the_log_forgets_the_oldest_and_says_so() -> None:
    log = EventLog(1000, kept=3)
    for number in range(5):
        log.append("chat", {"n": number})
    assert [event.fields["n"] for event in log.since(1000)] == [2, 3, 4]
    assert not log.reaches_back_to(1001)
    assert log.reaches_back_to(1002)
    assert not log.reaches_back_to(1006)


def test_shared_state_takes_a_bounded_number_of_keys() -> None:
    state = SharedState()
    for number in range(KEYS):
        state.check(f"k{number}", 1)
        state.put(f"k{number}", StateEntry(1, "me", "tab", 0, number))
    state.check("k0", 2)
    with pytest.raises(StateTooLarge):
        state.check("one more", 1)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=200), st.integers(1, 20))
def test_no_window_of_a_second_holds_more_than_the_rate(instants: list[float], count: int) -> None:
    window = Window(Rate(count, 1))
    taken = [instant for instant in sorted(instants) if window.wait_s(instant) == 0]
    for start in taken:
        assert len([each for each in taken if start <= each < start + 1]) <= count
    assert taken


def test_an_event_over_its_own_rate_is_refused_though_the_socket_is_within_its() -> None:
    rates = Rates()
    for _ in range(24):
        rates.take("media:offer", 0)
    with pytest.raises(TooFast) as refused:
        rates.take("media:offer", 1)
    assert refused.value.members["retry_after_ms"] == 29_000
    rates.take("topic:unwatch", 1)
    rates.take("media:offer", 30)


def a_line(seq: int, text: str) -> ChatLine:
    return ChatLine(f"l{seq}", seq, NOW, "seat", "王秀英", f"c{seq}", text, None)


def test_a_snapshot_carries_the_newest_lines_that_fit() -> None:
    chat = Chat()
    chat.lines.extend(a_line(seq, "长" * 2000) for seq in range(1, 60))
    found = chat.since(0)
    assert 0 < len(found) < 59
    assert found[-1]["seq"] == 59
    assert sum(len(str(line).encode()) for line in found) <= KEPT_BYTES
    assert chat.since(58) == [a_line(59, "长" * 2000).wire()]


async def test_lines_are_kept_in_the_order_they_were_sent_and_once() -> None:
    chat, person, kept = Chat(), uuid4(), []

    async def keep(number: int) -> ChatLine:
        await asyncio.sleep(0.02 / number)
        kept.append(number)
        return a_line(number, "好")

    async def send(number: int) -> ChatLine:
        return await chat.once(person, f"c{number}", lambda: keep(number))

    answers = await asyncio.gather(*(send(number) for number in (1, 2, 3, 2, 1)))
    assert kept == [1, 2, 3]
    assert [answer.seq for answer in answers] == [1, 2, 3, 2, 1]
    await chat.finish()


async def test_a_line_that_failed_is_tried_anew() -> None:
    chat, person, tries = Chat(), uuid4(), 0

    async def keep() -> ChatLine:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionError
        return a_line(1, "好")

    with pytest.raises(ConnectionError):
        await chat.once(person, "c1", keep)
    assert (await chat.once(person, "c1", keep)).id == "l1"
    assert len(chat.lines) == 1


async def test_one_room_waits_for_itself_only_and_leaves_no_lock_behind() -> None:
    turns, order = OneAtATime(), []

    async def work(room: str, name: str, seconds: float) -> None:
        async with turns.hold(room):
            await asyncio.sleep(seconds)
            order.append(name)

    async with asyncio.timeout(5):
        await asyncio.gather(work("a", "a1", 0.05), work("a", "a2", 0), work("b", "b1", 0))
    assert order == ["b1", "a1", "a2"]
    assert len(turns) == 0


async def test_reports_are_made_in_order_and_tried_again() -> None:
    reports, made, tries = Reports(pause_s=0.01), [], 0

    async def second() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionError
        made.append("second")

    async def note(name: str) -> None:
        made.append(name)

    async def never() -> None:
        raise ValueError

    reports.start()
    reports.put("first", lambda: note("first"))
    reports.put("second", second)
    reports.put("never", never)
    reports.put("last", lambda: note("last"))
    await reports.stop()
    assert made == ["first", "second", "last"]
    assert reports.failed == 1


async def test_pushes_that_differ_within_the_gap_become_one_without_an_id() -> None:
    told: list[tuple[str, str | None]] = []
    coalescer = Coalescer(50, lambda topic, identifier: told.append((topic, identifier)))
    for identifier in ("a", "b", "c"):
        coalescer.add("queue:1", identifier)
    coalescer.add("queue:2", "c")
    assert told == [("queue:1", "a"), ("queue:2", "c")]
    coalescer.stop()
    assert told[2:] == [("queue:1", None)]


def test_a_seat_is_the_same_for_a_person_in_a_room_and_tells_nothing() -> None:
    person, room = uuid4(), "a-room-nobody-can-guess"
    assert seat_id(room, person) == seat_id(room, person)
    assert seat_id(room, person) != seat_id(room, uuid4())
    assert seat_id(room, person) != seat_id("another-room-entirely", person)
    assert len(seat_id(room, person)) == 16


def test_turn_credentials_are_what_coturn_computes_and_live_ten_minutes_at_most() -> None:
    assert Turn().ice_servers("m", NOW) == []
    assert Turn(urls=["turn:t"]).ice_servers("m", NOW) == []
    turn = Turn(urls=["turn:t"], secret="north", stun_urls=["stun:s"], lifetime=timedelta(days=1))
    stun, server = turn.ice_servers("meeting-9", NOW)
    assert stun == {"urls": ["stun:s"]}
    assert server["username"] == f"{int(NOW.timestamp()) + 600}:meeting-9"
    digest = hmac.new(b"north", server["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(server["credential"]) == digest
