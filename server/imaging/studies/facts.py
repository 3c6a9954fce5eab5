"""Values of studies: a part as it came and what became of it, a study and an instance as neighbours know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.fields import normalised
from server.imaging.archive.places import Place


class CameBy(StrEnum):
    """The road by which a study came."""

    PAGE = "page"
    DICOMWEB = "dicomweb"
    C_STORE = "c_store"
    DEMO = "demo"


class Fate(StrEnum):
    """What became of a part. `SAME`: the very file was here already."""

    KEPT = "kept"
    SAME = "same"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Part:
    """One file as it came. `name` is what the sender called it: shown back, never a path."""

    content: bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one part, in the order of the parts. `reason` is a code of `dicom.verdict.Reason`, unless it was kept."""

    fate: Fate
    name: str = field(repr=False)
    reason: str | None = None
    sop_uid: str | None = None
    sop_class: str | None = None
    series_uid: str | None = None
    study_uid: str | None = None
    study_id: UUID | None = None
    instance_id: UUID | None = None
    kind: str | None = None

    @property
    def stored(self) -> bool:
        """Whether the file is in the archive as a picture or document: now, or since earlier."""
        return self.fate in (Fate.KEPT, Fate.SAME)


@dataclass(frozen=True, slots=True)
class Named:
    """Who and what the files themselves say: never believed for matching by itself, shown beside the record."""

    patient_name: str = ""
    file_id: str = ""
    birth_date: str = ""
    sex: str = ""
    description: str = ""
    institution: str = ""
    referrer: str = ""
    study_id: str = ""

    def is_another(self, other: Named) -> bool:
        """Whether the other file names another patient: by its number, or by name where one of them has no number.

        Rule: imaging-3
        """
        if self.file_id and other.file_id:
            return normalised(self.file_id) != normalised(other.file_id)
        names = (normalised(self.patient_name.replace("^", " ")), normalised(other.patient_name.replace("^", " ")))
        return all(names) and names[0] != names[1]


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """A study as neighbours know it; `named` is opened only where it is asked for."""

    id: UUID
    organisation_id: OrganisationId
    patient_id: PersonId | None
    order_id: UUID | None
    study_uid: str
    accession_number: str
    modality: str
    body_part: str
    study_at: datetime | None
    series_count: int
    instance_count: int
    bytes: int
    state: str
    came_by: CameBy
    device_id: UUID | None
    first_came_at: datetime
    last_came_at: datetime
    completed_at: datetime | None
    named: Named = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """One series of a study."""

    id: UUID
    study_id: UUID
    series_uid: str
    number: int | None
    modality: str
    body_part: str
    description: str
    instance_count: int = 0


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """One stored file and where it lies."""

    id: UUID
    study_id: UUID
    series_id: UUID
    sop_uid: str
    sop_class: str
    transfer_syntax: str
    number: int | None
    kind: str
    frames: int
    rows: int
    columns: int
    bits: int
    attributes: dict[str, Any]
    pixels_at: int | None
    frame_table: bytes | None
    place: Place
    sha256: str
    came_at: datetime
