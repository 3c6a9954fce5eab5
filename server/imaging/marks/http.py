"""Marks over HTTP: kept by staff who may see the study, seen by whoever may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import marking
from .errors import MarkOffPicture, MarksEnough, MarksNeedPatient
from .marking import Mark
from .rules import LONGEST_WORDS, MarkContent, MarkFigures, MarkKind, Point

routes = Routes()
_MARK: Final = "imaging.mark"
_SEE: Final = "imaging.see-marks"


class NewMarkBody(Body):
    """A mark: `points` are image pixels, (0, 0) the outer corner of the first; frames count from 1."""

    instance_id: UUID
    frame: Annotated[int, Field(ge=1)] = 1
    kind: MarkKind
    points: Annotated[tuple[Point, ...], Field(max_length=3)]
    text: Annotated[str, Field(max_length=LONGEST_WORDS)] = ""
    figures: MarkFigures | None = None
    meeting_id: UUID | None = None


class ImagingMarkView(View):
    """A mark that lasts, with who made it and when."""

    id: UUID
    study_id: UUID
    instance_id: UUID
    frame: int
    kind: MarkKind
    points: list[tuple[float, float]]
    text: str
    figures: MarkFigures | None
    by: str
    at: datetime
    mine: bool
    meeting_id: UUID | None

    @classmethod
    def of(cls, mark: Mark) -> ImagingMarkView:
        """As it is answered."""
        content = mark.content
        return cls(
            id=mark.id,
            study_id=mark.study_id,
            instance_id=mark.instance_id,
            frame=mark.frame,
            kind=mark.kind,
            points=list(content.points),
            text=content.text,
            figures=content.figures,
            by=mark.by,
            at=mark.at,
            mine=mark.mine,
            meeting_id=mark.meeting_id,
        )


@routes.get("/api/imaging/studies/{study_id}/marks", may=_SEE)
async def list_marks(work: Work, study_id: UUID) -> list[ImagingMarkView]:
    """The marks on a study."""
    return [ImagingMarkView.of(mark) for mark in await marking.marks(work, study_id)]


@routes.post(
    "/api/imaging/studies/{study_id}/marks",
    may=_MARK,
    status=201,
    problems=(MarkOffPicture, MarksNeedPatient, MarksEnough),
)
async def keep_mark(work: Work, study_id: UUID, body: NewMarkBody) -> ImagingMarkView:
    """Keep a mark."""
    content = MarkContent(points=body.points, text=body.text, figures=body.figures)
    mark = await marking.keep(work, study_id, body.instance_id, body.frame, body.kind, content, body.meeting_id)
    return ImagingMarkView.of(mark)


@routes.delete("/api/imaging/marks/{mark_id}", may=_MARK, status=204)
async def remove_mark(work: Work, mark_id: UUID) -> None:
    """Take one's own mark away."""
    await marking.remove(work, mark_id)
