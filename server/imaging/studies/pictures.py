"""Frames for viewers, and what is no picture: who may see it is decided in a transaction that ends before anything is read.

`pixels`: the stored values of a frame, little-endian, filtered, then gzip. Filter `delta`: a value is sent as its difference
from the one left of it of the same colour, the first of a row as that from the one above; sums wrap as the type does.
`planes` (16 bits): the same differences folded (0, -1, 1, -2 as 0, 1, 2, 3), all low bytes and then all high ones. Headers
say what came: X-Pixel-Filter, X-Pixel-Type (uint8, uint16, int16), X-Pixel-Slope and X-Pixel-Intercept, which differ from
the study's only where the stored values had to be squeezed into 16 bits. A preview says its window in X-Window.
"""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from server.foundation.answers import FileAnswer, Made, MadeAnswer, StreamAnswer
from server.foundation.errors import Problem, Unknown
from server.foundation.work import Work, unit_of_work
from server.imaging.access import STAFF_RIGHTS
from server.imaging.dicom.protocol import Message
from server.imaging.dicom.syntaxes import SYNTAXES

from . import store
from .errors import NotAPicture
from .facts import InstanceFacts
from .fetching import ask, ask_for_frame, bytes_of
from .reading import facts_of, opened, opened_instance
from .shelf import Shelf

Window = tuple[float, float]
MOST_PREVIEWS: Final = 400
_RECORD: Final = struct.Struct(">IIff")
_AT_ONCE: Final = 2
STREAM_TYPE: Final = "application/vnd.lianyi.previews"


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is wanted: its longer side, its window, its form; `fine` for print and film."""

    size: int | None
    window: Window | None
    form: str
    fine: bool

    @property
    def name(self) -> str:
        """For telling two looks apart."""
        window = f"{self.window[0]:g},{self.window[1]:g}" if self.window else ""
        return f"{self.size or ''}-{window}-{self.form}{'-fine' if self.fine else ''}"


async def pixels(work: Work, instance_id: UUID, frame: int) -> MadeAnswer:
    """A frame's stored values. Raises: Unknown, NotAPicture; when made: PictureNotShown, StoredFileDamaged, ArchiveSilent."""
    instance = await _allowed_frame(work, instance_id, frame)
    shelf = work.part(Shelf)

    async def make() -> Made:
        answer = await ask_for_frame(shelf, instance, frame, do="pixels")
        told = answer.facts
        headers = {
            "X-Pixel-Filter": str(told["filter"]),
            "X-Pixel-Type": str(told["type"]),
            "X-Pixel-Slope": repr(float(told["slope"])),
            "X-Pixel-Intercept": repr(float(told["intercept"])),
        }
        return Made(answer.blobs[0], "application/octet-stream", headers, gzipped=True)

    return MadeAnswer(f"{instance.sha256[:32]}-{frame}-p1", make)


async def picture(work: Work, instance_id: UUID, frame: int, look: Look) -> MadeAnswer:
    """A frame in 8 bits. Raises as `pixels`."""
    return _picture(work.part(Shelf), await _allowed_frame(work, instance_id, frame), frame, look)


async def first_picture(work: Work, study_id: UUID, size: int) -> MadeAnswer:
    """A preview of what the viewer opens a study with, asked for beside the study itself; it says which one it is.

    Raises: Unknown, NotAPicture; when made as `pixels`.
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        study, _ = await opened(asking, study_id)
        row = await store.first_picture(asking.session, study.id)
    if row is None:
        raise NotAPicture
    return _picture(work.part(Shelf), facts_of(row), 1, Look(size, None, "webp", fine=False))


def _picture(shelf: Shelf, instance: InstanceFacts, frame: int, look: Look) -> MadeAnswer:
    async def make() -> Made:
        content, told = await _drawn(shelf, instance, frame, look)
        window = told["window"]
        headers = {"X-Window": f"{window[0]:g},{window[1]:g}"} if isinstance(window, list) else {}
        return Made(content, f"image/{look.form}", {**headers, "X-Instance": str(instance.id), "X-Frame": str(frame)})

    return MadeAnswer(f"{instance.sha256[:32]}-{frame}-{look.name}-2", make)


async def previews(work: Work, series_id: UUID, first: int, count: int, size: int) -> StreamAnswer:
    """Previews of the series' pictures in reading order, from `first` (0) on, as they are made.

    Each is a head of 16 bytes, big-endian (place in the series, length, window centre, window width; the window is NaN for
    colour), and a WebP of that length. What cannot be decoded has length 0. Raises: Unknown.
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        series = await store.one_series(asking.session, series_id)
        if series is None:
            raise Unknown
        await opened(asking, series.study_id)
        rows = await store.instances_of(asking.session, series.study_id, series_id)
    frames = [(facts_of(row), frame) for row in rows if row.kind == "image" for frame in range(1, row.frames + 1)]
    wanted = list(enumerate(frames))[first : first + min(count, MOST_PREVIEWS)]
    shelf, look = work.part(Shelf), Look(size, None, "webp", fine=False)
    return StreamAnswer(STREAM_TYPE, lambda: _records(shelf, wanted, look))


async def _records(
    shelf: Shelf, wanted: list[tuple[int, tuple[InstanceFacts, int]]], look: Look
) -> AsyncIterator[bytes]:
    """The previews in order, two being made at a time."""
    making: list[asyncio.Task[bytes]] = []
    try:
        for place, (instance, frame) in wanted:
            making.append(asyncio.create_task(_record(shelf, place, instance, frame, look)))
            if len(making) >= _AT_ONCE:
                yield await making.pop(0)
        while making:
            yield await making.pop(0)
    finally:
        for task in making:
            task.cancel()


async def _record(shelf: Shelf, place: int, instance: InstanceFacts, frame: int, look: Look) -> bytes:
    try:
        content, told = await _drawn(shelf, instance, frame, look)
    except Problem:
        return _RECORD.pack(place, 0, math.nan, math.nan)
    window = told["window"]
    centre, width = window if isinstance(window, list) else (math.nan, math.nan)
    return _RECORD.pack(place, len(content), centre, width) + content


async def document(work: Work, instance_id: UUID) -> MadeAnswer:
    """What a file without pixels says: an enclosed PDF, or text. Raises: Unknown."""
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        _, instance, _ = await opened_instance(asking, instance_id)
    shelf = work.part(Shelf)

    async def make() -> Made:
        content = await header_of(shelf, instance)
        message = Message({"do": "document", "syntax": instance.transfer_syntax}, (content,))
        answer = await ask(shelf, message)
        return Made(answer.blobs[0], str(answer.facts["type"]))

    return MadeAnswer(f"{instance.sha256[:32]}-doc-1", make)


async def file(work: Work, instance_id: UUID) -> FileAnswer:
    """The DICOM file itself, for staff who may see the study. Raises: Unknown."""
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        study, instance, right = await opened_instance(asking, instance_id)
        if right not in STAFF_RIGHTS:
            raise Unknown
        asking.audit("imaging-file.fetch", "imaging-study", study.id, right=right)
    archive = work.part(Shelf).archive
    return FileAnswer(
        read=lambda start, end: archive.read(instance.place, start, end),
        size=instance.place.length,
        content_type="application/dicom",
        name=f"{instance.id}.dcm",
        inline=False,
    )


async def header_of(shelf: Shelf, instance: InstanceFacts) -> bytes:
    """A file up to its pixels, plainly written. Raises: PictureNotShown, StoredFileDamaged, ArchiveSilent."""
    if not SYNTAXES[instance.transfer_syntax].deflated:
        return await bytes_of(shelf.archive, instance, 0, instance.pixels_at)
    packed = await bytes_of(shelf.archive, instance)
    return (await ask(shelf, Message({"do": "inflate"}, (packed,)))).blobs[0][: instance.pixels_at]


async def _allowed_frame(work: Work, instance_id: UUID, frame: int) -> InstanceFacts:
    """In a transaction of its own, which ends before anything is read or decoded."""
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        _, instance, _ = await opened_instance(asking, instance_id)
    if instance.kind != "image":
        raise NotAPicture
    if not 1 <= frame <= instance.frames:
        raise Unknown
    return instance


async def _drawn(shelf: Shelf, instance: InstanceFacts, frame: int, look: Look) -> tuple[bytes, dict[str, Any]]:
    """A picture, remembered when it is a small one."""
    key = f"{instance.id}-{frame}-{look.name}"
    held = shelf.previews.get(key)
    if held is not None:
        return held
    answer = await ask_for_frame(
        shelf, instance, frame, do="picture", size=look.size, window=look.window, form=look.form, fine=look.fine
    )
    drawn = (answer.blobs[0], answer.facts)
    if not look.fine:
        shelf.previews.put(key, drawn, len(drawn[0]))
    return drawn
