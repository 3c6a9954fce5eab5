"""Bad files, made of a good one: each breaks one thing."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, date, datetime

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEG2000, UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from server.demo.phantom import Chest, Subject, files

_SUBJECT = Subject("EVE^TEST", "H-1", "F", date(1970, 1, 1))


def good(size: int = 64) -> bytes:
    """A small sound CT slice."""
    (content,) = files(Chest(_SUBJECT, datetime(2026, 11, 20, 8, tzinfo=UTC), slices=1, size=size))
    return content


def read(content: bytes) -> pydicom.FileDataset:
    """As pydicom reads it."""
    return pydicom.dcmread(io.BytesIO(content))


def written(data: pydicom.FileDataset) -> bytes:
    """As pydicom writes it."""
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=False)
    return out.getvalue()


def changed(**values: object) -> bytes:
    """The good file with other values; None takes an element away."""
    data = read(good())
    for keyword, value in values.items():
        if value is None:
            delattr(data, keyword)
        else:
            setattr(data, keyword, value)
    return written(data)


def with_syntax(uid: str) -> bytes:
    """The good file's bytes under another declared transfer syntax, padded to the same length."""
    content = good()
    at = content.index(ExplicitVRLittleEndian.encode())
    head = content[: at - 2]
    padded = uid.encode() + b"\0" * (len(uid) % 2)
    rest = content[at + len(ExplicitVRLittleEndian) + len(ExplicitVRLittleEndian) % 2 :]
    return head + struct.pack("<H", len(padded)) + padded + rest


def deflate_bomb(megabytes: int = 600) -> bytes:
    """A deflated data set of zeros that would become so many megabytes."""
    data = read(good())
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    head = pydicom.filebase.DicomBytesIO()
    pydicom.filewriter.write_file_meta_info(head, data.file_meta)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    pixels = struct.pack("<HH2s2xI", 0x7FE0, 0x0010, b"OW", megabytes * 2**20)
    parts = [packer.compress(_elements(data) + pixels)]
    parts += [packer.compress(bytes(2**20)) for _ in range(megabytes)]
    return bytes(128) + b"DICM" + head.getvalue() + b"".join(parts) + packer.flush()


def _elements(data: pydicom.FileDataset) -> bytes:
    plain = Dataset()
    for element in data:
        if element.tag.group != 0x7FE0:
            plain.add(element)
    out = pydicom.filebase.DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    pydicom.filewriter.write_dataset(out, plain)
    return out.getvalue()


def nested(depth: int) -> bytes:
    """Sequences in sequences."""
    inner = Dataset()
    inner.PatientComments = "x"
    for _ in range(depth):
        outer = Dataset()
        outer.ReferencedStudySequence = Sequence([inner])
        inner = outer
    data = read(good())
    data.ReferencedStudySequence = inner.ReferencedStudySequence
    return written(data)


def packed_claiming(rows: int, columns: int) -> bytes:
    """A JPEG 2000 file whose header claims these dimensions, with a few bytes of stream."""
    data = read(good())
    data.file_meta.TransferSyntaxUID = JPEG2000
    data.Rows, data.Columns = rows, columns
    data.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51" + bytes(60)])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return written(data)


def enveloped() -> bytes:
    """A file encrypted whole, as secure media are: a CMS envelope."""
    return b"\x30\x80" + bytes.fromhex("06092a864886f70d010703") + b"\xa0\x80" + bytes(400)


PRIVATE_SYNTAX = UID("1.2.840.113619.5.2")
