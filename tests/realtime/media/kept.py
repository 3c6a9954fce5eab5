"""What a node kept of a leg, fetched as the application does, opened and looked at with PyAV."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections import Counter
from dataclasses import dataclass
from typing import IO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from media.sample_peer import RATE, Colour, average_colour, mono, strongest_pitch
from media.service import Manifest, MediaNode, assemble, open_segment


@dataclass
class Kept:
    """A leg's recording, decoded: instants in seconds since 1970."""

    manifest: Manifest
    pictures: list[tuple[float, Colour]]
    sounds: list[tuple[float, np.ndarray]]

    @property
    def colour(self) -> Colour:
        """The most usual colour."""
        rough = Counter(tuple(round(c / 20) * 20 for c in colour) for _, colour in self.pictures)
        found = rough.most_common(1)[0][0]
        return found[0], found[1], found[2]

    @property
    def pitch(self) -> float:
        """The strongest pitch of it all."""
        return strongest_pitch(np.concatenate([samples for _, samples in self.sounds]).astype(np.float64), RATE)

    @property
    def first(self) -> float:
        """When the first frame of any track is."""
        return min(self.pictures[0][0], self.sounds[0][0])

    @property
    def last(self) -> float:
        """When the last frame of any track is."""
        return max(self.pictures[-1][0], self.sounds[-1][0])

    def holes(self) -> list[tuple[str, float, float]]:
        """Every time of more than a second without frames of a track, inside the leg: (track, from, to)."""
        found = []
        ends = (self.manifest.started_ms / 1000, self.manifest.ended_ms / 1000)
        for track, frames in (("video", self.pictures), ("audio", self.sounds)):
            times = [ends[0], *(at for at, _ in frames), ends[1]]
            found += [(track, a, b) for a, b in itertools.pairwise(times) if b - a > 1.0]
        return found


async def manifest_of(node: MediaNode, leg: str, within_s: float = 10.0) -> Manifest:
    """The manifest of a leg, as soon as the node has closed it."""
    deadline = time.monotonic() + within_s
    while (manifest := await node.manifest(leg)) is None:
        assert time.monotonic() < deadline, "the leg's manifest did not come"
        await asyncio.sleep(0.05)
    return manifest


async def segments_of(node: MediaNode, manifest: Manifest, key: bytes) -> list[bytes]:
    """The decrypted segments, each checked against the manifest."""
    plain = []
    for segment in manifest.segments:
        stored = await node.segment(manifest.leg, segment.n)
        assert stored is not None
        assert len(stored) == segment.bytes
        assert hashlib.sha256(stored).hexdigest() == segment.sha256
        plain.append(open_segment(key, manifest.leg, segment.n, stored))
    return plain


async def kept(node: MediaNode, leg: str, key: bytes) -> Kept:
    """A closed leg, decoded."""
    manifest = await manifest_of(node, leg)
    file = assemble(await segments_of(node, manifest, key), manifest)
    return await asyncio.to_thread(_decoded, manifest, file)


def _decoded(manifest: Manifest, file: IO[bytes]) -> Kept:
    pictures: list[tuple[float, Colour]] = []
    sounds: list[tuple[float, np.ndarray]] = []
    zero = manifest.started_ms / 1000
    with file, av.open(file, "r") as container:
        for frame in container.decode():
            assert frame.time is not None
            if isinstance(frame, VideoFrame):
                pictures.append((zero + frame.time, average_colour(frame)))
            elif isinstance(frame, AudioFrame):
                sounds.append((zero + frame.time, mono(frame)))
    return Kept(manifest, pictures, sounds)
