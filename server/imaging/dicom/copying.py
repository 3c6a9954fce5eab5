"""A copy for teaching: nothing in it says whose pictures they are, by lists of PS3.15 Annex E (basic profile). Runs in the child.

What is not listed as kept is gone: the profile names hundreds of elements to remove, so we name those that stay instead
(what the pixels need, how the picture was made, sex and age in years). UIDs are replaced through a keyed hash: files of one
study stay together, and nobody finds the original's UID. Private elements, overlays, curves and free text are removed. A
file that says its pixels carry burned-in words, or is of a kind that usually does, is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from typing import Final

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID

from .values import text

PROFILE: Final = "DICOM PS3.15 Annex E basic profile, kept by list"
IMPLEMENTATION: Final = "2.25.309182774562219105411382074130572041"

# Group 0028 (how pixels are written) and the pixels themselves stay whole; of the rest, these.
_KEPT_GROUPS: Final = frozenset({0x0028})
KEPT: Final = frozenset(
    {
        # identification of the kind of thing, not of the person
        "SpecificCharacterSet", "ImageType", "SOPClassUID", "Modality", "ConversionType", "LossyImageCompression",
        "PatientSex", "PatientAge", "PatientPosition", "PatientOrientation", "BodyPartExamined", "ViewPosition",
        "Laterality", "ImageLaterality", "AnatomicRegionSequence", "ViewCodeSequence", "ContentQualification",
        "NumberOfFrames", "FrameTime", "FrameIncrementPointer", "FrameTimeVector", "CineRate", "StartTrim", "StopTrim",
        "RecommendedDisplayFrameRate", "SeriesNumber", "InstanceNumber", "AcquisitionNumber", "TemporalPositionIndex",
        # geometry
        "ImagePositionPatient", "ImageOrientationPatient", "SliceLocation", "SliceThickness", "SpacingBetweenSlices",
        "PositionReferenceIndicator", "GantryDetectorTilt", "TableHeight", "RotationDirection", "ImagerPixelSpacing",
        "DistanceSourceToDetector", "DistanceSourceToPatient", "EstimatedRadiographicMagnificationFactor",
        # how the picture was made
        "KVP", "ExposureTime", "XRayTubeCurrent", "Exposure", "FilterType", "ConvolutionKernel", "DataCollectionDiameter",
        "ReconstructionDiameter", "SpiralPitchFactor", "ScanningSequence", "SequenceVariant", "ScanOptions",
        "MRAcquisitionType", "RepetitionTime", "EchoTime", "InversionTime", "NumberOfAverages", "ImagingFrequency",
        "ImagedNucleus", "EchoNumbers", "MagneticFieldStrength", "EchoTrainLength", "PercentSampling", "FlipAngle",
        "PercentPhaseFieldOfView", "PixelBandwidth", "Units", "DoseUnits", "DoseType", "DoseGridScaling",
        "GridFrameOffsetVector",
    }
)  # fmt: skip
# Sequences of functional groups: kept with what is kept inside them.
_KEPT_SEQUENCES: Final = frozenset(
    {
        "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "PixelMeasuresSequence",
        "PlanePositionSequence", "PlaneOrientationSequence", "PixelValueTransformationSequence", "FrameVOILUTSequence",
        "CTImageFrameTypeSequence", "MRImageFrameTypeSequence", "ModalityLUTSequence", "VOILUTSequence",
    }
)  # fmt: skip
_FREE_TEXT: Final = frozenset({"LUTExplanation", "PixelSpacingCalibrationDescription"})
_REMAPPED: Final = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID")
_PIXELS: Final = frozenset({0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009, 0x7FE00010})
# Kinds whose pictures usually carry the name in their pixels: only a file that says NO is copied.
_OFTEN_BURNED_IN: Final = frozenset({"US", "ES", "XC", "SC", "OT", "SR", "DOC", "GM", "SM", "XA", "RF"})
_OLDEST: Final = 89


class NotCopied(Exception):
    """The file cannot be made anonymous, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def may_copy(header: Dataset, *, has_pixels: bool) -> None:
    """Refuse what this profile cannot clean. Raises: NotCopied. Rule: imaging-4"""
    said = text(header, "BurnedInAnnotation").upper()
    if said == "YES" or (said != "NO" and text(header, "Modality") in _OFTEN_BURNED_IN):
        raise NotCopied("burned-in")
    if text(header, "RecognizableVisualFeatures").upper() == "YES":
        raise NotCopied("recognisable")
    if not has_pixels:
        raise NotCopied("no-pixels")


def teaching_copy(source: FileDataset, key: bytes) -> bytes:
    """The file with only what is listed, its UIDs remapped with this key. Raises: NotCopied."""
    may_copy(source, has_pixels=any(tag in source for tag in _PIXELS))
    kept = _kept(source, key)
    kept.PatientName, kept.PatientID = "TEACHING", _remapped(text(source, "PatientID") or "none", key)[-12:]
    kept.PatientBirthDate = kept.StudyDate = kept.StudyTime = kept.AccessionNumber = kept.StudyID = ""
    kept.ReferringPhysicianName, kept.Manufacturer = "", ""
    kept.PatientIdentityRemoved, kept.DeidentificationMethod = "YES", PROFILE
    kept.BurnedInAnnotation = "NO"
    _coarsen_age(kept)
    for keyword in _REMAPPED:
        if found := text(source, keyword):
            setattr(kept, keyword, _remapped(found, key))
    for tag in _PIXELS & set(source.keys()):
        kept[tag] = source[tag]
    return _written(kept, source)


def _kept(source: Dataset, key: bytes) -> Dataset:
    found = Dataset()
    for element in source:
        copied = _element(element, key)
        if copied is not None:
            found[element.tag] = copied
    return found


def _element(element: DataElement, key: bytes) -> DataElement | None:
    if element.tag.is_private or element.keyword in _FREE_TEXT:
        return None
    if element.VR == "SQ":
        if element.keyword not in _KEPT_SEQUENCES:
            return None
        inside = [_kept(item, key) for item in element.value]
        # A functional group of which nothing is kept goes as a whole.
        return DataElement(element.tag, "SQ", inside) if any(inside) else None
    if element.VR in ("LT", "ST", "UT", "PN", "UI") and element.keyword != "SOPClassUID":
        return None
    kept = element.tag.group in _KEPT_GROUPS or element.keyword in KEPT
    return element if kept else None


def _coarsen_age(kept: Dataset) -> None:
    """Ages over 89 are rare enough to tell who it is."""
    age = text(kept, "PatientAge")
    if age.endswith("Y") and age[:-1].isdigit() and int(age[:-1]) > _OLDEST:
        kept.PatientAge = f"{_OLDEST + 1:03d}Y"


def _remapped(value: str, key: bytes) -> str:
    """A UID under 2.25 that follows from the old one and the key."""
    digest = hmac.digest(key, value.encode(), hashlib.sha256)
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _written(kept: Dataset, source: FileDataset) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = source.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID = UID(text(source, "SOPClassUID"))
    meta.MediaStorageSOPInstanceUID = UID(kept.SOPInstanceUID)
    meta.ImplementationClassUID = UID(IMPLEMENTATION)
    kept.file_meta = meta
    out = io.BytesIO()
    kept.save_as(out, enforce_file_format=True)
    return out.getvalue()
