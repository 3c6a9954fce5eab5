"""Lanes, limits, events and the offer's form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from media.answer import LaneNumbers, TransportDescription, write_answer
from media.engine import check_contract
from media.events import EventLog
from media.lanes import Lanes
from media.messages import OfferBody
from media.quality import CEILING, FLOOR, QueueDelay, UplinkLimit
from media.sample_peer import SamplePeer
from media.sdp import Offer, OfferUnfit, parse_offer


def test_who_comes_back_finds_the_old_lane() -> None:
    lanes = Lanes(3)
    assert [lanes.put(seat) for seat in "abc"] == [0, 1, 2]
    assert lanes.put("d") is None
    lanes.free("b")
    lanes.free("a")
    assert lanes.put("a") == 0
    assert lanes.put("b") == 1
    assert lanes.shown() == {"a": 0, "b": 1, "c": 2}


def test_a_newcomer_takes_the_lane_that_nobody_may_come_back_to() -> None:
    lanes = Lanes(3)
    lanes.put("a")
    lanes.free("a")
    assert lanes.put("b") == 1
    assert lanes.put("c") == 2
    assert lanes.put("d") == 0


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefg")), max_size=60), st.integers(1, 5))
def test_a_lane_never_shows_two_and_a_seat_is_never_in_two(steps: list[tuple[bool, str]], count: int) -> None:
    lanes, there = Lanes(count), set[str]()
    for comes, seat in steps:
        before = lanes.shown()
        if comes:
            lane = lanes.put(seat)
            assert (lane is None) == (seat not in there and len(there) == count)
            there |= {seat} if lane is not None else set()
        else:
            assert (lanes.free(seat) is None) == (seat not in there)
            there.discard(seat)
        shown = lanes.shown()
        assert set(shown) == there
        assert len(set(shown.values())) == len(shown)
        assert all(shown[other] == lane for other, lane in before.items() if other in shown and other != seat)


def test_a_good_line_is_given_more_and_a_bad_one_less_but_never_below_the_floor() -> None:
    limit = UplinkLimit(start=500_000)
    for _ in range(60):
        limit.step(loss=0.0, queue_s=0.0, received=400_000, takers=None)
    assert limit.bitrate == CEILING
    assert limit.step(loss=0.3, queue_s=0.0, received=2_000_000, takers=None) == int(CEILING * 0.85)
    assert limit.step(loss=0.0, queue_s=0.5, received=600_000, takers=None) == 510_000
    assert limit.step(loss=0.0, queue_s=0.0, received=600_000, takers=300_000) == 300_000
    for _ in range(60):
        limit.step(loss=0.5, queue_s=1.0, received=10_000, takers=None)
    assert limit.bitrate == FLOOR


@given(st.floats(0, 60), st.integers(0, 2**24 - 1))
def test_a_growing_queue_is_seen_and_an_even_delay_is_none(delay: float, start: int) -> None:
    queue = QueueDelay()

    def second(n: int, waiting: float) -> float:
        for k in range(20):
            send = n + k / 20
            stamp = (start + int(send * 262144)) & 0xFFFFFF
            queue.packet(stamp, send + delay + waiting)
        return queue.interval()

    assert all(second(n, 0.0) < 0.001 for n in range(5))
    assert second(5, 0.2) == pytest.approx(0.2, abs=0.01)
    assert second(6, 0.0) < 0.001


def test_late_readers_of_events_catch_up_within_the_bound() -> None:
    log = EventLog(keep=5)
    for n in range(8):
        log.tell("seat-connected", at=n, room="r", seat=str(n))
    assert [event.n for event in log.since(0)] == [4, 5, 6, 7, 8]
    assert [event.n for event in log.since(6)] == [7, 8]
    assert log.since(8) == []


async def test_a_reader_who_waits_is_woken_and_told_when_nothing_happens() -> None:
    log = EventLog()
    reading = log.follow(0, tick_s=0.05)
    assert await anext(reading) is None
    waiting = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    log.tell("room-closed", at=1, room="r")
    event = await waiting
    assert event is not None
    assert event.kind == "room-closed"
    await reading.aclose()  # type: ignore[attr-defined]  # an async generator


@pytest.fixture
async def sdp() -> str:
    """An offer of a real peer, for a room of three."""
    peer = SamplePeer(3)
    offer = await peer.offer()
    await peer.close()
    return offer


def transport() -> TransportDescription:
    return TransportDescription("user", "p" * 22, ":".join(["AB"] * 32), "active", ["1 1 udp 1 127.0.0.1 9 typ host"])


async def test_an_offer_of_the_contract_is_read_and_answered_line_by_line(sdp: str) -> None:
    offer = parse_offer(sdp)
    assert offer.lanes == 2
    assert [line.kind for line in offer.lines] == ["audio", "video", "video", *["audio", "video"] * 2]
    assert offer.lines[1].rtx_type is not None
    answer = write_answer(offer, transport(), [LaneNumbers(1, 2, 3), LaneNumbers(4, 5, 6)], "lanes")
    sections = answer.split("m=")[1:]
    assert len(sections) == 7
    assert ["a=recvonly" in section for section in sections] == [True] * 3 + [False] * 4
    assert ["a=sendonly" in section for section in sections] == [False] * 3 + [True] * 4
    assert "a=ssrc:5 cname:lanes" in sections[6]


REFUSED: dict[str, Callable[[str], str]] = {
    "empty": lambda s: "",
    "only a session": lambda s: s.split("m=")[0],
    "the camera first": lambda s: "m=".join([s.split("m=")[0], *sorted(s.split("m=")[1:], reverse=True)]),
    "no camera": lambda s: "m=".join(part for n, part in enumerate(s.split("m=")) if n != 2),
    "half a lane": lambda s: "m=".join(s.split("m=")[:-1]),
    "lanes that would send": lambda s: s.replace("a=recvonly", "a=sendrecv"),
    "no password": lambda s: s.replace("a=ice-pwd", "a=x"),
    "a short password": lambda s: s.replace("a=ice-pwd:", "a=ice-pwd:abc\r\na=x:"),
    "no fingerprint": lambda s: s.replace("a=fingerprint", "a=x"),
    "no bundle": lambda s: s.replace("a=group:BUNDLE", "a=x"),
    "a mid twice": lambda s: s.replace("a=mid:1", "a=mid:0"),
    "no Opus": lambda s: s.replace("opus/48000", "speex/8000"),
    "no VP8": lambda s: s.replace("VP8/90000", "AV1/90000"),
    "an application line": lambda s: s + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:9\r\n",
    "too long": lambda s: s + "a=x:" + "y" * 70000,
}


@pytest.mark.parametrize("how", REFUSED)
async def test_an_offer_of_another_form_is_refused_with_a_reason(sdp: str, how: str) -> None:
    assert isinstance(parse_offer(sdp), Offer)
    with pytest.raises(OfferUnfit, match=r"\w+ \w+"):
        parse_offer(REFUSED[how](sdp))


@given(st.text(max_size=300))
def test_no_text_breaks_the_offer_s_reader(text: str) -> None:
    with pytest.raises(OfferUnfit):
        parse_offer(text)


@given(st.data())
def test_an_offer_cut_or_damaged_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    lines = data.draw(st.permutations(_DAMAGED)) if data.draw(st.booleans()) else _DAMAGED
    keep = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    try:
        parse_offer("\r\n".join(line for line, kept in zip(lines, keep, strict=True) if kept))
    except OfferUnfit:
        return


_DAMAGED = [
    *("v=0", "a=group:BUNDLE 0 1 2", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=rtpmap:111 opus/48000/2"),
    *("a=ice-ufrag:abcd", "a=ice-pwd:" + "x" * 22, "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=setup:actpass"),
    *("a=fmtp:111 minptime=10", "a=ssrc:1 cname:x", "a=sendonly", "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=mid:1"),
    *(
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=ssrc-group:FID 2 3",
        "a=rtcp-fb:96 nack",
    ),
    *(
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "a=mid:2",
        "a=rtpmap:96 VP8/90000",
    ),
]


def test_the_installed_aiortc_is_the_one_that_was_read() -> None:
    check_contract()


def test_a_key_is_never_shown() -> None:
    key = "A" * 43 + "="
    body = OfferBody.model_validate({"sdp": "x", "capacity": 2, "leg": "l", "record": {"recording": "r", "key": key}})
    assert body.record is not None
    assert len(body.record.key_bytes) == 32
    assert key not in repr(body)
    assert key not in str(body)
    with pytest.raises(ValidationError):
        OfferBody.model_validate({"sdp": "x", "capacity": 2, "leg": "l", "record": {"recording": "r", "key": "AAAA"}})
