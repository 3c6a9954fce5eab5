"""Forwarding: a source (one stream of one leg), a feed (what one seat sends of one kind), and an output (one half of a
lane of someone else). A packet keeps its payload; header numbers are rewritten so that a lane never sees its source change.

No sockets: a source asks and an output sends through functions given to it. Recording taps a feed.
"""

from __future__ import annotations

from collections.abc import Callable

from media import rtp, vp8
from media.reception import RING_SIZE, Missing, Reception, Ring
from media.rtp import Packet
from media.timing import SenderClock, StreamClock, middle, to_ntp

KEY_FRAME_PAUSE_S = 0.5
SCREEN_SILENT_S = 3.0
RATES = {"audio": 48000, "video": 90000}
_YOUNG = 2000
_AUDIO_RING = 64  # nobody asks for sound again; it only tells duplicates

Tap = Callable[[Packet, bool, "Source"], None]


class Source:
    """One received stream. `rank` orders video sources of a seat: the screen goes before the camera."""

    def __init__(
        self, kind: str, ssrc: int, rank: int, sender: SenderClock, ask_key_frame: Callable[[int], None]
    ) -> None:
        self.kind = kind
        self.ssrc = ssrc
        self.rank = rank
        self.clock = StreamClock(RATES[kind], sender)
        self.ring = Ring(RING_SIZE if kind == "video" else _AUDIO_RING)
        self.missing = Missing()
        self.reception = Reception(ssrc, RATES[kind])
        self.last_at = 0.0
        self._ask = ask_key_frame
        self._asked_at = -1.0
        self._key_wanted = False

    def take(self, packet: Packet, now: float) -> bool | None:
        """Notes a packet: None when it was here before, else whether it starts a key frame."""
        self.reception.add(packet, now)
        if not self.ring.add(packet):
            return None
        self.last_at = now
        if self.kind == "audio":
            return True
        self.missing.note(packet.sequence, now)
        starts_key = vp8.starts_key_frame(packet)
        if starts_key:
            self._key_wanted = False
        return starts_key

    def want_key_frame(self, now: float) -> None:
        """Asks for a key frame until one comes, at most every half second."""
        if self.kind == "video":
            self._key_wanted = True
            self.tick(now)

    def tick(self, now: float) -> None:
        """Repeats what is still wanted."""
        if self._key_wanted and now - self._asked_at >= KEY_FRAME_PAUSE_S:
            self._asked_at = now
            self._ask(self.ssrc)


class Feed:
    """What a seat sends of one kind, from whichever source speaks for it, to all outputs and the recorder's tap."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.source: Source | None = None
        self.outputs: list[Output] = []
        self.tap: Tap | None = None

    def forward(self, source: Source, packet: Packet, starts_key: bool, now: float) -> None:
        """Passes a packet on if its source speaks for the feed."""
        if source is not self.source and not self._changes_to(source, starts_key, now):
            return
        for output in self.outputs:
            output.write(source, packet, starts_key, now)
        if self.tap is not None:
            self.tap(packet, starts_key, source)

    def _changes_to(self, source: Source, starts_key: bool, now: float) -> bool:
        current = self.source
        if current is not None and source.rank < current.rank and now - current.last_at < SCREEN_SILENT_S:
            return False
        if not starts_key:
            source.want_key_frame(now)
            return False
        self.source = source
        return True

    def want_key_frame(self, now: float) -> None:
        """Someone began to watch, or lost the picture."""
        if self.source is not None:
            self.source.want_key_frame(now)

    def forget(self) -> None:
        """The leg ended: the next one's sources start afresh."""
        self.source = None


class Output:
    """Half of a lane towards one subscriber. Its SSRC and payload type never change, its source may."""

    def __init__(
        self,
        kind: str,
        ssrc: int,
        payload_type: int,
        send: Callable[[bytes], None],
        *,
        rtx: tuple[int, int] | None = None,
        send_time_id: int | None = None,
    ) -> None:
        self.kind = kind
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self._payload_type = payload_type
        self._send = send
        self._rtx = rtx  # (payload type, ssrc)
        self._rtx_sequence = ssrc & 0x7FFF
        self._send_time_id = send_time_id
        self._source: Source | None = None
        self._first: int | None = None  # of the present source; None once it is too long ago to compare
        self._age = 0
        self._sequence = ssrc >> 16 & 0x7FFF  # last sent; begins in the lower half so that SRTP's roll-over is plain
        self._sequence_shift = 0
        self._timestamp = ssrc & 0xFFFFFFFF
        self._timestamp_shift = 0
        self._sent_at: float | None = None
        self._picture = vp8.Numbers(None, None)
        self._picture_shift = (0, 0)
        self.takes: int | None = None  # bit/s that the subscriber can take of it, while it loses packets

    @property
    def source(self) -> Source | None:
        """Whose packets are being sent."""
        return self._source

    def stop(self) -> None:
        """Nothing more of the present source; the next one begins with a key frame."""
        self._source = None

    def write(self, source: Source, packet: Packet, starts_key: bool, now: float) -> None:
        """Sends the packet under this lane's numbers."""
        if source is not self._source:
            if not starts_key:
                source.want_key_frame(now)
                return
            self._begin(source, packet, now)
        elif self._first is not None and self._older_than_source(packet):
            return
        data = self._rewritten(packet, now)
        self.packets += 1
        self.octets += len(packet.data) - packet.payload_at
        self._sent_at = now
        self._send(data)

    def _begin(self, source: Source, packet: Packet, now: float) -> None:
        rate = RATES[self.kind]
        pause = rate // 50 if self._sent_at is None else max(1, int((now - self._sent_at) * rate))
        self._source = source
        self._first, self._age = packet.sequence, 0
        self._sequence_shift = self._sequence + 1 - packet.sequence
        self._timestamp_shift = self._timestamp + pause - packet.timestamp
        if self.kind == "video":
            self._picture_shift = self._renumbering(packet)

    def _renumbering(self, packet: Packet) -> tuple[int, int]:
        payload = packet.payload
        present = vp8.numbers(payload, vp8.describe(payload))
        before = self._picture
        picture = 0 if None in (before.picture, present.picture) else (before.picture or 0) + 1 - (present.picture or 0)
        layer = 0 if None in (before.layer, present.layer) else (before.layer or 0) + 1 - (present.layer or 0)
        return picture, layer

    def _older_than_source(self, packet: Packet) -> bool:
        self._age += 1
        if self._age > _YOUNG:
            self._first = None
            return False
        return rtp.newer(self._first or 0, packet.sequence)

    def _rewritten(self, packet: Packet, now: float) -> bytes:
        sequence = (packet.sequence + self._sequence_shift) & 0xFFFF
        timestamp = (packet.timestamp + self._timestamp_shift) & 0xFFFFFFFF
        if rtp.newer(sequence, self._sequence):
            self._sequence = sequence
            self._timestamp = timestamp
            if self.kind == "video" and packet.marker:
                self._note_numbers(packet)
        return rtp.write(
            self._payload(packet),
            payload_type=self._payload_type,
            sequence=sequence,
            timestamp=timestamp,
            ssrc=self.ssrc,
            marker=packet.marker,
            padded=packet.padded,
            extension=rtp.send_time_extension(self._send_time_id, now) if self._send_time_id else b"",
        )

    def _payload(self, packet: Packet) -> bytes:
        payload = packet.data[packet.payload_at :]
        if self._picture_shift == (0, 0):
            return payload
        try:
            return vp8.renumber(payload, *self._picture_shift)
        except ValueError:  # padding only
            return payload

    def _note_numbers(self, packet: Packet) -> None:
        payload = packet.data[packet.payload_at : packet.payload_at + 8]
        try:
            found = vp8.numbers(payload, vp8.describe(payload))
        except ValueError:
            return
        picture, layer = self._picture_shift
        self._picture = vp8.Numbers(
            None if found.picture is None else found.picture + picture,
            None if found.layer is None else found.layer + layer,
        )

    def resend(self, sequences: tuple[int, ...], now: float) -> int:
        """Sends lost packets again, as RTX where agreed; gives how many were still here."""
        found = 0
        for sequence in sequences:
            packet = self._source.ring.get((sequence - self._sequence_shift) & 0xFFFF) if self._source else None
            if packet is None:
                continue
            found += 1
            data = self._again(packet, sequence, now)
            self._send(data)
        return found

    def _again(self, packet: Packet, sequence: int, now: float) -> bytes:
        if self._rtx is None:
            return self._rewritten(packet, now)
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        return rtp.write(
            sequence.to_bytes(2, "big") + self._payload(packet),
            payload_type=self._rtx[0],
            sequence=self._rtx_sequence,
            timestamp=(packet.timestamp + self._timestamp_shift) & 0xFFFFFFFF,
            ssrc=self._rtx[1],
            marker=packet.marker,
            padded=packet.padded,
            extension=rtp.send_time_extension(self._send_time_id, now) if self._send_time_id else b"",
        )

    def report(self, now: float) -> tuple[int, int] | None:
        """(NTP, timestamp) of now for a sender report, from the source's own clock; None until that is known."""
        if self._source is None:
            return None
        timestamp = self._source.clock.timestamp_at(now)
        if timestamp is None:
            return None
        return to_ntp(now), (timestamp + self._timestamp_shift) & 0xFFFFFFFF

    def round_trip(self, last_sr: int, since_sr: int, now: float) -> float | None:
        """Seconds to the subscriber and back, from its receiver report."""
        if not last_sr:
            return None
        units = (middle(to_ntp(now)) - last_sr - since_sr) & 0xFFFFFFFF
        return units / 65536 if units < 60 * 65536 else None
