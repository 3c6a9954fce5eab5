"""What a viewer is told of a study. Places in a picture are image pixels; frames count from 1."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from server.foundation.routes import View


class ImagingPatientView(View):
    """The band over the pictures."""

    name: str
    sex: str
    age: int | None


class ImagingFrameView(View):
    """What one frame of a file with many says for itself, where it differs."""

    position: list[float] | None = None
    slope: float | None = None
    intercept: float | None = None
    windows: list[tuple[float, float, str]] | None = None


class ImagingCurveView(View):
    """A curve of the file's own (VOI LUT): the grey of `count` values from `first` on, [place, grey from there on] in `steps`.

    Values beyond either end have the grey of that end. `window` is the centre and width most like it.
    """

    name: str
    first: int
    count: int
    window: tuple[float, float]
    steps: list[tuple[int, int]]


class ImagingInstanceView(View):
    """One stored file as the viewer meets it: palettes and colour spaces are RGB already, at most 16 bits a sample.

    `bits` and `signed` say what `pixels` sends. `pixel_spacing` is [row, column] in millimetres. `windows` are [centre,
    width, name] in units after slope and intercept; `voi_function` is how any window is applied to this file (PS3.3
    C.11.2.1.2). Its first curve, where it has one, comes before its windows. A file of `kind` other than image has no
    pictures but a document.
    """

    id: UUID
    sop_uid: str
    number: int | None
    frames: int
    rows: int
    columns: int
    photometric: str
    samples: int
    bits: int
    signed: bool
    pixel_spacing: list[float] | None
    slice_location: float | None
    thickness: float | None
    position: list[float] | None
    orientation: list[float] | None
    slope: float
    intercept: float
    unit: str | None
    windows: list[tuple[float, float, str]]
    voi_function: Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"] = "LINEAR"
    lossy: bool
    kind: str
    curves: list[ImagingCurveView] | None = None
    laterality: str | None = None
    frame_time_ms: float | None = None
    padding: int | None = None
    each_frame: list[ImagingFrameView] | None = None


class ImagingSeriesView(View):
    """One series, its instances in reading order."""

    id: UUID
    uid: str
    number: int | None
    modality: str
    body_part: str
    description: str
    instances: list[ImagingInstanceView]


class ImagingPriorView(View):
    """Another study of the same patient that the asker may see; the most alike first."""

    id: UUID
    study_at: datetime | None
    description: str
    modality: str
    body_part: str


class ImagingStudyView(View):
    """A study with everything a viewer needs to lay it out. `patient` is None until it is matched."""

    id: UUID
    uid: str
    patient: ImagingPatientView | None
    description: str
    study_at: datetime | None
    organisation: str
    modality: str
    body_part: str
    accession_number: str
    state: str
    order_id: UUID | None
    series: list[ImagingSeriesView]
    priors: list[ImagingPriorView]
    may_copy: bool


class ImagingStudyLineView(View):
    """A study in a list."""

    id: UUID
    study_at: datetime | None
    description: str
    modality: str
    body_part: str
    organisation_id: UUID
    organisation: str
    series_count: int
    instance_count: int
    state: str
    order_id: UUID | None


class ImagingQuarantinedView(View):
    """A file that was set aside, and why."""

    id: UUID
    at: datetime
    name: str
    reason: str
    sentence: str
    came_by: str
    device_id: UUID | None
    size: int
