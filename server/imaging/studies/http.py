"""Routes of studies for viewers and pages. What frames look like on the way is said in `pictures.py`."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.answers import FileAnswer, MadeAnswer, StreamAnswer
from server.foundation.errors import Unknown
from server.foundation.problems import invalid_field
from server.foundation.routes import Query, Routes
from server.foundation.work import Work

from . import aside, copies, pictures, viewing
from .errors import ArchiveSilent, NotAnonymous, NotAPicture, PictureNotShown, StoredFileDamaged
from .views import ImagingQuarantinedView, ImagingStudyLineView, ImagingStudyView

routes = Routes()

FrameNumber = Annotated[int, Field(ge=1, le=1_000_000)]
_WINDOW: Final = r"^-?\d{1,9}(\.\d{1,6})?,\d{1,9}(\.\d{1,6})?$"
_PICTURE: Final = (Unknown, NotAPicture, PictureNotShown, StoredFileDamaged, ArchiveSilent)


class PreviewQuery(Query):
    """The longer side in pixels; the window as `centre,width`, or the file's own."""

    size: int = Field(256, ge=32, le=1024)
    window: str | None = Field(None, pattern=_WINDOW)


class RenderedQuery(Query):
    """The same for print and film; without `size` every pixel as it is."""

    size: int | None = Field(None, ge=32, le=4096)
    window: str | None = Field(None, pattern=_WINDOW)
    form: Literal["png", "jpeg"] = "png"


class PreviewsQuery(Query):
    """Which previews of a series: from the place `first` (0) so many."""

    first: int = Field(0, ge=0, le=1_000_000)
    count: int = Field(60, ge=1, le=pictures.MOST_PREVIEWS)
    size: int = Field(256, ge=32, le=512)


class FirstPictureQuery(Query):
    """The longer side in pixels."""

    size: int = Field(256, ge=32, le=1024)


class PatientStudiesQuery(Query):
    """Whose."""

    patient_id: UUID


@routes.get("/api/imaging/studies/{study_id}", may="imaging.see", packed=True, problems=(Unknown,))
async def show_study(work: Work, study_id: UUID) -> ImagingStudyView:
    """A study with its series and instances, and its priors; a line in the patient's who-read list."""
    return await viewing.study_view(work, study_id)


@routes.get("/api/imaging/studies/{study_id}/first-picture", may="imaging.see", problems=_PICTURE)
async def show_first_picture(work: Work, study_id: UUID, query: FirstPictureQuery) -> MadeAnswer:
    """What a viewer opens the study with, small (WebP); X-Instance and X-Frame say which picture it is, X-Window its window."""
    return await pictures.first_picture(work, study_id, query.size)


@routes.get("/api/imaging/studies", may="imaging.list", problems=(Unknown,))
async def list_studies(work: Work, query: PatientStudiesQuery) -> list[ImagingStudyLineView]:
    """A patient's studies that the asker may see, the newest first."""
    return await viewing.study_lines(work, PersonId(query.patient_id))


@routes.get("/api/imaging/instances/{instance_id}/frames/{frame}/preview", may="imaging.see", problems=_PICTURE)
async def show_preview(work: Work, instance_id: UUID, frame: FrameNumber, query: PreviewQuery) -> MadeAnswer:
    """A small picture (WebP) for the first paint; X-Window says how it was windowed."""
    look = pictures.Look(query.size, _window(query.window), "webp", fine=False)
    return await pictures.picture(work, instance_id, frame, look)


@routes.get("/api/imaging/instances/{instance_id}/frames/{frame}/pixels", may="imaging.see", problems=_PICTURE)
async def show_pixels(work: Work, instance_id: UUID, frame: FrameNumber) -> MadeAnswer:
    """A frame's stored values: little-endian, filtered as X-Pixel-Filter says, of the type that X-Pixel-Type says."""
    return await pictures.pixels(work, instance_id, frame)


@routes.get("/api/imaging/instances/{instance_id}/frames/{frame}/rendered", may="imaging.see", problems=_PICTURE)
async def show_rendered(work: Work, instance_id: UUID, frame: FrameNumber, query: RenderedQuery) -> MadeAnswer:
    """A frame in 8 bits for print and film."""
    look = pictures.Look(query.size, _window(query.window), query.form, fine=True)
    return await pictures.picture(work, instance_id, frame, look)


@routes.get("/api/imaging/series/{series_id}/previews", may="imaging.see", problems=(Unknown,))
async def show_previews(work: Work, series_id: UUID, query: PreviewsQuery) -> StreamAnswer:
    """Many previews in one answer: each a 16-byte head (place, length, window centre and width), then a WebP."""
    return await pictures.previews(work, series_id, query.first, query.count, query.size)


@routes.get("/api/imaging/instances/{instance_id}/document", may="imaging.see", problems=_PICTURE)
async def show_document(work: Work, instance_id: UUID) -> MadeAnswer:
    """A file without pixels as something to read: the PDF it encloses, or text."""
    return await pictures.document(work, instance_id)


@routes.get("/api/imaging/instances/{instance_id}/file", may="imaging.fetch", problems=(Unknown,))
async def fetch_file(work: Work, instance_id: UUID) -> FileAnswer:
    """The DICOM file, for staff who may see the study."""
    return await pictures.file(work, instance_id)


@routes.post(
    "/api/imaging/studies/{study_id}/teaching-copy",
    may="imaging.copy",
    grants_tokens=True,
    problems=(Unknown, NotAnonymous, StoredFileDamaged, ArchiveSilent),
)
async def make_teaching_copy(work: Work, study_id: UUID) -> StreamAnswer:
    """A zip of the study's pictures with nothing in them that says whose they are."""
    return await copies.teaching_copy(work, study_id)


@routes.get("/api/imaging/quarantine", may="imaging.quarantine")
async def list_quarantine(work: Work) -> list[ImagingQuarantinedView]:
    """What was sent to the acting institution and set aside, with the reason."""
    return await aside.quarantined(work)


def _window(said: str | None) -> pictures.Window | None:
    """Centre and width. Raises: Invalid, for a window without width."""
    if said is None:
        return None
    centre, width = (float(each) for each in said.split(","))
    if width <= 0:
        raise invalid_field("/window", "窗宽必须大于 0", "The window's width must be more than 0")
    return centre, width
