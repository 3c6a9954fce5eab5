"""WADO-RS's bytes: an instance as it lies or plainly written, its metadata, a frame, one value. No transaction, no aiohttp.

Who may have them was decided before; everything that looks into a file runs in the decoding children.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from server.foundation.errors import Unknown
from server.imaging.dicom.frames import frame_range
from server.imaging.dicom.protocol import Message
from server.imaging.dicom.syntaxes import SYNTAXES
from server.imaging.studies.facts import InstanceFacts
from server.imaging.studies.fetching import ask, ask_for_frame, bytes_of
from server.imaging.studies.pictures import header_of
from server.imaging.studies.shelf import Shelf

from .errors import NothingToShow
from .negotiating import EXPLICIT_LITTLE, Wanted

DICOM: Final = "application/dicom"
OCTETS: Final = "application/octet-stream"
_JPEG: Final = "1.2.840.10008.1.2.4."
# How a compressed frame is called on the web (PS3.18 table 8.7.3-5).
_FRAME_TYPES: Final = {
    **dict.fromkeys((_JPEG + last for last in ("50", "51", "57", "70")), "image/jpeg"),
    **dict.fromkeys((_JPEG + last for last in ("80", "81")), "image/jls"),
    **dict.fromkeys((_JPEG + last for last in ("90", "91")), "image/jp2"),
    **dict.fromkeys((_JPEG + last for last in ("201", "202", "203")), "image/jphc"),
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
_PIXEL_TAGS: Final = {b"\xe0\x7f\x10\x00": "7FE00010", b"\xe0\x7f\x08\x00": "7FE00008", b"\xe0\x7f\x09\x00": "7FE00009"}


@dataclass(frozen=True, slots=True)
class Form:
    """In what form a frame or file is given."""

    media_type: str
    transfer_syntax: str

    @property
    def content_type(self) -> str:
        """As a part's header says it."""
        return f"{self.media_type}; transfer-syntax={self.transfer_syntax}"


def file_form(instance: InstanceFacts, asked: Wanted) -> Form | None:
    """How a whole file is given: as it lies where that is taken, else plainly; None when neither is."""
    if not asked.takes(DICOM):
        return None
    if asked.takes_syntax(instance.transfer_syntax):
        return Form(DICOM, instance.transfer_syntax)
    return Form(DICOM, EXPLICIT_LITTLE) if asked.takes_syntax(EXPLICIT_LITTLE) else None


def frame_form(instance: InstanceFacts, asked: Wanted) -> Form | None:
    """How a frame is given: compressed as it lies where that is asked for, else plainly; None when neither is taken."""
    own = _FRAME_TYPES.get(instance.transfer_syntax)
    packed = Form(own, instance.transfer_syntax) if own and instance.frame_table is not None else None
    plain = Form(OCTETS, EXPLICIT_LITTLE)
    said = asked.transfer_syntax
    if packed and asked.takes(packed.media_type) and said in ("*", instance.transfer_syntax):
        return packed
    if asked.takes(OCTETS) and said in (None, "*", EXPLICIT_LITTLE):
        return plain
    return packed if packed and said is None and asked.takes(packed.media_type) else None


async def whole_file(shelf: Shelf, instance: InstanceFacts, form: Form) -> AsyncIterator[bytes]:
    """A whole file. Raises: PictureNotShown, StoredFileDamaged, ArchiveSilent."""
    if form.transfer_syntax == instance.transfer_syntax:
        async for piece in shelf.archive.read(instance.place):
            yield piece
        return
    content = await bytes_of(shelf.archive, instance)
    yield (await ask(shelf, Message({"do": "plain-file"}, (content,)))).blobs[0]


async def frame(shelf: Shelf, instance: InstanceFacts, number: int, form: Form) -> bytes:
    """One frame (from 1). Raises: NothingToShow, Unknown, PictureNotShown, StoredFileDamaged, ArchiveSilent."""
    if instance.kind != "image":
        raise NothingToShow
    if not 1 <= number <= instance.frames:
        raise Unknown
    if form.media_type != OCTETS:
        assert instance.frame_table is not None, "chosen only where each frame's place is known"
        start, end = frame_range(instance.frame_table, number - 1)
        return _joined(await bytes_of(shelf.archive, instance, start, end))
    lies = _plain_range(instance, number)
    if lies is not None:
        return await bytes_of(shelf.archive, instance, *lies)
    return (await ask_for_frame(shelf, instance, number, do="plain-frame")).blobs[0]


def _joined(items: bytes) -> bytes:
    """What a frame's fragments hold, without their item heads."""
    parts, at = [], 0
    while at + 8 <= len(items):
        length = int.from_bytes(items[at + 4 : at + 8], "little")
        parts.append(items[at + 8 : at + 8 + length])
        at += 8 + length
    return b"".join(parts)


def _plain_range(instance: InstanceFacts, number: int) -> tuple[int, int] | None:
    """Where a frame lies that is stored as it is given; None when it must be decoded."""
    syntax = SYNTAXES[instance.transfer_syntax]
    bits = int(instance.attributes["frame_bits"])
    if syntax.encapsulated or syntax.deflated or not syntax.little or bits % 8 or instance.pixels_at is None:
        return None
    start = instance.pixels_at + (8 if syntax.implicit else 12) + (number - 1) * (bits // 8)
    return start, start + bits // 8


async def metadata(shelf: Shelf, instance: InstanceFacts, address: str) -> bytes:
    """The header as DICOM JSON, with an address for everything that is not in it. Raises as `whole_file`."""
    header = await header_of(shelf, instance)
    answer = await ask(shelf, Message({"do": "metadata", "syntax": instance.transfer_syntax}, (header,)))
    found = orjson.loads(answer.blobs[0])
    _address_bulk(found, f"{address}/bulkdata")
    if instance.pixels_at is not None:
        tag = await _pixel_tag(shelf, instance)
        wide = instance.bits > 8 and not SYNTAXES[instance.transfer_syntax].encapsulated
        found[tag] = {"vr": "OW" if wide else "OB", "BulkDataURI": f"{address}/bulkdata/{tag}"}
    found["00083002"] = {"vr": "UI", "Value": [instance.transfer_syntax]}
    return orjson.dumps(dict(sorted(found.items())))


def _address_bulk(found: dict[str, Any], address: str) -> None:
    for tag, told in found.items():
        if "BulkDataURI" in told:
            told["BulkDataURI"] = f"{address}/{tag}"
        elif told.get("vr") == "SQ":
            for place, item in enumerate(told.get("Value", ())):
                _address_bulk(item, f"{address}/{tag}/{place}")


async def _pixel_tag(shelf: Shelf, instance: InstanceFacts) -> str:
    if not SYNTAXES[instance.transfer_syntax].little or SYNTAXES[instance.transfer_syntax].deflated:
        return "7FE00010"
    assert instance.pixels_at is not None, "asked before"
    begins = await bytes_of(shelf.archive, instance, instance.pixels_at, instance.pixels_at + 4)
    return _PIXEL_TAGS.get(begins, "7FE00010")


async def value(shelf: Shelf, instance: InstanceFacts, path: list[str]) -> bytes:
    """One value that metadata gave an address for. Raises: Unknown, and as `whole_file`."""
    header = await header_of(shelf, instance)
    told = {"do": "value", "syntax": instance.transfer_syntax, "path": path}
    answer = await ask(shelf, Message(told, (header,)))
    if not answer.facts["found"]:
        raise Unknown
    return answer.blobs[0]


def is_pixels(path: list[str]) -> bool:
    """Whether a path of bulk data means the pixels."""
    return len(path) == 1 and path[0] in _PIXEL_TAGS.values()


async def document(shelf: Shelf, instance: InstanceFacts) -> tuple[str, bytes]:
    """What a file without pixels shows, and its media type. Raises: PictureNotShown."""
    header = await header_of(shelf, instance)
    answer = await ask(shelf, Message({"do": "document", "syntax": instance.transfer_syntax}, (header,)))
    return str(answer.facts["type"]), answer.blobs[0]
