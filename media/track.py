"""One track of a recording: its frames in order, where each lies in time, and every gap with its reason. Writes nothing."""

from __future__ import annotations

from collections import deque

from media.forwarder import Source
from media.jitter import Frame, Pictures, Reorder
from media.manifest import GAP_MS, Gap, Reason, Track
from media.rtp import Packet, timestamp_step
from media.vp8 import dimensions

_PATIENCE_S = {"audio": 0.2, "video": 1.0}
_MOST_GAPS = 2000
_SLEW_S = 0.0005
_JUMP_S = 0.25


class TrackRecorder:
    """One track of a leg: order, pictures, instants and gaps."""

    def __init__(self, kind: str, started: float) -> None:
        self.kind = kind
        self.track = Track(kind=kind, codec="opus" if kind == "audio" else "vp8")
        self.gaps: list[Gap] = []
        self.held: deque[tuple[Frame, Source, Reason]] = deque()  # why the time before it may be empty
        self.placing = False  # frames go out as they come
        self._reorder = Reorder(_PATIENCE_S[kind])
        self._pictures = Pictures()
        self._source: Source | None = None
        self._lost = False
        self._why: Reason = "not-sent"
        self._started = started
        self._last = started  # instant of the last frame, or of the start
        self._anchor: tuple[int, float] | None = None

    def add(self, packet: Packet, source: Source, now: float) -> None:
        """Takes a packet that was forwarded."""
        if source is not self._source:
            self._drain(self._reorder.flush(), now)
            self._reorder = Reorder(_PATIENCE_S[self.kind])
            self._pictures = Pictures()
            self._source, self._anchor = source, None
        self._drain(self._reorder.add(packet, now), now)

    def overdue(self, now: float) -> None:
        """Gives up what does not come."""
        self._drain(self._reorder.overdue(now), now)

    def interrupt(self, why: Reason) -> None:
        """No frames from here on for this reason; the next picture is a key frame."""
        self._reorder = Reorder(_PATIENCE_S[self.kind])
        self._pictures.lose()
        self._why = why

    def _drain(self, packets: list[Packet | None], now: float) -> None:
        for packet in packets:
            if packet is None:
                self._lose(now)
            elif self.kind == "audio":
                if packet.payload:
                    self._frame(Frame(packet.timestamp, packet.payload, True, now))
            else:
                frame = self._pictures.add(packet, now)
                if frame is not None:
                    self._frame(frame)
                elif self._pictures.needs_key and self._source is not None:
                    self._source.want_key_frame(now)

    def _lose(self, now: float) -> None:
        self._lost = True
        if self.kind == "video":
            self._pictures.lose()
            if self._source is not None:
                self._source.want_key_frame(now)

    def _frame(self, frame: Frame) -> None:
        if self._source is not None:
            self.held.append((frame, self._source, self._why_empty))
            self._lost, self._why = False, "not-sent"
            self._source.clock.heard(frame.timestamp, frame.arrived)

    @property
    def _why_empty(self) -> Reason:
        return "lost" if self._lost and self._why == "not-sent" else self._why

    def begin_placing(self) -> None:
        """Frames go out as they come from here on; what those held say of the sender's clock is taken in first."""
        self.placing = True
        for frame, source, _ in self.held:
            source.clock.heard(frame.timestamp, frame.arrived)

    def place(self, frame: Frame, source: Source, why: Reason) -> int:
        """When the frame belongs, in ms since 1970; notes track and gaps. Instants of a track always rise."""
        at = max(self._instant(frame, source), self._last + 0.001)
        self._note_gap(at, why)
        at_ms = round(at * 1000)
        track = self.track
        track.frames += 1
        if track.first_ms is None:
            track.first_ms, track.offset_ms = at_ms, at_ms - round(self._started * 1000)
        track.last_ms = at_ms
        size = dimensions(frame.data) if self.kind == "video" else None
        if size is not None:
            track.width, track.height = max(track.width or 0, size[0]), max(track.height or 0, size[1])
        self._last = at
        return at_ms

    def _instant(self, frame: Frame, source: Source) -> float:
        measured = source.clock.instant(frame.timestamp)
        if self._anchor is None:
            placed = frame.arrived if measured is None else measured
        else:
            placed = self._anchor[1] + timestamp_step(frame.timestamp, self._anchor[0]) / source.clock.rate
            if measured is not None:
                off = measured - placed
                placed = measured if abs(off) > _JUMP_S else placed + max(-_SLEW_S, min(off, _SLEW_S))
        self._anchor = (frame.timestamp, placed)
        return placed

    def _note_gap(self, until: float, why: Reason) -> None:
        if (until - self._last) * 1000 > GAP_MS and len(self.gaps) < _MOST_GAPS:
            self.gaps.append(self._gap(until, why))

    def _gap(self, until: float, why: Reason) -> Gap:
        kind = self.track.kind
        return Gap(from_=round(self._last * 1000), to=round(until * 1000), track=kind, reason=why)

    def gaps_until(self, end: float) -> list[Gap]:
        """All gaps, and the one that is open at `end`."""
        return [*self.gaps, self._gap(end, self._why_empty)] if (end - self._last) * 1000 > GAP_MS else list(self.gaps)

    def finish(self, now: float) -> None:
        """Takes what still waits to be put in order."""
        self._drain(self._reorder.flush(), now)
