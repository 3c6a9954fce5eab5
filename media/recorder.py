"""Records one leg: takes the packets that are forwarded and keeps a WebM of them, cut into segments.

Each track's frames and times are `track`'s: they come from the senders' reports on the node's clock, so the tracks of all
people line up. Frames are held until those reports are there, at most three seconds. The disk is `segments`' business.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import av
import structlog

from media.forwarder import Feed, Source
from media.manifest import Gap, Manifest, Reason
from media.rtp import Packet
from media.segments import Entry, LegFolder
from media.timing import NodeClock
from media.track import TrackRecorder
from media.vp8 import dimensions
from media.webm import Writer

SEGMENT_S = 5.0
SEGMENT_BYTES = 2 << 20
_HOLD_S = 3.0
_MOST_UNSTORED = 8  # segments waiting for a slow disk

log = structlog.get_logger("media")


class Recorder:
    """The recording of one leg, from its creation until `stop`."""

    def __init__(
        self, folder: LegFolder, clock: NodeClock, feeds: dict[str, Feed], on_trouble: Callable[[], None]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._feeds = feeds
        self._on_trouble = on_trouble
        self._started = folder.about.started_ms / 1000
        self._tracks = {kind: TrackRecorder(kind, self._started) for kind in feeds}
        self._writer: Writer | None = None
        self._bytes = bytearray()
        self._cut_at = self._started
        self._paused = False
        self._unstored: deque[tuple[bytes, Entry]] = deque()
        self._not_stored: list[Gap] = []
        self._wake = asyncio.Event()
        self._stopped: str | None = None
        self._closing: Entry | None = None
        self._storing = asyncio.create_task(self._store())
        self._listen()

    def _listen(self) -> None:
        now = self._clock.now()
        for kind, feed in self._feeds.items():
            feed.tap = self._tap(self._tracks[kind])
            feed.want_key_frame(now)

    def _tap(self, track: TrackRecorder) -> Callable[[Packet, bool, Source], None]:
        def take(packet: Packet, _: bool, source: Source) -> None:
            track.add(packet, source, self._clock.now())
            if track.placing and track.held:
                self._write(track)

        return take

    def _write(self, track: TrackRecorder) -> None:
        assert self._writer is not None
        zero = self._folder.about.started_ms
        while track.held:
            frame, source, why = track.held.popleft()
            at_ms = max(0, track.place(frame, source, why) - zero)
            try:
                self._writer.write(track.kind, frame.data, at_ms, is_key=frame.is_key)
            except av.FFmpegError as refused:  # a frame that no muxer takes must not end the call
                log.error("media.frame_refused", error=type(refused).__name__)
                track.interrupt("lost")

    def pause(self, why: Reason = "recording-off") -> None:
        """Nothing is recorded from here until `resume`."""
        if not self._paused and self._stopped is None:
            self._paused = True
            for kind, feed in self._feeds.items():
                feed.tap = None
                self._tracks[kind].interrupt(why)

    def resume(self) -> None:
        """Recording goes on."""
        if self._paused and self._stopped is None:
            self._paused = False
            self._listen()

    def tick(self) -> None:
        """Gives up late packets, begins to write when the clocks are known, cuts segments."""
        now = self._clock.now()
        for track in self._tracks.values():
            track.overdue(now)
        self._begin_writing(now, at_once=False)
        if self._writer is not None:
            for track in self._tracks.values():
                self._write(track)
        if len(self._bytes) >= SEGMENT_BYTES or (self._bytes and now - self._cut_at >= SEGMENT_S):
            self._cut(now)

    def _begin_writing(self, now: float, *, at_once: bool) -> None:
        if self._writer is not None:
            return
        heads = [track.held[0] for track in self._tracks.values() if track.held]
        if not heads:
            return
        waited = now - min(frame.arrived for frame, _, _ in heads) > _HOLD_S
        known = len(heads) == len(self._tracks) and all(source.clock.known for _, source, _ in heads)
        if waited or known or at_once:
            video = self._tracks["video"].held
            self._writer = Writer(self._bytes.extend, dimensions(video[0][0].data) if video else None)
            for track in self._tracks.values():
                track.begin_placing()

    def _entry(self, end: float) -> Entry:
        gaps = [gap for track in self._tracks.values() for gap in track.gaps_until(end)] + self._not_stored
        return Entry(
            segment=None,
            ended_ms=round(end * 1000),
            tracks=[track.track.model_copy() for track in self._tracks.values()],
            gaps=sorted(gaps, key=lambda gap: gap.from_),
        )

    def _cut(self, now: float) -> None:
        plain, self._cut_at = bytes(self._bytes), now
        self._bytes.clear()
        if len(self._unstored) < _MOST_UNSTORED:
            self._unstored.append((plain, self._entry(now)))
            self._wake.set()
        else:
            self._note_unstored(now)

    def _note_unstored(self, until: float) -> None:
        self._not_stored.append(
            Gap(from_=round((until - SEGMENT_S) * 1000), to=round(until * 1000), track="all", reason="not-stored")
        )
        self._on_trouble()

    async def _store(self) -> None:
        """Writes segments in order, in a thread; a disk that refuses one is told and the recording goes on."""
        await self._on_disk(self._folder.begin)
        while self._closing is None or self._unstored:
            if not self._unstored:
                await self._wake.wait()
                self._wake.clear()
                continue
            plain, entry = self._unstored.popleft()
            if not await self._on_disk(self._folder.store, plain, entry):
                self._note_unstored(entry.ended_ms / 1000)

    async def _on_disk(self, work: Callable[..., object], *given: object) -> bool:
        try:
            await asyncio.to_thread(work, *given)
        except OSError as refused:
            log.error("media.disk_refused", number=refused.errno)
            return False
        return True

    def stop(self, reason: str) -> None:
        """Ends the recording at this instant; `finished` then gives the manifest."""
        if self._stopped is not None:
            return
        self._stopped = reason
        now = self._clock.now()
        for kind, feed in self._feeds.items():
            feed.tap = None
            self._tracks[kind].finish(now)
        self._begin_writing(now, at_once=True)
        if self._writer is not None:
            for track in self._tracks.values():
                self._write(track)
            try:
                self._writer.close()
            except av.FFmpegError as refused:  # what is in the segments stays readable
                log.error("media.frame_refused", error=type(refused).__name__)
        if self._bytes:
            self._cut(now)
        self._closing = self._entry(now)
        self._wake.set()

    async def finished(self) -> Manifest | None:
        """The manifest, once everything is on disk; None when the disk does not take it."""
        await self._storing
        assert self._closing is not None
        closing = self._closing.model_copy(
            update={"gaps": sorted({*self._closing.gaps, *self._not_stored}, key=lambda gap: gap.from_)}
        )
        try:
            return await asyncio.to_thread(self._folder.close, closing, self._stopped or "")
        except OSError as refused:
            log.error("media.disk_refused", number=refused.errno)
            return None
