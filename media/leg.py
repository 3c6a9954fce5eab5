"""A leg: one peer connection of a seat. Sorts what arrives to its sources, sends its lanes, and speaks RTCP both ways.

Rooms and who sees whom are in `node`; what a packet becomes on its way is in `forwarder`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from media import rtcp, rtp
from media.answer import LaneNumbers, write_answer
from media.engine import Wire
from media.forwarder import Feed, Output, Source
from media.metrics import COUNTED
from media.quality import QueueDelay, UplinkLimit
from media.rtp import Packet
from media.sdp import MID, SEND_TIME, UPLINK, Line, Offer
from media.timing import NodeClock, SenderClock

REPORT_EVERY_S = 1.0
_TROUBLED = 0.04
_MOST_STREAMS = 24  # SSRCs that one leg may use in its life
_MOST_RESENT = 100  # packets sent again for one report


class Leg:
    """One peer connection of a seat; `feeds` are the seat's own, lanes are linked by the room."""

    def __init__(self, name: str, offer: Offer, wire: Wire, clock: NodeClock, feeds: dict[str, Feed]) -> None:
        self.name = name
        self.offer = offer
        self.wire = wire
        self.may_send = {"audio": False, "video": False}
        self.on_first: Callable[[str], None] = _ignore_kind
        self._clock = clock
        self._feeds = feeds
        self._ssrc = _ssrc()
        self._sender = SenderClock()
        self._sources: dict[int, Source] = {}
        self._repeats: dict[int, Source] = {}  # RTX SSRC -> the source it repeats
        self._line_of = {
            ssrc: line for line in offer.lines[:3] for ssrc in (line.ssrc, line.rtx_ssrc) if ssrc is not None
        }
        self._mids = {line.mid.encode(): line for line in offer.lines[:3]}
        self._learned = 0
        self._delay = QueueDelay()
        self._limit = UplinkLimit()
        self._takes: int | None = None
        self._reported_at = clock.now()
        self._octets_before = 0
        self._started: set[str] = set()
        self.numbers = [LaneNumbers(_ssrc(), _ssrc(), _ssrc()) for _ in range(offer.lanes)]
        self.outputs = [self._lane(n) for n in range(offer.lanes)]
        self._by_ssrc = {output.ssrc: output for pair in self.outputs for output in pair}
        wire.on_rtp, wire.on_rtcp = self._rtp, self._rtcp

    def _lane(self, number: int) -> tuple[Output, Output]:
        audio, video = self.offer.lines[len(UPLINK) + 2 * number : len(UPLINK) + 2 * number + 2]
        ssrcs = self.numbers[number]
        return (
            Output("audio", ssrcs.audio, audio.payload_type, self._send),
            Output(
                "video",
                ssrcs.video,
                video.payload_type,
                self._send,
                rtx=(video.rtx_type, ssrcs.rtx) if video.rtx_type is not None else None,
                send_time_id=video.extensions.get(SEND_TIME),
            ),
        )

    def answer(self) -> str:
        """Binds the transport and writes the answer.

        Raises: NodeFull.
        """
        return write_answer(self.offer, self.wire.prepare(self.offer), self.numbers, self.cname)

    @property
    def cname(self) -> str:
        """The name under which lanes' audio and video belong together."""
        return f"lanes-{self._ssrc:08x}"

    def _send(self, packet: bytes) -> None:
        COUNTED.sent(len(packet))
        self.wire.send_rtp(packet)

    # what arrives

    def _rtp(self, data: bytes) -> None:
        COUNTED.received(len(data))
        try:
            packet = rtp.parse(data)
        except ValueError:
            return
        source = self._sources.get(packet.ssrc)
        if source is None:
            repeated = self._repeats.get(packet.ssrc) or self._learn(packet)
            if repeated is None:
                return
            if repeated.ssrc == packet.ssrc:
                source = repeated
            else:
                self._take_repeat(repeated, packet)
                return
        self._take(source, packet)

    def _take(self, source: Source, packet: Packet) -> None:
        if not self.may_send[source.kind]:
            return
        now = self._clock.now()
        if source.kind == "video" and packet.sequence & 3 == 0:
            self._note_delay(packet, now)
        starts_key = source.take(packet, now)
        if starts_key is None:
            return
        if source.kind not in self._started:
            self._started.add(source.kind)
            self.on_first(source.kind)
        self._feeds[source.kind].forward(source, packet, starts_key, now)

    def _take_repeat(self, source: Source, packet: Packet) -> None:
        payload = packet.payload
        line = self._line_of.get(source.ssrc)
        if len(payload) < 3 or line is None:
            return
        original = rtp.write(
            payload[2:],
            payload_type=line.payload_type,
            sequence=int.from_bytes(payload[:2], "big"),
            timestamp=packet.timestamp,
            ssrc=source.ssrc,
            marker=packet.marker,
        )
        self._take(source, rtp.parse(original))

    def _note_delay(self, packet: Packet, now: float) -> None:
        line = self._line_of.get(packet.ssrc)
        wanted = line.extensions.get(SEND_TIME) if line else None
        for number, value in rtp.extensions(packet):
            if number == wanted and len(value) == 3:
                self._delay.packet(int.from_bytes(value, "big"), now)

    def _learn(self, packet: Packet) -> Source | None:
        """The source of an SSRC seen for the first time, told by the offer or by the packet's MID."""
        line = self._line_of.get(packet.ssrc) or self._line_by_mid(packet)
        if line is None or self._learned >= _MOST_STREAMS:
            return None
        index = self.offer.lines.index(line)
        if packet.payload_type == line.payload_type:
            source = Source(line.kind, packet.ssrc, index, self._sender, self._ask_key_frame)
            self._sources[packet.ssrc] = source
            self._reported_at = min(self._reported_at, self._clock.now() - REPORT_EVERY_S)  # tell the limit at once
        elif packet.payload_type == line.rtx_type:
            found = [s for s in self._sources.values() if s.rank == index]
            if not found:
                return None
            source = found[-1]
            self._repeats[packet.ssrc] = source
        else:
            return None
        self._line_of[packet.ssrc] = line
        self._learned += 1
        return source

    def _line_by_mid(self, packet: Packet) -> Line | None:
        for number, value in rtp.extensions(packet):
            line = self._mids.get(value)
            if line is not None and line.extensions.get(MID) == number:
                return line
        return None

    def _rtcp(self, data: bytes) -> None:
        try:
            reports = rtcp.parse(data)
        except ValueError:
            return
        now = self._clock.now()
        for report in reports:
            self._hear(report, now)

    def _hear(self, report: rtcp.Report, now: float) -> None:
        match report:
            case rtcp.SenderReport():
                source = self._sources.get(report.ssrc)
                if source is not None:
                    source.clock.report(report.ntp, report.timestamp, now)
                self._hear_blocks(report.blocks)
            case rtcp.ReceiverReport():
                self._hear_blocks(report.blocks)
            case rtcp.Nack() if report.media_ssrc in self._by_ssrc:
                self._by_ssrc[report.media_ssrc].resend(report.lost[:_MOST_RESENT], now)
            case rtcp.KeyFrameRequest() if report.media_ssrc in self._by_ssrc:
                wanted = self._by_ssrc[report.media_ssrc].source
                if wanted is not None:
                    wanted.want_key_frame(now)
            case rtcp.BitrateLimit():
                self._takes = report.bitrate
            case _:
                pass

    def _hear_blocks(self, blocks: tuple[rtcp.Block, ...]) -> None:
        watched = sum(1 for _, video in self.outputs if video.source is not None) or 1
        for block in blocks:
            output = self._by_ssrc.get(block.ssrc)
            if output is not None:
                troubled = block.fraction / 256 > _TROUBLED
                output.takes = self._takes // watched if troubled and self._takes else None

    # what we say

    def _ask_key_frame(self, media_ssrc: int) -> None:
        COUNTED.key_frame_asked()
        self.wire.send_rtcp(rtcp.key_frame_request(self._ssrc, media_ssrc))

    def tick(self, now: float) -> None:
        """What is due: packets to ask for again, key frames still wanted, reports once a second."""
        for source in self._sources.values():
            source.tick(now)
            if len(source.missing):
                due = source.missing.due(now)
                if due:
                    COUNTED.asked_again(len(due))
                    self.wire.send_rtcp(rtcp.nack(self._ssrc, source.ssrc, due))
        if now - self._reported_at >= REPORT_EVERY_S:
            self._report(now)

    def _report(self, now: float) -> None:
        elapsed, self._reported_at = now - self._reported_at, now
        blocks = []
        for source in self._sources.values():
            clock = source.clock
            block = source.reception.block(clock.last_report, now - clock.last_report_at)
            if block is not None:
                blocks.append(block)
        said = rtcp.receiver_report(self._ssrc, blocks)
        videos = [source for source in self._sources.values() if source.kind == "video"]
        if videos:
            said += rtcp.bitrate_limit(
                self._ssrc, self._next_limit(videos, elapsed), [source.ssrc for source in videos]
            )
        self.wire.send_rtcp(said)
        for pair in self.outputs:
            self._report_lane(pair, now)

    def _next_limit(self, videos: list[Source], elapsed: float) -> int:
        octets = sum(source.reception.octets for source in videos)
        received = 8 * (octets - self._octets_before) / max(elapsed, 0.1)
        self._octets_before = octets
        takers = [output.takes for output in self._feeds["video"].outputs if output.takes is not None]
        return self._limit.step(
            loss=max(source.reception.fraction_lost for source in videos),
            queue_s=self._delay.interval(),
            received=received,
            takers=min(takers) if takers else None,
        )

    def _report_lane(self, pair: tuple[Output, Output], now: float) -> None:
        said = b""
        for output in pair:
            instant = output.report(now)
            if instant is not None:
                said += rtcp.sender_report(
                    output.ssrc,
                    ntp=instant[0],
                    timestamp=instant[1],
                    packets=output.packets,
                    octets=output.octets,
                    cname=self.cname,
                )
        if said:
            self.wire.send_rtcp(said)


def _ssrc() -> int:
    return secrets.randbelow(0xFFFFFFFE) + 1


def _ignore_kind(_: str) -> None:
    """Nobody listens yet."""
