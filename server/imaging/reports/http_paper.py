"""What of a report is a file: the PDF, its key pictures."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.answers import FileAnswer, Upload
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Query, Routes, View
from server.foundation.work import Work
from server.imaging.orders.errors import ImagingOrderCancelled
from server.imaging.worklist.errors import ExamClaimedByAnother, ExamClaimOver, OwnPreliminary
from server.records.errors import FileTooBig, WrongFileType

from . import paper, pictures
from .errors import NoReportYet

routes = Routes()
_SEE: Final = "imaging.see-orders"


class ReportPaperQuery(Query):
    """An earlier version; the last one when nothing is said."""

    version: Annotated[int, Field(ge=1, le=9999)] | None = None


class KeyPictureView(View):
    """A key picture that was kept; its id goes into the report's figures."""

    attachment_id: UUID


@routes.get("/api/imaging/orders/{order_id}/report.pdf", may=_SEE, problems=(Unknown, NoReportYet))
async def print_imaging_report(work: Work, order_id: UUID, query: ReportPaperQuery) -> FileAnswer:
    """The report with its signatures and the code by which anybody checks it."""
    return await paper.paper(work, order_id, query.version)


@routes.post(
    "/api/imaging/orders/{order_id}/figures",
    may="imaging.read",
    status=201,
    problems=(
        Unknown,
        ImagingOrderCancelled,
        ExamClaimOver,
        ExamClaimedByAnother,
        OwnPreliminary,
        NotInThisState,
        FileTooBig,
        WrongFileType,
    ),
)
async def keep_key_picture(work: Work, order_id: UUID, upload: Upload) -> KeyPictureView:
    """A picture for the report: JPEG or PNG, a rendered frame with its marks."""
    return KeyPictureView(attachment_id=await pictures.keep(work, order_id, upload))


@routes.get("/api/imaging/orders/{order_id}/figures/{attachment_id}", may=_SEE, problems=(Unknown,))
async def show_key_picture(work: Work, order_id: UUID, attachment_id: UUID) -> FileAnswer:
    """A key picture of a report that the asker may read."""
    return await pictures.picture(work, order_id, attachment_id)
