"""From packets to frames in order: VP8's descriptor, late packets, losses, and where frames lie in time."""

from __future__ import annotations

import random

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from media import rtp, vp8
from media.forwarder import Source
from media.jitter import Pictures, Reorder
from media.timing import NodeClock, SenderClock, StreamClock, from_ntp, to_ntp
from media.track import TrackRecorder

KEY_FRAME = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01" + bytes(30)
DELTA_FRAME = b"\x11\x02\x00" + bytes(30)

numbers = st.one_of(st.none(), st.integers(0, 0x7FFF))


@given(
    st.booleans(),
    st.integers(0, 7),
    numbers,
    st.one_of(st.none(), st.integers(0, 255)),
    st.booleans(),
    st.binary(min_size=1),
)
def test_a_descriptor_is_read_as_another_library_wrote_it(
    starts: bool, part: int, picture: int | None, layer: int | None, key_index: bool, frame: bytes
) -> None:
    written = VpxPayloadDescriptor(
        int(starts), part, picture, layer, tid=(1, 0) if layer is not None else None, keyidx=3 if key_index else None
    )
    payload = bytes(written) + frame
    found = vp8.describe(payload)
    assert payload[found.size :] == frame
    assert found.starts_frame == (starts and part == 0)
    assert vp8.numbers(payload, found) == vp8.Numbers(picture, layer)


@given(st.integers(0, 0x7FFF), st.integers(0, 255), st.integers(-40000, 40000), st.integers(-300, 300))
def test_renumbering_changes_the_numbers_and_nothing_else(picture: int, layer: int, by: int, layer_by: int) -> None:
    payload = bytes(VpxPayloadDescriptor(1, 0, picture, layer, tid=(0, 1))) + KEY_FRAME
    changed = vp8.renumber(payload, by, layer_by)
    found = vp8.describe(changed)
    assert vp8.numbers(changed, found) == vp8.Numbers((picture + by) & 0x7FFF, (layer + layer_by) & 0xFF)
    assert changed[found.size :] == KEY_FRAME
    assert len(changed) == len(payload)


@given(st.binary(max_size=12))
def test_no_bytes_break_the_descriptor_s_reader(data: bytes) -> None:
    try:
        found = vp8.describe(data)
    except ValueError:
        return
    assert found.size < len(data)


def test_a_key_frame_says_its_size_and_another_does_not() -> None:
    assert vp8.dimensions(KEY_FRAME) == (640, 480)
    assert vp8.dimensions(DELTA_FRAME) is None
    assert vp8.starts_key_frame(a_packet(1, b"\x10" + KEY_FRAME))
    assert not vp8.starts_key_frame(a_packet(1, b"\x10" + DELTA_FRAME))
    assert not vp8.starts_key_frame(a_packet(1, b"\x00" + KEY_FRAME)), "only its first packet"


def a_packet(sequence: int, payload: bytes, *, timestamp: int = 0, marker: bool = False) -> rtp.Packet:
    data = rtp.write(
        payload, payload_type=96, sequence=sequence & 0xFFFF, timestamp=timestamp & 0xFFFFFFFF, ssrc=1, marker=marker
    )
    return rtp.parse(data)


def a_picture(sequence: int, frame: bytes, timestamp: int) -> list[rtp.Packet]:
    """A frame in three packets."""
    parts = [frame[:12], frame[12:20], frame[20:]]
    heads = [b"\x10", b"\x00", b"\x00"]
    return [a_packet(sequence + n, heads[n] + part, timestamp=timestamp, marker=n == 2) for n, part in enumerate(parts)]


@given(st.integers(0, 65535), st.randoms(use_true_random=False))
def test_packets_shuffled_a_little_come_out_in_order(start: int, dice: random.Random) -> None:
    packets = [a_packet(start + n, b"x", timestamp=n) for n in range(100)]
    shuffled = [packets[0], *sorted(packets[1:], key=lambda p: p.timestamp + dice.uniform(0, 8))]
    reorder = Reorder(1.0)
    given_out = [packet for each in shuffled for packet in reorder.add(each, 0.0)]
    assert given_out == packets


def test_a_loss_is_waited_for_and_then_said_once() -> None:
    reorder = Reorder(0.5)
    assert [p.sequence for p in reorder.add(a_packet(1, b"x"), 0.0) if p] == [1]
    for sequence in (4, 5):
        assert reorder.add(a_packet(sequence, b"x"), 0.1) == []
    assert reorder.overdue(0.5) == []
    lost, *rest = reorder.overdue(0.7)
    assert lost is None
    assert [p.sequence for p in rest if p] == [4, 5]
    assert reorder.add(a_packet(2, b"x"), 0.8) == [], "too late"
    assert [p.sequence for p in reorder.add(a_packet(6, b"x"), 0.9) if p] == [6]


def test_a_sender_that_begins_anew_is_followed() -> None:
    reorder = Reorder(0.5)
    reorder.add(a_packet(1, b"x"), 0.0)
    lost, first = reorder.add(a_packet(30000, b"x"), 0.1)
    assert lost is None
    assert first is not None
    assert first.sequence == 30000


def test_pictures_are_put_together_and_begin_with_a_key_frame() -> None:
    pictures = Pictures()
    for packet in a_picture(1, DELTA_FRAME, 100):
        assert pictures.add(packet, 0.0) is None
    assert pictures.needs_key
    frames = [pictures.add(packet, 0.0) for packet in a_picture(4, KEY_FRAME, 200)]
    assert frames[:2] == [None, None]
    assert frames[2] is not None
    assert (frames[2].data, frames[2].is_key, frames[2].timestamp) == (KEY_FRAME, True, 200)


def test_after_a_loss_nothing_is_shown_until_the_next_key_frame() -> None:
    pictures = Pictures()
    whole = [p for n, frame in enumerate((KEY_FRAME, DELTA_FRAME)) for p in a_picture(n * 3, frame, n)]
    assert sum(pictures.add(p, 0.0) is not None for p in whole) == 2
    first, _, last = a_picture(10, DELTA_FRAME, 10)
    pictures.add(first, 0.0)
    pictures.lose()
    assert pictures.add(last, 0.0) is None
    assert pictures.needs_key
    assert all(pictures.add(p, 0.0) is None for p in a_picture(20, DELTA_FRAME, 20))
    assert [pictures.add(p, 0.0) is not None for p in a_picture(30, KEY_FRAME, 30)] == [False, False, True]


def test_ntp_goes_there_and_back() -> None:
    assert from_ntp(to_ntp(1_800_000_000.25)) == pytest.approx(1_800_000_000.25, abs=1e-6)


def test_the_node_s_clock_never_steps_back() -> None:
    clock = NodeClock()
    seen = [clock.now() for _ in range(1000)]
    assert seen == sorted(seen)
    assert abs(clock.now_ms() / 1000 - clock.now()) < 0.01


@given(st.integers(0, 2**32 - 1), st.floats(-1e6, 1e6), st.lists(st.floats(0, 0.2), min_size=2, max_size=20))
def test_a_stream_s_instants_are_the_least_delayed_report_s(start: int, apart: float, delays: list[float]) -> None:
    sender = SenderClock()
    stream = StreamClock(90000, sender)
    base = 1_800_000_000.0
    for n, delay in enumerate(delays):
        sent = base + n
        stream.report(to_ntp(sent), (start + n * 90000) & 0xFFFFFFFF, sent + apart + delay)
    instant = stream.instant((start + 45000) & 0xFFFFFFFF)
    assert instant == pytest.approx(base + 0.5 + apart + min(delays), abs=1e-3)
    assert (
        stream.timestamp_at(instant or 0.0) == pytest.approx((start + 45000) & 0xFFFFFFFF, abs=2)
        or start > 2**32 - 10**7
    )


def test_two_people_s_frames_of_one_instant_lie_at_one_instant() -> None:
    placed = []
    for apart, start in ((-4000.0, 17), (+250.0, 4_294_960_000)):  # their clocks are wrong by this much
        sender = SenderClock()
        source = Source("audio", 1, 0, sender, lambda _: None)
        track = TrackRecorder("audio", 1000.0)
        for n in range(150):  # 3 s of 20 ms frames; reports at 0.5 and 2 s, 30 ms on the way
            true = 1000.0 + n * 0.02
            if n in (25, 100):
                source.clock.report(to_ntp(true + apart + 10_000), (start + n * 960) & 0xFFFFFFFF, true + 0.03)
            packet = a_packet(n, b"opus", timestamp=start + n * 960)
            track.add(packet, source, true + 0.03 + (n % 5) * 0.004)
        instants = [track.place(*held) for held in track.held]
        assert len(instants) == 150
        assert instants == sorted(instants)
        placed.append(instants)
    for one, other in zip(*placed, strict=True):
        assert abs(one - other) <= 2


def test_no_frame_is_placed_after_it_arrived_even_if_every_report_was_late() -> None:
    source = Source("audio", 1, 0, SenderClock(), lambda _: None)
    source.clock.report(to_ntp(5000.0), 0, 1000.4)  # 400 ms late; the frames come at once
    track = TrackRecorder("audio", 1000.0)
    for n in range(50):
        track.add(a_packet(n, b"opus", timestamp=n * 960), source, 1000.0 + n * 0.02)
    arrived = [frame.arrived for frame, _, _ in track.held]
    placed = [track.place(*held) / 1000 for held in list(track.held)]
    assert all(at <= was_here + 0.002 for at, was_here in zip(placed, arrived, strict=True))


def test_a_gap_says_whether_nothing_was_sent_or_something_was_lost() -> None:
    source = Source("audio", 1, 0, SenderClock(), lambda _: None)
    source.clock.report(to_ntp(1000.0), 0, 1000.0)
    track = TrackRecorder("audio", 1000.0)
    seconds = {0: 0, 1: 1, 2: 5, 3: 6, 9: 9, 10: 10}  # sequence -> second; 4..8 never came
    for sequence, second in seconds.items():
        for part in range(50):
            number = sequence * 50 + part
            stamp = second * 48000 + part * 960
            track.add(a_packet(number, b"opus", timestamp=stamp), source, 1000.0 + second + part * 0.02)
        track.overdue(1000.0 + second + 1.0)
    for held in track.held:
        track.place(*held)
    found = [(gap.from_ // 1000, gap.to // 1000 if gap.to else None, gap.reason) for gap in track.gaps_until(1020.0)]
    assert found == [(1001, 1005, "not-sent"), (1006, 1009, "lost"), (1010, 1020, "not-sent")]
