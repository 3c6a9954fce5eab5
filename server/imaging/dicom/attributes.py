"""What a header says, as plain values: the shape of the pixels, what a viewer must know, and who the file says it is about.

`attributes_of` gives nothing of the person: no free text, only numbers and codes. It is stored in clear and sent to viewers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from .frames import PixelShape
from .verdict import Kind
from .walking import Layout

_REPORTS: Final = "1.2.840.10008.5.1.4.1.1.88."
_ENCAPSULATED: Final = "1.2.840.10008.5.1.4.1.1.104."
_FLOAT: Final = {0x7FE00008: 32, 0x7FE00009: 64}
_MOST_WINDOWS: Final = 12
_MOST_EACH_FRAME: Final = 4000
# Units after slope and intercept, where the class of the file says them.
_HOUNSFIELD: Final = frozenset({"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"})
_NAMES: Final = {
    "patient_name": "PatientName",
    "file_id": "PatientID",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "description": "StudyDescription",
    "institution": "InstitutionName",
    "referrer": "ReferringPhysicianName",
    "study_id": "StudyID",
}


def text(header: Dataset, keyword: str) -> str:
    """One value as text, empty when it is missing or cannot be read."""
    try:
        value = header.get(keyword)
    except Exception:  # a value in a broken form is no value
        return ""
    if value is None:
        return ""
    if isinstance(value, MultiValue):
        value = "\\".join(map(str, value))
    return str(value).replace("\0", "").strip()


def number(header: Dataset, keyword: str) -> float | None:
    """One value as a finite number."""
    found = numbers(header, keyword)
    return found[0] if found else None


def numbers(header: Dataset, keyword: str) -> list[float]:
    """All values as numbers; none when any is not finite."""
    try:
        value = header.get(keyword)
        if value is None or value == "":
            return []
        found = [float(each) for each in ([value] if isinstance(value, (str, int, float)) else value)]
    except Exception:  # a value in a broken form is no value
        return []
    return found if all(map(math.isfinite, found)) else []


def whole(header: Dataset, keyword: str) -> int | None:
    """One value as a whole number that a 32-bit column holds."""
    found = number(header, keyword)
    return int(found) if found is not None and abs(found) < 2**31 else None


def kind_of(header: Dataset, *, has_pixels: bool) -> Kind:
    """Pictures, a document that people read, or neither."""
    if has_pixels:
        return Kind.IMAGE
    if text(header, "SOPClassUID").startswith((_REPORTS, _ENCAPSULATED)) or "EncapsulatedDocument" in header:
        return Kind.DOCUMENT
    return Kind.NO_PIXELS


def shape_of(header: Dataset, pixels_tag: int) -> PixelShape:
    """The shape of the pixels; float pixels have the bits of their element."""
    return PixelShape(
        rows=whole(header, "Rows") or 0,
        columns=whole(header, "Columns") or 0,
        samples=whole(header, "SamplesPerPixel") or 1,
        bits_allocated=_FLOAT.get(pixels_tag) or whole(header, "BitsAllocated") or 16,
        photometric=text(header, "PhotometricInterpretation"),
    )


def names_of(header: Dataset) -> dict[str, str]:
    """Who and what the file says, for sealing."""
    return {name: text(header, keyword)[:200] for name, keyword in _NAMES.items()}


def attributes_of(header: Dataset, shape: PixelShape, frames: int, layout: Layout, *, lossy: bool) -> dict[str, Any]:
    """What a viewer must know, with the names and meanings of `studies.views.ImagingInstanceView`."""
    if layout.pixels_at is None:
        return {}
    groups = list(_shared(header))
    each = list(_each_frame(header, frames))
    first = [*groups, *(each[0] if each else [])]
    orientation = _from(first, "ImageOrientationPatient", 6)
    sent = _as_sent(header, shape, layout)
    slope, intercept = (1.0, 0.0) if sent.pop("applied") else _rescale(first, header)
    return {
        **sent,
        "frame_bits": shape.frame_bits,
        "pixel_spacing": _from(first, "PixelSpacing", 2) or _from(first, "ImagerPixelSpacing", 2),
        "slice_location": number(header, "SliceLocation"),
        "thickness": next(iter(_from(first, "SliceThickness", 1) or ()), None),
        "position": _from(first, "ImagePositionPatient", 3),
        "orientation": orientation,
        "slope": slope,
        "intercept": intercept,
        "unit": _unit(header, first),
        "windows": _windows(first),
        "lossy": lossy or text(header, "LossyImageCompression") == "01",
        "laterality": (text(header, "ImageLaterality") or text(header, "Laterality"))[:1] or None,
        "frame_time_ms": number(header, "FrameTime"),
        "padding": whole(header, "PixelPaddingValue"),
        "each_frame": _differing(each, header) if len(each) > 1 else None,
    }


def _as_sent(header: Dataset, shape: PixelShape, layout: Layout) -> dict[str, Any]:
    """The form in which `pixels` sends a frame: RGB of 8 bits, or one sample of 8 or 16."""
    photometric = shape.photometric or "MONOCHROME2"
    colour = shape.samples >= 3 or photometric == "PALETTE COLOR"
    applied = "ModalityLUTSequence" in header or shape.bits_allocated > 16 or layout.pixels_tag in _FLOAT
    signed = bool(whole(header, "PixelRepresentation")) and not applied
    eight = colour or (shape.bits_allocated <= 8 and not signed and not applied)
    return {
        "photometric": "RGB" if colour else photometric,
        "samples": 3 if colour else 1,
        "bits": 8 if eight else 16,
        "signed": signed and not colour,
        "applied": applied and "ModalityLUTSequence" in header,
    }


def _shared(header: Dataset) -> Iterator[Dataset]:
    """The header itself, then every group that is shared by all frames."""
    yield header
    for group in _items(header, "SharedFunctionalGroupsSequence")[:1]:
        yield from _groups(group)


def _each_frame(header: Dataset, frames: int) -> Iterator[list[Dataset]]:
    """The groups of each frame, of files that describe frames one by one."""
    if frames <= _MOST_EACH_FRAME:
        for item in _items(header, "PerFrameFunctionalGroupsSequence")[:frames]:
            yield list(_groups(item))


def _groups(item: Dataset) -> Iterator[Dataset]:
    for element in item:
        if element.VR == "SQ" and not element.tag.is_private:
            yield from list(element.value)[:1]


def _items(header: Dataset, keyword: str) -> list[Dataset]:
    try:
        value = header.get(keyword)
        return list(value) if isinstance(value, Sequence) else []
    except RecursionError:
        raise
    except Exception:  # a sequence that cannot be read says nothing
        return []


def _from(groups: Sequence[Dataset], keyword: str, count: int) -> list[float] | None:
    for group in groups:
        found = numbers(group, keyword)
        if len(found) == count:
            return found
    return None


def _rescale(groups: Sequence[Dataset], header: Dataset) -> tuple[float, float]:
    slope, intercept = _from(groups, "RescaleSlope", 1), _from(groups, "RescaleIntercept", 1)
    if slope is None and (scaling := number(header, "DoseGridScaling")):
        return scaling, 0.0
    return (slope or [1.0])[0] or 1.0, (intercept or [0.0])[0]


def _unit(header: Dataset, groups: Sequence[Dataset]) -> str | None:
    said = next((text(group, "RescaleType") for group in groups if text(group, "RescaleType")), "")
    if said == "HU" or (not said and text(header, "SOPClassUID") in _HOUNSFIELD):
        return "HU"
    if text(header, "Modality") == "RTDOSE":
        return {"GY": "Gy"}.get(text(header, "DoseUnits"))
    units = text(header, "Units")
    return {"BQML": "Bq/ml", "CNTS": "counts", "GML": "g/ml"}.get(units)


def _windows(groups: Sequence[Dataset]) -> list[list[Any]]:
    for group in groups:
        centres, widths = numbers(group, "WindowCenter"), numbers(group, "WindowWidth")
        if centres and len(centres) == len(widths):
            names = text(group, "WindowCenterWidthExplanation").split("\\")
            names = [_plain(each) for each in names] if len(names) == len(centres) else [""] * len(centres)
            pairs = zip(centres, widths, names, strict=True)
            return [[centre, width, name] for centre, width, name in pairs if width > 0][:_MOST_WINDOWS]
    return []


def _differing(each: list[list[Dataset]], header: Dataset) -> list[dict[str, Any]]:
    """What frames say for themselves."""
    told = []
    for groups in each:
        slope, intercept = _rescale(groups, header)
        own = _from(groups, "RescaleSlope", 1) is not None
        told.append(
            {
                "position": _from(groups, "ImagePositionPatient", 3),
                "slope": slope if own else None,
                "intercept": intercept if own else None,
                "windows": _windows(groups) or None,
            }
        )
    return told


def _plain(name: str) -> str:
    """A window's name, when it is no more than a name."""
    return name[:24] if name[:24].isascii() else ""
