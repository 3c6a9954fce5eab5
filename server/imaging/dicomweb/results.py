"""What QIDO-RS says of a study, a series, an instance: every attribute that we know, in DICOM JSON. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.foundation.clock import SHANGHAI
from server.imaging.studies.facts import Named
from server.imaging.studies.model import Instance, Series, Study

from .elements import Json, dataset

_UTF_8 = "ISO_IR 192"


def study_json(study: Study, named: Named, modalities: list[str], address: str) -> Json:
    """One study."""
    return dataset(
        {
            **_of_study(study, named),
            "SpecificCharacterSet": _UTF_8,
            "InstanceAvailability": "ONLINE",
            "ModalitiesInStudy": modalities,
            "NumberOfStudyRelatedSeries": study.series_count,
            "NumberOfStudyRelatedInstances": study.instance_count,
            "RetrieveURL": f"{address}/studies/{study.study_uid}",
        }
    )


def series_json(series: Series, study: Study, named: Named, description: str, count: int, address: str) -> Json:
    """One series with its study's attributes."""
    return dataset(
        {
            **_of_study(study, named),
            "SpecificCharacterSet": _UTF_8,
            "SeriesInstanceUID": series.series_uid,
            "SeriesNumber": series.number,
            "Modality": series.modality,
            "SeriesDescription": description,
            "BodyPartExamined": series.body_part,
            "NumberOfSeriesRelatedInstances": count,
            "RetrieveURL": f"{address}/studies/{study.study_uid}/series/{series.series_uid}",
        }
    )


def instance_json(instance: Instance, series: Series, study: Study, address: str) -> Json:
    """One instance."""
    where = f"{address}/studies/{study.study_uid}/series/{series.series_uid}/instances/{instance.sop_uid}"
    picture: dict[str, Any] = {}
    if instance.kind == "image":
        picture = {
            "Rows": instance.rows,
            "Columns": instance.columns,
            "BitsAllocated": 8 if instance.bits <= 8 else 16 if instance.bits <= 16 else 32,
            "NumberOfFrames": instance.frames,
        }
    return dataset(
        {
            "SpecificCharacterSet": _UTF_8,
            "SOPClassUID": instance.sop_class,
            "SOPInstanceUID": instance.sop_uid,
            "AvailableTransferSyntaxUID": instance.transfer_syntax,
            "InstanceAvailability": "ONLINE",
            "StudyInstanceUID": study.study_uid,
            "SeriesInstanceUID": series.series_uid,
            "Modality": series.modality,
            "InstanceNumber": instance.number,
            "RetrieveURL": where,
            **picture,
        }
    )


def _of_study(study: Study, named: Named) -> dict[str, Any]:
    return {
        "StudyInstanceUID": study.study_uid,
        "StudyDate": _local(study.study_at, "%Y%m%d"),
        "StudyTime": _local(study.study_at, "%H%M%S"),
        "AccessionNumber": study.accession_number,
        "StudyDescription": named.description,
        "StudyID": named.study_id,
        "ReferringPhysicianName": named.referrer,
        "PatientName": named.patient_name,
        "PatientID": named.file_id,
        "PatientBirthDate": named.birth_date,
        "PatientSex": named.sex,
    }


def _local(at: datetime | None, form: str) -> str:
    return at.astimezone(SHANGHAI).strftime(form) if at else ""
