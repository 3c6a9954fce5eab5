"""A frame of a file, asked of the child as the product asks, without a database."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.imaging.archive.places import Place, Store
from server.imaging.dicom.inspecting import inspect
from server.imaging.dicom.pool import DecoderPool
from server.imaging.studies.facts import InstanceFacts
from server.imaging.studies.fetching import ask_for_frame
from server.imaging.studies.shelf import Shelf

Array = NDArray[Any]
_TYPES = {"uint8": "u1", "uint16": "<u2", "int16": "<i2"}


class _OneFile:
    """An archive that holds one file."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self, place: Place, start: int = 0, end: int | None = None) -> Any:
        yield self._content[start:end]


async def ask(pool: DecoderPool, content: bytes, frame: int, **facts: Any) -> Any:
    """The child's answer about a frame of a file."""
    verdict = inspect(content)
    assert verdict.header is not None, verdict.reason
    header = verdict.header
    instance = InstanceFacts(
        *(None,) * 3,  # type: ignore[arg-type]  # whose it is does not matter here
        sop_uid=header.uids.sop,
        sop_class=header.uids.sop_class,
        transfer_syntax=header.transfer_syntax,
        number=header.number,
        kind=header.kind,
        frames=header.frames,
        rows=header.rows,
        columns=header.columns,
        bits=header.bits,
        attributes=header.attributes,
        pixels_at=header.pixels_at,
        frame_table=header.frame_table,
        place=Place(Store.PACK, "", 0, len(content)),
        sha256="",
        came_at=None,  # type: ignore[arg-type]  # nor when it came
    )
    shelf = Shelf(_OneFile(content), None, pool)  # type: ignore[arg-type]  # all that is asked of them
    return await ask_for_frame(shelf, instance, frame, **facts)


async def pixels(pool: DecoderPool, content: bytes, frame: int = 1) -> tuple[Array, dict[str, Any]]:
    """Stored values as a viewer gets them, and what the headers would say."""
    answer = await ask(pool, content, frame, do="pixels")
    return unfiltered(zlib.decompress(answer.blobs[0], 31), answer.facts), answer.facts


def unfiltered(raw: bytes, told: dict[str, Any]) -> Array:
    """What the viewer's code does with the stream."""
    if told["filter"] == "planes":
        half = len(raw) // 2
        both = np.frombuffer(raw, np.uint8).astype(np.uint16)
        folded = both[:half] | both[half:] << 8
        raw = np.where(folded & 1, ~(folded >> 1), folded >> 1).astype("<u2").tobytes()
    shape = (told["rows"], told["columns"], told["samples"])
    values = np.frombuffer(raw, _TYPES[told["type"]]).reshape(shape).copy()
    values[:, 0] = np.cumsum(values[:, 0], axis=0, dtype=values.dtype)
    values = np.cumsum(values, axis=1, dtype=values.dtype)
    return values[:, :, 0] if told["samples"] == 1 else values
