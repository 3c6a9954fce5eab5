"""Pictures and files as plainly as DICOM writes them (Explicit VR Little Endian), and single values. Runs in the child.

For whoever speaks DICOMweb without our viewer's tricks: stored values stay as they are, palettes are not looked up.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from .pixels import Array
from .values import whole


def plain_values(values: Array, header: Dataset) -> bytes:
    """A frame's values as they lie in an uncompressed, little-endian file; colour by pixel."""
    if whole(header, "BitsAllocated") == 1:
        return np.packbits(values.astype(bool), bitorder="little").tobytes()
    return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False)).tobytes()


def plain_file(content: bytes) -> bytes:
    """A whole file, uncompressed, in Explicit VR Little Endian."""
    found = pydicom.dcmread(io.BytesIO(content))
    syntax = found.file_meta.TransferSyntaxUID
    if syntax.is_compressed and syntax.is_encapsulated:
        found.decompress(generate_instance_uid=False)
    elif not syntax.is_little_endian and whole(found, "BitsAllocated") == 16 and "PixelData" in found:
        found.PixelData = np.frombuffer(found.PixelData, ">u2").astype("<u2").tobytes()
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    found.save_as(out, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return out.getvalue()


def value_at(header: Dataset, path: list[str]) -> bytes | None:
    """The bytes of one value: its tag, or sequence tags and places (from 0) before it; None when there is no such bytes."""
    place: Any = header
    for step in path[:-1]:
        place = _inside(place, step)
        if place is None:
            return None
    found = _element(place, path[-1])
    return bytes(found.value) if found is not None and isinstance(found.value, bytes | bytearray) else None


def _inside(place: Any, step: str) -> Any:
    if isinstance(place, Dataset):
        found = _element(place, step)
        return found.value if found is not None and found.VR == "SQ" else None
    number = int(step) if step.isdigit() else len(place)
    return place[number] if number < len(place) else None


def _element(place: Any, tag: str) -> Any:
    try:
        return place.get(int(tag, 16)) if isinstance(place, Dataset) and len(tag) == 8 else None
    except ValueError:
        return None
