"""A generated person for `make tour` and the tests: sends a moving picture of one colour and a tone of one pitch, and says
what it sees and hears in each lane. A real WebRTC peer on aiortc, with the lines that a browser of ours offers.

Not part of the node: this side decodes.
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import math
import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from media.engine import also_on_loopback

RATE = 48000
FRAME_SAMPLES = 960
_LATE_S = 0.25

Colour = tuple[int, int, int]


class _Beat:
    """When frame n is due. Frames that nobody fetched in time are left out, as a camera does."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._started: float | None = None

    async def wait_for(self, n: int) -> int:
        """Waits for frame n, or for the one that is due now if n is long over; gives its number."""
        if self._started is None:
            self._started = time.monotonic()
        passed = (time.monotonic() - self._started) / self._every_s
        if passed - n > _LATE_S / self._every_s:
            n = math.ceil(passed)
        await asyncio.sleep(max(0.0, self._started + n * self._every_s - time.monotonic()))
        return n


class ColourTrack(MediaStreamTrack):
    """A picture of one colour with a bar that moves, so that every frame differs."""

    kind = "video"

    def __init__(self, colour: Colour, size: tuple[int, int] = (320, 240), fps: int = 15) -> None:
        super().__init__()
        self._still = np.full((size[1], size[0], 3), colour, dtype=np.uint8)
        self._fps = fps
        self._n = 0
        self._clock = _Beat(1 / fps)
        self.made = 0

    async def recv(self) -> VideoFrame:
        """The next picture, when it is due."""
        if self.readyState != "live":
            raise MediaStreamError
        self._n = await self._clock.wait_for(self._n)
        picture = self._still.copy()
        at = self._n * 4 % (picture.shape[1] - 8)
        picture[:16, at : at + 8] = 255 - picture[:16, at : at + 8]
        frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts = self._n * 90000 // self._fps
        self.made += 1
        frame.time_base = fractions.Fraction(1, 90000)
        self._n += 1
        return frame


class ToneTrack(MediaStreamTrack):
    """A sine of one pitch, in frames of 20 ms."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._n = 0
        self._clock = _Beat(FRAME_SAMPLES / RATE)

    async def recv(self) -> AudioFrame:
        """The next 20 ms, when they are due."""
        if self.readyState != "live":
            raise MediaStreamError
        self._n = await self._clock.wait_for(self._n)
        at = (np.arange(FRAME_SAMPLES) + self._n * FRAME_SAMPLES) / RATE
        samples = (np.sin(2 * math.pi * self._hertz * at) * 8000).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._n * FRAME_SAMPLES
        frame.time_base = fractions.Fraction(1, RATE)
        self._n += 1
        return frame


@dataclass
class Seen:
    """What came in one lane: how many frames, the last picture's colour, the last second's pitch."""

    pictures: int = 0
    colour: Colour = (0, 0, 0)
    sounds: int = 0
    heard: deque[np.ndarray] = field(default_factory=lambda: deque(maxlen=25))
    first_picture_at: float | None = None

    @property
    def pitch(self) -> float:
        """The strongest pitch of the last half second, in Hz; 0 in silence."""
        if len(self.heard) < 10:
            return 0.0
        samples = np.concatenate(list(self.heard)).astype(np.float64)
        if float(np.abs(samples).mean()) < 50:
            return 0.0
        return strongest_pitch(samples, RATE)


def strongest_pitch(samples: np.ndarray, rate: int) -> float:
    """The strongest pitch in mono samples, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


class SamplePeer:
    """One generated person. Without colour and tone it only receives, as a patient who refuses the camera does."""

    def __init__(
        self,
        capacity: int,
        *,
        colour: Colour | None = None,
        hertz: float | None = None,
        size: tuple[int, int] = (320, 240),
    ) -> None:
        self.lanes = [Seen() for _ in range(capacity - 1)]
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._tracks: list[MediaStreamTrack] = []
        self._watching: list[asyncio.Task[None]] = []
        self._add(ToneTrack(hertz) if hertz is not None else None, "audio")
        self.camera = self._add(ColourTrack(colour, size) if colour is not None else None, "video")
        self.screen = self._add(None, "video")
        self._receivers = [self._lane(kind) for _ in self.lanes for kind in ("audio", "video")]

    def _add(self, track: MediaStreamTrack | None, kind: str) -> RTCRtpTransceiver:
        if track is not None:
            self._tracks.append(track)
        return self.connection.addTransceiver(track or kind, direction="sendonly")

    def _lane(self, kind: str) -> RTCRtpTransceiver:
        lane = self.connection.addTransceiver(kind, direction="recvonly")
        if kind == "video":  # without RTX: aiortc cannot tell whose repeats they are when it has several lanes
            codecs = RTCRtpSender.getCapabilities(kind).codecs
            lane.setCodecPreferences([codec for codec in codecs if codec.mimeType == "video/VP8"])
        return lane

    async def offer(self) -> str:
        """The offer's SDP."""
        also_on_loopback(self.connection)
        await self.connection.setLocalDescription()
        return str(self.connection.localDescription.sdp)

    async def answered(self, sdp: str) -> None:
        """Takes the node's answer and begins to watch the lanes."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        for n, receiver in enumerate(self._receivers):
            lane, track = self.lanes[n // 2], receiver.receiver.track
            watch = self._listen(lane, track) if n % 2 == 0 else self._look(lane, track)
            self._watching.append(asyncio.create_task(watch))

    async def _look(self, lane: Seen, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, VideoFrame)
                lane.pictures += 1
                lane.first_picture_at = lane.first_picture_at or time.time()
                if lane.pictures % 3 == 1:
                    lane.colour = average_colour(frame)

    async def _listen(self, lane: Seen, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                lane.sounds += 1
                lane.heard.append(mono(frame))

    def share(self, colour: Colour, size: tuple[int, int] = (320, 240)) -> None:
        """Begins to share a screen of one colour."""
        track = ColourTrack(colour, size)
        self._tracks.append(track)
        self.screen.sender.replaceTrack(track)

    @property
    def state(self) -> str:
        """The connection's state, as a browser names it."""
        return str(self.connection.connectionState)

    async def close(self) -> None:
        """Leaves; nothing of it runs on."""
        for track in self._tracks:
            track.stop()
        await self.connection.close()
        for task in self._watching:
            task.cancel()
        if self._watching:
            await asyncio.wait(self._watching)


def average_colour(frame: VideoFrame) -> Colour:
    """The mean colour of the picture's lower half (the moving bar is above)."""
    picture = frame.to_ndarray(format="rgb24")
    mean = picture[picture.shape[0] // 2 :].reshape(-1, 3).mean(axis=0)
    return int(mean[0]), int(mean[1]), int(mean[2])


def mono(frame: AudioFrame) -> np.ndarray:
    """The samples of a frame's first channel."""
    samples = frame.to_ndarray()
    channels = len(frame.layout.channels)
    return samples.reshape(-1)[::channels] if not frame.format.is_planar else samples[0]
