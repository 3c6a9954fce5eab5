"""待匹配: studies that wait for their patient."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work

from .matching import attaching
from .matching.errors import DifferencesNotConfirmed, OrderTakesNoPictures, StudyDecidedAlready
from .matching.rules import Doubt, Fits, Verdict, Waits
from .studies.facts import CameBy

routes = Routes()
_MAY = "imaging.match"


class ImagingInFileView(View):
    """What a file says of its patient; nobody has checked it."""

    name: str
    number: str
    birth_date: str
    sex: str


class ImagingWaitingOrderView(View):
    """The order that the file's accession number names."""

    id: UUID
    number: str
    accession_number: str
    modality: str
    body_part: str
    takes_pictures: bool


class ImagingUnmatchedView(View):
    """A study that waits, and why. `source` is the device or peer that sent it."""

    study_id: UUID
    reason: Waits
    arrived_at: datetime
    came_by: CameBy
    source: str
    state: str
    modality: str
    body_part: str
    description: str
    study_at: datetime | None
    series: int
    instances: int
    accession_number: str
    in_file: ImagingInFileView
    order: ImagingWaitingOrderView | None

    @classmethod
    def of(cls, each: attaching.Waiting) -> ImagingUnmatchedView:
        """The view of what waits."""
        study, named = each.study, each.study.named
        return cls(
            study_id=study.id,
            reason=each.reason,
            arrived_at=each.arrived_at,
            came_by=study.came_by,
            source=each.source,
            state=study.state,
            modality=study.modality,
            body_part=study.body_part,
            description=named.description,
            study_at=study.study_at,
            series=study.series_count,
            instances=study.instance_count,
            accession_number=study.accession_number,
            in_file=ImagingInFileView(
                name=named.patient_name, number=named.file_id, birth_date=named.birth_date, sex=named.sex
            ),
            order=ImagingWaitingOrderView.model_validate(each.order) if each.order else None,
        )


class ImagingComparedView(View):
    """One field of file and record, side by side."""

    what: Doubt
    file: str
    record: str
    verdict: Verdict


class ImagingCandidateView(View):
    """Whom the study could be: field by field, and the codes that must be confirmed, each, to attach it."""

    patient_id: UUID
    order_id: UUID | None
    fields: list[ImagingComparedView]
    confirm: list[Doubt]
    fits: Fits


class ImagingCandidateQuery(Query):
    """One of both."""

    order_id: UUID | None = None
    patient_id: UUID | None = None


class ImagingMatchBody(Body):
    """To an order or a patient, with the codes of what was compared and confirmed."""

    order_id: UUID | None = None
    patient_id: UUID | None = None
    confirm_differences: Annotated[tuple[Doubt, ...], Field(max_length=len(Doubt))] = ()


class ImagingRejectBody(Body):
    """Why it is nobody's here."""

    reason: Annotated[str, Field(min_length=2, max_length=500)]


@routes.get("/api/imaging/unmatched", may=_MAY)
async def list_unmatched(work: Work) -> list[ImagingUnmatchedView]:
    """What waits at the acting institution, the newest first."""
    return [ImagingUnmatchedView.of(each) for each in await attaching.waiting(work)]


@routes.get("/api/imaging/unmatched/{study_id}/comparison", may=_MAY, problems=(Unknown, StudyDecidedAlready))
async def compare_unmatched(work: Work, study_id: UUID, query: ImagingCandidateQuery) -> ImagingCandidateView:
    """The file beside an order's patient, or a patient of the institution."""
    found = await attaching.compare_with(work, study_id, order_id=query.order_id, patient_id=query.patient_id)
    return ImagingCandidateView.model_validate(found)


@routes.post(
    "/api/imaging/unmatched/{study_id}/match",
    may=_MAY,
    problems=(Unknown, StudyDecidedAlready, OrderTakesNoPictures, DifferencesNotConfirmed),
)
async def match_study(work: Work, study_id: UUID, body: ImagingMatchBody) -> None:
    """Attach it; refused with the codes that nobody confirmed yet."""
    await attaching.attach(
        work, study_id, order_id=body.order_id, patient_id=body.patient_id, confirmed=body.confirm_differences
    )


@routes.post("/api/imaging/unmatched/{study_id}/reject", may=_MAY, problems=(Unknown, StudyDecidedAlready))
async def reject_study(work: Work, study_id: UUID, body: ImagingRejectBody) -> None:
    """Not for anybody here, with the reason."""
    await attaching.reject(work, study_id, body.reason)
