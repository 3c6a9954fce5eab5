"""A teaching copy says of nobody whose it is, and still opens."""

from __future__ import annotations

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from server.imaging.dicom.copying import NotCopied, teaching_copy
from server.imaging.dicom.inspecting import inspect

from . import hostile

KEY = b"k" * 16


def _personal() -> pydicom.FileDataset:
    """A file that names the person in every way that it can."""
    data = hostile.read(hostile.good())
    data.PatientName, data.PatientID, data.OtherPatientIDs = "SECRET^NAME", "SECRET-1", "SECRET-2"
    data.PatientAddress = data.PatientComments = data.ImageComments = data.StudyComments = "SECRET"
    data.InstitutionName = data.StationName = data.OperatorsName = data.ReferringPhysicianName = "SECRET"
    data.StudyDescription = data.SeriesDescription = data.ProtocolName = "SECRET"
    data.StudyDate = data.AcquisitionDate = "20260101"
    data.PatientAge = "093Y"
    request = Dataset()
    request.RequestedProcedureDescription = "SECRET"
    data.RequestAttributesSequence = Sequence([request])
    data.add_new(0x00091001, "LO", "SECRET")
    data.add_new(0x60000022, "LO", "SECRET")
    return data


def test_nothing_that_names_the_person_is_left() -> None:
    copied = teaching_copy(_personal(), KEY)
    assert b"SECRET" not in copied
    data = hostile.read(copied)
    assert data.PatientIdentityRemoved == "YES"
    assert (data.PatientAge, data.StudyDate, data.get("AcquisitionDate")) == ("090Y", "", None)
    assert not [element for element in data if element.tag.is_private]


def test_the_copy_is_a_sound_file_with_the_same_picture() -> None:
    data = _personal()
    copied = teaching_copy(data, KEY)
    assert inspect(copied).reason is None
    assert hostile.read(copied).PixelData == data.PixelData
    assert hostile.read(copied).PixelSpacing == data.PixelSpacing


def test_uids_are_others_and_files_of_a_study_stay_together() -> None:
    first, second = _personal(), _personal()
    second.SOPInstanceUID = "1.2.3"
    one, other = hostile.read(teaching_copy(first, KEY)), hostile.read(teaching_copy(second, KEY))
    assert one.StudyInstanceUID == other.StudyInstanceUID != first.StudyInstanceUID
    assert one.SOPInstanceUID != other.SOPInstanceUID
    assert hostile.read(teaching_copy(first, b"x" * 16)).StudyInstanceUID != one.StudyInstanceUID


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"BurnedInAnnotation": "YES"}, "burned-in"),
        ({"Modality": "US"}, "burned-in"),
        ({"RecognizableVisualFeatures": "YES"}, "recognisable"),
    ],
)
def test_pixels_that_tell_are_refused(values: dict[str, str], reason: str) -> None:
    data = _personal()
    for keyword, value in values.items():
        setattr(data, keyword, value)
    with pytest.raises(NotCopied) as refused:
        teaching_copy(data, KEY)
    assert refused.value.reason == reason


def test_an_ultrasound_that_says_it_is_clean_is_copied() -> None:
    data = _personal()
    data.Modality, data.BurnedInAnnotation = "US", "NO"
    assert b"SECRET" not in teaching_copy(data, KEY)
