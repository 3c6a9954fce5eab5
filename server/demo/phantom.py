"""A CT of a chest that nobody has: computed, with body, lungs, vessels, heart, ribs, spine, a nodule and noise, as DICOM files.

The same seed gives the same bytes. Used by the demo (small), by tests, and by the benchmark (300 slices of 512 x 512).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

Picture = NDArray[np.float32]
Oval = tuple[float, float, float, float]  # middle x, y; half width, half height

_AIR, _LUNG, _FAT, _MUSCLE, _BLOOD, _BONE = -1000.0, -860.0, -95.0, 45.0, 60.0, 480.0
_NOISE_HU: Final = 14.0
_BODY_MM: Final = 360.0
_HEIGHT_MM: Final = 300.0
_VESSELS: Final = 90


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the files say they are of; obviously invented."""

    name: str
    file_id: str
    sex: str
    born: date


@dataclass(frozen=True, slots=True)
class Chest:
    """What is to be generated. `nodule_mm` 0: none. `mark` tells studies of one seed apart (their UIDs, not their pictures)."""

    subject: Subject
    made_at: datetime
    slices: int = 40
    size: int = 256
    seed: int = 1
    nodule_mm: float = 14.0
    mark: str = ""
    accession_number: str = ""
    description: str = "胸部CT平扫"

    def uid(self, *parts: object) -> str:
        """A UID under 2.25 that follows from the study and these parts."""
        told = "/".join(map(str, (self.seed, self.mark, self.subject.file_id, self.made_at.isoformat(), *parts)))
        return f"2.25.{int.from_bytes(hashlib.sha256(told.encode()).digest()[:16], 'big')}"


def files(chest: Chest) -> Iterator[bytes]:
    """One DICOM file for each slice, from the head down."""
    anatomy = _Anatomy(chest)
    for number in range(1, chest.slices + 1):
        yield _written(chest, number, anatomy.slice(number))


class _Anatomy:
    """The shapes in millimetres around the middle of the picture; z runs from 0 (top of the lungs) to 1."""

    def __init__(self, chest: Chest) -> None:
        self._chest = chest
        self._axis = (np.arange(chest.size, dtype=np.float32) + 0.5) / chest.size * _BODY_MM - _BODY_MM / 2
        self._angle = np.arctan2(self._axis[:, None], self._axis[None, :])
        random = np.random.default_rng(chest.seed)
        side = random.choice([-1.0, 1.0], _VESSELS)
        self._vessels = np.stack(
            [side * random.uniform(35, 105, _VESSELS), random.uniform(-60, 60, _VESSELS),
             random.uniform(1.0, 3.4, _VESSELS), random.uniform(-0.5, 0.5, _VESSELS)], axis=1,
        ).tolist()  # fmt: skip

    def slice(self, number: int) -> NDArray[np.int16]:
        """One slice's values in Hounsfield units."""
        chest = self._chest
        z = (number - 0.5) / chest.slices
        width = 158 + 10 * float(np.sin(np.pi * z))
        picture = np.full((chest.size, chest.size), _AIR, np.float32)
        self._oval(picture, (0, 0, width, 112), _FAT)
        self._oval(picture, (0, 2, width - 14, 98), _MUSCLE)
        self._ribs(picture, z, width)
        self._lungs(picture, z)
        self._middle(picture, z)
        self._nodule(picture, z)
        self._oval(picture, (0, 150, 190, 9), -160.0)  # the table
        noise = np.random.default_rng([chest.seed, number]).standard_normal(picture.shape, np.float32)
        return np.clip(np.rint(picture + noise * _NOISE_HU), -1024, 3071).astype(np.int16)

    def _lungs(self, picture: Picture, z: float) -> None:
        reach = float(np.sin(np.pi * min(1.0, 0.12 + 0.83 * z)) ** 0.5)
        for side, share in ((-1, 1.0), (1, 0.92)):
            self._oval(picture, (side * 72, -4, 58 * reach * share, 86 * reach), _LUNG)
        for x, y, radius, drift in self._vessels:
            where = (x + 30 * drift * (z - 0.5), y + 40 * drift * z, radius, radius)
            self._oval(picture, where, _BLOOD - 20, only=_LUNG)

    def _middle(self, picture: Picture, z: float) -> None:
        if z > 0.45:
            swell = float(np.sin(np.pi * (z - 0.45) / 0.75))
            self._oval(picture, (18, -18, 62 * swell, 52 * swell), _MUSCLE + 5)
        self._oval(picture, (14, 34, 13, 13), _BLOOD)
        self._oval(picture, (0, 8, 8.5, 8), _AIR if z < 0.5 else _MUSCLE)
        self._oval(picture, (0, 72, 19, 16), _BONE)
        self._oval(picture, (0, 72, 16, 13), 190.0)
        self._oval(picture, (0, 92, 9, 8), 20.0)

    def _ribs(self, picture: Picture, z: float, width: float) -> None:
        ring = self._inside((0, 0, width - 16, 96)) & ~self._inside((0, 0, width - 27, 86))
        picture[ring & (np.cos(9 * self._angle + 12 * np.pi * z) > 0.55)] = _BONE

    def _nodule(self, picture: Picture, z: float) -> None:
        away, radius = abs(z - 0.42) * _HEIGHT_MM, self._chest.nodule_mm / 2
        if away < radius:
            across = float(np.sqrt(radius**2 - away**2))
            self._oval(picture, (-78, -22, across, across), 32.0)

    def _inside(self, oval: Oval) -> NDArray[np.bool_]:
        x, y, wide, high = oval
        across, down = ((self._axis - x) / wide) ** 2, ((self._axis - y) / high) ** 2
        found: NDArray[np.bool_] = across[None, :] + down[:, None] <= 1
        return found

    def _oval(self, picture: Picture, oval: Oval, value: float, only: float | None = None) -> None:
        """Fill an oval, looking at no more of the picture than the box around it."""
        x, y, wide, high = oval
        if wide <= 0 or high <= 0:
            return
        left, right = np.searchsorted(self._axis, (x - wide, x + wide))
        top, bottom = np.searchsorted(self._axis, (y - high, y + high))
        across, down = ((self._axis[left:right] - x) / wide) ** 2, ((self._axis[top:bottom] - y) / high) ** 2
        inside = across[None, :] + down[:, None] <= 1
        box = picture[top:bottom, left:right]
        box[inside & (box == only) if only is not None else inside] = value


def _written(chest: Chest, number: int, values: NDArray[np.int16]) -> bytes:
    data = Dataset()
    data.file_meta = _meta(chest.uid("instance", number))
    data.SpecificCharacterSet = "ISO_IR 192"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, chest.uid("instance", number)
    data.StudyDate = data.SeriesDate = f"{chest.made_at:%Y%m%d}"
    data.StudyTime = data.SeriesTime = f"{chest.made_at:%H%M%S}"
    data.AccessionNumber, data.Modality = chest.accession_number, "CT"
    data.Manufacturer, data.InstitutionName = "Lianyi phantom", "松坪镇卫生院"
    data.StudyDescription, data.SeriesDescription = chest.description, "肺窗 5.0"
    data.PatientName, data.PatientID = chest.subject.name, chest.subject.file_id
    data.PatientBirthDate, data.PatientSex = f"{chest.subject.born:%Y%m%d}", chest.subject.sex
    data.BodyPartExamined, data.PatientPosition = "CHEST", "HFS"
    data.StudyInstanceUID, data.SeriesInstanceUID = chest.uid("study"), chest.uid("series")
    data.FrameOfReferenceUID, data.StudyID = chest.uid("frame"), "1"
    data.SeriesNumber, data.InstanceNumber = 2, number
    data.KVP, data.XRayTubeCurrent, data.ConvolutionKernel = "120", "160", "B60f"
    _place(data, chest, number)
    _pixels(data, values)
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _place(data: Dataset, chest: Chest, number: int) -> None:
    pixel, thick = _BODY_MM / chest.size, _HEIGHT_MM / chest.slices
    corner, z = -_BODY_MM / 2 + pixel / 2, round(-(number - 1) * thick, 3)
    data.SliceThickness = f"{thick:.3f}"
    data.PixelSpacing = [f"{pixel:.6f}", f"{pixel:.6f}"]
    data.ImagePositionPatient = [f"{corner:.4f}", f"{corner:.4f}", f"{z:.3f}"]
    data.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    data.SliceLocation = f"{z:.3f}"


def _pixels(data: Dataset, values: NDArray[np.int16]) -> None:
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = values.shape
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.RescaleSlope, data.RescaleIntercept, data.RescaleType = "1", "-1024", "HU"
    data.WindowCenter, data.WindowWidth = ["-500", "40"], ["1500", "400"]
    data.WindowCenterWidthExplanation = ["LUNG", "MEDIASTINUM"]
    data.PixelData = (values.astype(np.int32) + 1024).astype("<u2").tobytes()


def _meta(sop_uid: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, UID(sop_uid)
    meta.TransferSyntaxUID, meta.ImplementationClassUID = ExplicitVRLittleEndian, UID("2.25.1")
    return meta
