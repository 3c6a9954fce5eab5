"""What a lane's packets look like to its subscriber when sources come, lose packets, wrap and change."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from media import rtp, vp8
from media.forwarder import Feed, Output, Source
from media.timing import SenderClock, to_ntp

KEY = b"\x10\x00\x9d\x01\x2a\x40\x01\xf0\x00"  # descriptor (start), then a key frame's header
DELTA = b"\x10\x01\x00\x00\x00\x00"


@dataclass
class Sent:
    """What went out."""

    packets: list[rtp.Packet] = field(default_factory=list)

    def __call__(self, data: bytes) -> None:
        self.packets.append(rtp.parse(data))


class Camera:
    """A source and its packets, numbered from anywhere."""

    def __init__(self, ssrc: int, sequence: int, timestamp: int, *, rank: int = 1, picture: int | None = None) -> None:
        self.asked: list[int] = []
        self.clock = SenderClock()
        self.source = Source("video", ssrc, rank, self.clock, self.asked.append)
        self.sequence = sequence
        self.timestamp = timestamp
        self.picture = picture

    def packet(self, *, key: bool = False, marker: bool = True) -> rtp.Packet:
        """The next frame, of one packet."""
        payload = KEY if key else DELTA
        if self.picture is not None:
            number = (0x8000 | self.picture & 0x7FFF).to_bytes(2, "big")
            payload = bytes([payload[0] | 0x80, 0x80]) + number + payload[1:]
            self.picture += 1
        made = rtp.parse(
            rtp.write(
                payload,
                payload_type=120,
                sequence=self.sequence & 0xFFFF,
                timestamp=self.timestamp & 0xFFFFFFFF,
                ssrc=self.source.ssrc,
                marker=marker,
            )
        )
        self.sequence += 1
        self.timestamp += 3000
        return made

    def send(self, feed: Feed, now: float, *, key: bool = False) -> rtp.Packet:
        """The next frame, received and forwarded."""
        packet = self.packet(key=key)
        starts = self.source.take(packet, now)
        if starts is not None:
            feed.forward(self.source, packet, starts, now)
        return packet


def a_lane(feed: Feed) -> tuple[Output, Sent]:
    sent = Sent()
    output = Output("video", 0xABCD1234, 96, sent)
    feed.outputs.append(output)
    return output, sent


@given(
    first=st.integers(0, 65535),
    second=st.integers(0, 65535),
    stamps=st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    counts=st.tuples(st.integers(1, 80), st.integers(1, 80)),
)
def test_numbers_go_on_without_a_seam_when_the_source_changes(
    first: int, second: int, stamps: tuple[int, int], counts: tuple[int, int]
) -> None:
    feed = Feed("video")
    output, sent = a_lane(feed)
    now = 0.0
    for camera, count in (
        (Camera(1, first, stamps[0]), counts[0]),
        (Camera(2, second, stamps[1]), counts[1]),
    ):
        feed.forget()
        for n in range(count):
            now += 1 / 30
            camera.send(feed, now, key=n == 0)
    assert len(sent.packets) == sum(counts)
    assert {packet.ssrc for packet in sent.packets} == {output.ssrc}
    assert {packet.payload_type for packet in sent.packets} == {96}
    for before, after in zip(sent.packets, sent.packets[1:], strict=False):
        assert rtp.sequence_step(after.sequence, before.sequence) == 1
        assert 2900 <= rtp.timestamp_step(after.timestamp, before.timestamp) <= 3100


def test_a_lane_begins_with_a_key_frame_and_asks_for_it_at_most_twice_a_second() -> None:
    feed, camera = Feed("video"), Camera(1, 10, 10)
    camera.send(feed, 0.0, key=True)
    _, sent = a_lane(feed)
    feed.want_key_frame(0.1)
    for n in range(1, 31):
        camera.send(feed, n / 30)
        camera.source.tick(n / 30)
    assert sent.packets == []
    assert camera.asked == [1, 1]
    camera.send(feed, 1.1, key=True)
    camera.send(feed, 1.2)
    camera.source.tick(3.0)
    assert len(sent.packets) == 2
    assert camera.asked == [1, 1], "who has a picture asks no more"


def test_a_packet_that_comes_late_keeps_its_place() -> None:
    feed, camera = Feed("video"), Camera(1, 65534, 0)
    _, sent = a_lane(feed)
    camera.send(feed, 0.0, key=True)
    late = camera.packet()
    camera.send(feed, 0.1)
    assert camera.source.take(late, 0.2) is False
    feed.forward(camera.source, late, False, 0.2)
    assert camera.source.take(late, 0.3) is None, "the same packet again is no news"
    first, third, second = sent.packets
    assert rtp.sequence_step(second.sequence, first.sequence) == 1
    assert rtp.sequence_step(third.sequence, first.sequence) == 2


def test_nothing_older_than_the_source_s_first_packet_slips_in() -> None:
    feed, camera = Feed("video"), Camera(1, 100, 0)
    old = camera.packet()
    _, sent = a_lane(feed)
    camera.send(feed, 0.0, key=True)
    camera.source.take(old, 0.1)
    feed.forward(camera.source, old, False, 0.1)
    assert len(sent.packets) == 1


def test_what_the_subscriber_lost_is_sent_again_under_its_numbers() -> None:
    feed, camera = Feed("video"), Camera(1, 65000, 5)
    sent = Sent()
    output = Output("video", 0x11112222, 96, sent, rtx=(97, 0x33334444))
    feed.outputs.append(output)
    for n in range(700):
        camera.send(feed, n / 30, key=n == 0)
    lost = sent.packets[600]
    gone = sent.packets.copy()
    sent.packets.clear()
    assert output.resend((lost.sequence,), 30.0) == 1
    [repeat] = sent.packets
    assert (repeat.payload_type, repeat.ssrc, repeat.timestamp) == (97, 0x33334444, lost.timestamp)
    assert int.from_bytes(repeat.payload[:2], "big") == lost.sequence
    assert repeat.payload[2:] == lost.payload
    plain = Output("video", 5, 96, sent)
    feed.outputs.append(plain)
    camera.send(feed, 31.0, key=True)
    camera.send(feed, 31.1)
    sent.packets.clear()
    assert plain.resend((plain._sequence,), 31.2) == 1
    assert sent.packets[0].ssrc == 5
    assert output.resend((gone[0].sequence - 1000 & 0xFFFF,), 32.0) == 0


def test_a_screen_goes_before_the_camera_and_gives_the_lane_back() -> None:
    feed = Feed("video")
    camera, screen = Camera(1, 0, 0, rank=1), Camera(2, 0, 0, rank=2)
    _, sent = a_lane(feed)
    camera.send(feed, 0.0, key=True)
    screen.send(feed, 0.1)
    assert screen.asked == [2], "a screen is shown from a key frame on"
    screen.send(feed, 0.2, key=True)
    camera.send(feed, 0.3, key=True)
    screen.send(feed, 0.4)
    assert feed.source is screen.source
    assert len(sent.packets) == 3
    camera.send(feed, 5.0)
    assert camera.asked == [1], "the screen is silent: a key frame of the camera is wanted"
    camera.send(feed, 5.1, key=True)
    assert feed.source is camera.source
    assert len(sent.packets) == 4


def test_picture_numbers_go_on_when_the_source_changes() -> None:
    feed = Feed("video")
    _, sent = a_lane(feed)
    now = 0.0
    for camera in (Camera(1, 5, 5, picture=32760), Camera(2, 9, 9, picture=77)):
        feed.forget()
        for n in range(12):
            now += 0.1
            camera.send(feed, now, key=n == 0)
    pictures = [vp8.numbers(p.payload, vp8.describe(p.payload)).picture for p in sent.packets]
    assert pictures == [(32760 + n) & 0x7FFF for n in range(24)]


def test_a_sender_report_keeps_audio_and_video_of_a_lane_in_step() -> None:
    clock = SenderClock()
    outputs = {}
    for kind, rate, start in (("audio", 48000, 1000), ("video", 90000, 4_000_000_000)):
        source = Source(kind, rate, 0, clock, lambda _: None)
        # sent at 100.0 and 100.5 on the sender's clock, which is 1000 s behind the node's; 20 ms on the way
        source.clock.report(to_ntp(100.0), start, 1100.02)
        source.clock.report(to_ntp(100.5), (start + rate // 2) & 0xFFFFFFFF, 1100.52)
        sent = Sent()
        output = Output(kind, 0x55550000 + rate, 96, sent)
        feed = Feed(kind)
        feed.outputs.append(output)
        payload = KEY if kind == "video" else b"opus"
        stamp = (start + rate) & 0xFFFFFFFF  # sampled at 101.0
        packet = rtp.parse(rtp.write(payload, payload_type=96, sequence=1, timestamp=stamp, ssrc=rate, marker=True))
        feed.forward(source, packet, bool(source.take(packet, 1101.03)), 1101.03)
        outputs[kind] = (output.report(1101.52), sent.packets[0].timestamp, rate)
    for report, stamp, rate in outputs.values():
        assert report is not None
        ntp, timestamp = report
        assert ntp == to_ntp(1101.52)
        # 1101.52 here is 101.5 there: half a second after the packet was sampled, for both
        assert abs(rtp.timestamp_step(timestamp, stamp) - rate // 2) <= 2


def test_before_the_source_s_own_report_nothing_is_claimed() -> None:
    feed, camera = Feed("video"), Camera(1, 0, 0)
    output, _ = a_lane(feed)
    camera.send(feed, 0.0, key=True)
    assert output.report(1.0) is None
    camera.source.clock.report(0, 77, 1.0)
    assert output.report(1.0) is None, "NTP 0 says nothing"
