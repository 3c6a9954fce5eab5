"""A visit's recording as those entitled fetch it: its legs, opened by PyAV, on the node's clock."""

from __future__ import annotations

import asyncio
import io
import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from infra.tour.caller import Caller
from media.sample_peer import RATE, average_colour, mono, strongest_pitch

_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Leg:
    """One connection of one person: instants in seconds since 1970."""

    id: str
    name: str
    first: dict[str, float]  # of the picture, and of the sound
    last: dict[str, float]
    colour: tuple[int, int, int]
    pitch: float
    holes: list[tuple[float, float]]
    gaps: list[dict[str, Any]]
    offset_s: float


async def legs_of(doctor: Caller, encounter_id: str, at_least: int) -> list[Leg]:
    """Every kept leg, once all have been fetched from the node."""
    path = f"/api/encounters/{encounter_id}/recording"
    async with asyncio.timeout(_WITHIN_S):
        found = await doctor.get(path)
        while found["pending"] or len(found["legs"]) < at_least:
            await asyncio.sleep(0.5)
            found = await doctor.get(path)
    began = datetime.fromisoformat(found["started_at"]).timestamp()
    legs = []
    for leg in found["legs"]:
        if leg["state"] == "kept":
            content = await doctor.fetch(f"/api/recordings/{leg['id']}/media")
            legs.append(await asyncio.to_thread(_opened, leg, content, began + leg["offset_s"]))
    return legs


def _opened(leg: dict[str, Any], content: bytes, zero: float) -> Leg:
    pictures: list[tuple[float, tuple[int, int, int]]] = []
    sounds: list[tuple[float, np.ndarray]] = []
    with av.open(io.BytesIO(content), "r") as file:
        for frame in file.decode():
            assert frame.time is not None
            if isinstance(frame, VideoFrame):
                pictures.append((zero + frame.time, average_colour(frame)))
            elif isinstance(frame, AudioFrame):
                sounds.append((zero + frame.time, mono(frame)))
    middle = sounds[len(sounds) // 4 : len(sounds) * 3 // 4]
    colours = np.array([colour for _, colour in pictures])
    mean = np.median(colours, axis=0)
    times = [at for at, _ in pictures]
    return Leg(
        id=leg["id"],
        name=leg["name"],
        first={"video": times[0], "audio": sounds[0][0]},
        last={"video": times[-1], "audio": sounds[-1][0]},
        colour=(int(mean[0]), int(mean[1]), int(mean[2])),
        pitch=strongest_pitch(np.concatenate([samples for _, samples in middle]).astype(np.float64), RATE),
        holes=[(a - zero, b - zero) for a, b in itertools.pairwise(times) if b - a > 1.0],
        gaps=list(leg["gaps"]),
        offset_s=leg["offset_s"],
    )
