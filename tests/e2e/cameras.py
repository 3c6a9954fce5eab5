"""Fake cameras and microphones: a picture of one colour with a moving bar, and a tone of one pitch."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

WIDTH, HEIGHT, FPS = 320, 180, 15  # small, so that two cores carry four browsers
_RATE: Final = 48_000


@dataclass(frozen=True, slots=True)
class Looks:
    """How somebody looks and sounds: RGB and Hz."""

    name: str
    rgb: tuple[int, int, int]
    hz: int


RED = Looks("red", (200, 40, 40), 440)
GREEN = Looks("green", (40, 180, 60), 660)
BLUE = Looks("blue", (50, 70, 210), 990)


def camera_file(folder: Path, looks: Looks) -> Path:
    """A two-second y4m loop of that colour."""
    path = folder / f"{looks.name}.y4m"
    if not path.exists():
        y, u, v = _yuv(looks.rgb)
        with path.open("wb") as file:
            file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
            for frame in range(FPS * 2):
                luma = np.full((HEIGHT, WIDTH), y, np.uint8)
                column = frame * WIDTH // (FPS * 2)
                luma[:, column : column + 8] = min(255, y + 40)
                chroma = (HEIGHT // 2) * (WIDTH // 2)
                file.write(b"FRAME\n" + luma.tobytes() + bytes([u]) * chroma + bytes([v]) * chroma)
    return path


def microphone_file(folder: Path, looks: Looks) -> Path:
    """A two-second tone that loops without a click (a whole number of periods)."""
    path = folder / f"{looks.name}.wav"
    if not path.exists():
        instants = np.arange(_RATE * 2) / _RATE
        samples = (0.5 * 32767 * np.sin(2 * np.pi * looks.hz * instants)).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_RATE)
            file.writeframes(samples.tobytes())
    return path


def _yuv(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = rgb
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(luma), round(128 + 0.564 * (blue - luma)), round(128 + 0.713 * (red - luma))
