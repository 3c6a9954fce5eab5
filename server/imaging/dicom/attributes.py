"""What a header says, as plain values: the shape of the pixels, what a viewer must know, and who the file says it is about.

`attributes_of` gives nothing of the person: no free text, only numbers and codes. It is stored in clear and sent to viewers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydicom.dataset import Dataset

from .curves import curves_of
from .frames import PixelShape
from .values import items, number, numbers, plain, text, whole
from .verdict import Kind
from .walking import Layout

_REPORTS: Final = "1.2.840.10008.5.1.4.1.1.88."
_ENCAPSULATED: Final = "1.2.840.10008.5.1.4.1.1.104."
_FLOAT: Final = {0x7FE00008: 32, 0x7FE00009: 64}
_MOST_WINDOWS: Final = 12
_MOST_EACH_FRAME: Final = 4000
# Units after slope and intercept, where the class of the file says them.
_HOUNSFIELD: Final = frozenset({"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"})
_FUNCTIONS: Final = frozenset({"LINEAR_EXACT", "SIGMOID"})
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
    groups = list(shared(header))
    each = list(_each_frame(header, frames))
    first = [*groups, *(each[0] if each else [])]
    orientation = _from(first, "ImageOrientationPatient", 6)
    sent = _as_sent(header, shape, layout)
    applied = sent.pop("applied")
    slope, intercept = (1.0, 0.0) if applied else _rescale(first, header)
    windows = _windows(first)
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
        "windows": windows,
        "voi_function": _function(first) if windows else "LINEAR",
        "curves": [] if sent["samples"] == 3 else [curve.told for curve in curves_of(first)],
        "lossy": lossy or text(header, "LossyImageCompression") == "01",
        "laterality": (text(header, "ImageLaterality") or text(header, "Laterality"))[:1] or None,
        "frame_time_ms": number(header, "FrameTime"),
        "padding": None if applied else whole(header, "PixelPaddingValue"),
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


def shared(header: Dataset) -> Iterator[Dataset]:
    """The header itself, then every group that is shared by all frames."""
    yield header
    for group in items(header, "SharedFunctionalGroupsSequence")[:1]:
        yield from _groups(group)


def _each_frame(header: Dataset, frames: int) -> Iterator[list[Dataset]]:
    """The groups of each frame, of files that describe frames one by one."""
    if frames <= _MOST_EACH_FRAME:
        for item in items(header, "PerFrameFunctionalGroupsSequence")[:frames]:
            yield list(_groups(item))


def _groups(item: Dataset) -> Iterator[Dataset]:
    for element in item:
        if element.VR == "SQ" and not element.tag.is_private:
            yield from list(element.value)[:1]


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
            names = [plain(each) for each in names] if len(names) == len(centres) else [""] * len(centres)
            pairs = zip(centres, widths, names, strict=True)
            return [[centre, width, name] for centre, width, name in pairs if width > 0][:_MOST_WINDOWS]
    return []


def _function(groups: Sequence[Dataset]) -> str:
    said = next((text(group, "VOILUTFunction") for group in groups if text(group, "VOILUTFunction")), "").upper()
    return said if said in _FUNCTIONS else "LINEAR"


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
