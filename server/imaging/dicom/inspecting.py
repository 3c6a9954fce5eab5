"""A part read safely: what it is by its bytes, whole within limits, its header understood; nothing decoded, no path made.

The order is the meaning: size, form, file header, syntax, structure, identity, pixels. Blocking work: called in a thread.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import threading
import warnings
import zlib
from typing import Final

from pydicom import config
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from .attributes import attributes_of, kind_of, names_of, shape_of
from .frames import PixelShape, frame_table
from .syntaxes import SYNTAXES, VIDEO, Syntax
from .values import text, whole
from .verdict import Header, Kind, Limits, NotTaken, Reason, Uids, Verdict
from .walking import Layout, walk

PREAMBLE: Final = 128
_MAGIC: Final = b"DICM"
_META: Final = 0x0002
_CLASS_TAG: Final = 0x0002
_SYNTAX_TAG: Final = 0x0010
_META_LONG: Final = frozenset({b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC", b"UR"})
_MOST_META: Final = 64
_UID: Final = re.compile(r"[0-9]+(\.[0-9]+){0,31}", re.ASCII)
_LONGEST_UID: Final = 64
_DIRECTORY: Final = "1.2.840.10008.1.3.10"
# Beginnings of programs, archives and pages: a DICOM file that also is one of them has no business here.
_OTHER_FORMS: Final = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF", b"#!", b"<", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_QUIET: Final = threading.Lock()  # silencing warnings is not safe among threads; parsing holds the interpreter anyway
_ENVELOPED: Final = bytes.fromhex("06092a864886f70d0107")  # the OID of CMS, with which DICOM files are encrypted whole

config.settings.reading_validation_mode = config.IGNORE
logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # it writes values of headers into its lines


def inspect(content: bytes, limits: Limits | None = None) -> Verdict:
    """The verdict about one part.

    Rule: imaging-2
    """
    uids: list[Uids] = []
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _inspected(content, limits or Limits(), uids)
    except NotTaken as refusal:
        return Verdict(content, reason=refusal.reason, uids=uids[0] if uids else None)
    except RecursionError:
        return Verdict(content, reason=Reason.TOO_DEEP)


def _inspected(content: bytes, limits: Limits, uids: list[Uids]) -> Verdict:
    _require_dicom(content, limits)
    syntax, start = _meta(content)
    data = _inflated(content, start, limits) if syntax.deflated else content
    layout = walk(data, start, syntax, limits)
    header = _read(data[start : layout.pixels_at if layout.pixels_at is not None else len(data)], syntax)
    uids.append(_identity(header))
    found = _header(header, uids[0], syntax, layout, limits)
    return Verdict(_without_preamble(content), header=found, uids=uids[0])


def _require_dicom(content: bytes, limits: Limits) -> None:
    if not content:
        raise NotTaken(Reason.EMPTY)
    if len(content) > limits.bytes:
        raise NotTaken(Reason.TOO_LARGE)
    if content[PREAMBLE : PREAMBLE + 4] == _MAGIC:
        if content.startswith(_OTHER_FORMS):
            raise NotTaken(Reason.POLYGLOT)
        return
    if content[:1] == b"\x30" and _ENVELOPED in content[:64]:
        raise NotTaken(Reason.ENCRYPTED)
    raise NotTaken(Reason.NO_META if _begins_like_a_data_set(content) else Reason.NOT_DICOM)


def _begins_like_a_data_set(content: bytes) -> bool:
    """Whether it could be a data set without its file header: some writers leave it out."""
    if len(content) < 8:
        return False
    group = struct.unpack_from("<H", content)[0]
    return group in (0x0002, 0x0008, 0x0200, 0x0800)


def _meta(content: bytes) -> tuple[Syntax, int]:
    """The transfer syntax, and where the data set begins. The file header is always explicit, little-endian."""
    at, said = PREAMBLE + 4, {_SYNTAX_TAG: "", _CLASS_TAG: ""}
    for _ in range(_MOST_META):
        if len(content) - at < 8 or struct.unpack_from("<H", content, at)[0] != _META:
            break
        value_at, length = _meta_element(content, at)
        if length > len(content) - value_at:
            raise NotTaken(Reason.TRUNCATED)
        element = struct.unpack_from("<H", content, at + 2)[0]
        if element in said:
            said[element] = content[value_at : value_at + min(length, 80)].decode("ascii", "replace").rstrip("\0 ")
        at = value_at + length
    if said[_CLASS_TAG] == _DIRECTORY:
        raise NotTaken(Reason.MEDIA_DIRECTORY)
    return _syntax(said[_SYNTAX_TAG]), at


def _meta_element(content: bytes, at: int) -> tuple[int, int]:
    if content[at + 4 : at + 6] in _META_LONG:
        if len(content) - at < 12:
            raise NotTaken(Reason.TRUNCATED)
        return at + 12, struct.unpack_from("<I", content, at + 8)[0]
    return at + 8, struct.unpack_from("<H", content, at + 6)[0]


def _syntax(uid: str) -> Syntax:
    if not uid:
        raise NotTaken(Reason.NO_META)
    if uid in VIDEO:
        raise NotTaken(Reason.VIDEO)
    syntax = SYNTAXES.get(uid)
    if syntax is None:
        raise NotTaken(Reason.UNKNOWN_SYNTAX)
    return syntax


def _inflated(content: bytes, start: int, limits: Limits) -> bytes:
    """The file with its data set inflated, within the limits.

    Raises: NotTaken.
    """
    most = min(limits.inflated_bytes, (len(content) - start) * limits.inflate_ratio + 2**16)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = inflater.decompress(content[start:], most)
    except zlib.error:
        raise NotTaken(Reason.MALFORMED) from None
    if inflater.unconsumed_tail:
        raise NotTaken(Reason.BOMB)
    if not inflater.eof:
        raise NotTaken(Reason.TRUNCATED)
    return content[:start] + plain


def inflate(content: bytes, limits: Limits | None = None) -> bytes:
    """A deflated file as if it had been written plainly, at the same places that the header tells. Raises: NotTaken."""
    _, start = _meta(content)
    return _inflated(content, start, limits or Limits())


def data_set_of(header: bytes, uid: str) -> Dataset:
    """The header of a kept file (its bytes up to the pixels) as pydicom reads it."""
    _, start = _meta(header)
    return _read(header[start:], SYNTAXES[uid])


def _read(data: bytes, syntax: Syntax) -> Dataset:
    try:
        return read_dataset(io.BytesIO(data), syntax.implicit, syntax.little)
    except RecursionError:
        raise
    except Exception:  # pydicom raises anything on what it cannot read: all of it means the same to us
        raise NotTaken(Reason.MALFORMED) from None


def _identity(header: Dataset) -> Uids:
    """The identifiers, in the form of UIDs: nothing else is ever made of them, least of all a path."""
    sop_class = text(header, "SOPClassUID")
    if not sop_class:
        raise NotTaken(Reason.NO_SOP_CLASS)
    found = Uids(sop_class, *(text(header, f"{what}InstanceUID") for what in ("SOP", "Series", "Study")))
    if not (found.sop and found.series and found.study):
        raise NotTaken(Reason.NO_UIDS)
    if not all(_is_uid(each) for each in (found.sop_class, found.sop, found.series, found.study)):
        raise NotTaken(Reason.BAD_UID)
    return found


def _is_uid(value: str) -> bool:
    return len(value) <= _LONGEST_UID and _UID.fullmatch(value) is not None


def _header(header: Dataset, uids: Uids, syntax: Syntax, layout: Layout, limits: Limits) -> Header:
    kind = kind_of(header, has_pixels=layout.pixels_at is not None)
    shape, frames = shape_of(header, layout.pixels_tag), max(1, whole(header, "NumberOfFrames") or 1)
    table = None
    if kind is Kind.IMAGE:
        _require_pixels(shape, frames, layout, limits)
        table = frame_table(layout.fragments, frames) if layout.fragments is not None else None
    return Header(
        uids=uids,
        transfer_syntax=syntax.uid,
        kind=kind,
        frames=frames if kind is Kind.IMAGE else 0,
        rows=shape.rows,
        columns=shape.columns,
        bits=whole(header, "BitsStored") or shape.bits_allocated,
        number=whole(header, "InstanceNumber"),
        series_number=whole(header, "SeriesNumber"),
        modality=text(header, "Modality")[:16],
        body_part=text(header, "BodyPartExamined")[:64],
        accession_number=text(header, "AccessionNumber")[:64],
        study_date=text(header, "StudyDate"),
        study_time=text(header, "StudyTime"),
        offset_from_utc=text(header, "TimezoneOffsetFromUTC"),
        attributes=attributes_of(header, shape, frames, layout, lossy=syntax.lossy),
        names=names_of(header),
        series_description=text(header, "SeriesDescription")[:200],
        pixels_at=layout.pixels_at,
        frame_table=table,
    )


def _require_pixels(shape: PixelShape, frames: int, layout: Layout, limits: Limits) -> None:
    """The picture that the header promises is not too large, and its data is there."""
    if frames > limits.frames:
        raise NotTaken(Reason.TOO_MANY_FRAMES)
    if not shape.rows or not shape.columns or shape.rows * shape.columns > limits.frame_pixels:
        raise NotTaken(Reason.TOO_MANY_PIXELS if shape.rows and shape.columns else Reason.MALFORMED)
    if layout.fragments is not None:
        if not layout.fragments.items or (frames > 1 and len(layout.fragments.items) < frames):
            raise NotTaken(Reason.PIXELS_MISSING)
    elif layout.value_length < shape.native_length(frames):
        raise NotTaken(Reason.PIXELS_MISSING)


def _without_preamble(content: bytes) -> bytes:
    """What is stored: a preamble may hold anything, so it holds nothing."""
    return content if not any(content[:PREAMBLE]) else bytes(PREAMBLE) + content[PREAMBLE:]
