"""From an instance's place to one frame's bytes, and to the child that decodes them. No database, no transaction."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.vault import NoSuchFile, VaultDamaged
from server.imaging.archive.keeping import Archive, ArchiveUnavailable, whole
from server.imaging.dicom.frames import frame_range
from server.imaging.dicom.pool import Undecodable
from server.imaging.dicom.protocol import Message
from server.imaging.dicom.syntaxes import SYNTAXES

from .errors import ArchiveSilent, PictureNotShown, StoredFileDamaged
from .facts import InstanceFacts
from .shelf import Shelf

_ELEMENT: Final = 8
_NEAR: Final = 64 * 1024


async def ask_for_frame(shelf: Shelf, instance: InstanceFacts, frame: int, **facts: Any) -> Message:
    """The child's answer about one frame (from 1). Raises: PictureNotShown, StoredFileDamaged, ArchiveSilent."""
    read = await _reader(shelf, instance)
    head, raw, frames, index = await _frame(read, instance, frame - 1)
    slope, intercept = _rescale(instance, frame - 1)
    told = {
        "syntax": instance.transfer_syntax,
        "frames": frames,
        "index": index,
        "slope": slope,
        "intercept": intercept,
        "own": _own_window(instance, frame - 1),
        "function": instance.attributes.get("voi_function", "LINEAR"),
    }
    return await ask(shelf, Message({**told, **facts}, (head, raw)))


async def ask(shelf: Shelf, message: Message) -> Message:
    """The child's answer. Raises: PictureNotShown."""
    try:
        return await shelf.decoders.ask(message)
    except Undecodable as refusal:
        raise PictureNotShown(reason=refusal.reason) from None


async def bytes_of(archive: Archive, instance: InstanceFacts, start: int = 0, end: int | None = None) -> bytes:
    """A range of a stored file. Raises: StoredFileDamaged, ArchiveSilent."""
    try:
        return await whole(archive, instance.place, start, end)
    except (VaultDamaged, NoSuchFile):
        raise StoredFileDamaged from None
    except ArchiveUnavailable:
        raise ArchiveSilent from None


class _Reader:
    """Ranges of a file: from the archive, or of a deflated file that had to be inflated whole."""

    def __init__(self, shelf: Shelf, instance: InstanceFacts, plain: bytes | None) -> None:
        self._shelf, self._instance, self._plain = shelf, instance, plain

    async def range(self, start: int, end: int | None) -> bytes:
        if self._plain is not None:
            return self._plain[start:end]
        return await bytes_of(self._shelf.archive, self._instance, start, end)


async def _reader(shelf: Shelf, instance: InstanceFacts) -> _Reader:
    if not SYNTAXES[instance.transfer_syntax].deflated:
        return _Reader(shelf, instance, None)
    packed = await bytes_of(shelf.archive, instance)
    answer = await ask(shelf, Message({"do": "inflate"}, (packed,)))
    return _Reader(shelf, instance, answer.blobs[0])


async def _frame(read: _Reader, instance: InstanceFacts, index: int) -> tuple[bytes, bytes, int, int]:
    """The header with the pixel element's head; bytes that hold the frame; how many frames they hold; which one is meant."""
    assert instance.pixels_at is not None, "only pictures have frames"
    head_end = instance.pixels_at + _ELEMENT
    start, end, frames, which = _range(instance, instance.pixels_at, index)
    if start - head_end < _NEAR:  # one reading for both
        both = await read.range(0, end)
        return both[:head_end], both[start:], frames, which
    return await read.range(0, head_end), await read.range(start, end), frames, which


def _range(instance: InstanceFacts, pixels_at: int, index: int) -> tuple[int, int | None, int, int]:
    """Where in the file the frame (from 0) lies, how many frames lie there, and which of them it is."""
    syntax = SYNTAXES[instance.transfer_syntax]
    value_at = pixels_at + (8 if syntax.implicit else 12)
    frame_bits = int(instance.attributes["frame_bits"])
    if syntax.encapsulated:
        if instance.frame_table is None:
            return value_at, None, instance.frames, index
        return *frame_range(instance.frame_table, index), 1, 0
    if frame_bits % 8 or not syntax.little:
        # Frames that share a byte, or whose bytes are swapped in pairs: all of them.
        return value_at, value_at + -(-frame_bits * instance.frames // 16) * 2, instance.frames, index
    start = value_at + index * frame_bits // 8
    return start, start + frame_bits // 8, 1, 0


def _rescale(instance: InstanceFacts, index: int) -> tuple[float, float]:
    told = instance.attributes
    each = told.get("each_frame") or []
    own = each[index] if index < len(each) and each[index]["slope"] is not None else told
    return float(own["slope"]), float(own["intercept"])


def _own_window(instance: InstanceFacts, index: int) -> list[float] | None:
    """The first window that the file names for this frame."""
    told = instance.attributes
    each = told.get("each_frame") or []
    windows = (each[index]["windows"] if index < len(each) else None) or told.get("windows") or [None]
    return list(windows[0][:2]) if windows[0] else None
