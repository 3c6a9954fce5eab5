"""Uploads by page: begin, files one by one or a zip, what is in it, whose it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.answers import Upload
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Routes, View
from server.foundation.vault import FileTooLarge, VaultFull
from server.foundation.work import Work

from .arrivals import finishing, receiving
from .arrivals.errors import (
    ArrivalOver,
    MixedPatients,
    NothingArrived,
    NotThisPatient,
    ZipExpandsTooFar,
    ZipUnreadable,
)
from .arrivals.finishing import Choice
from .dicom.verdict import SENTENCES, Reason
from .matching.errors import OrderTakesNoPictures, StudyDecidedAlready
from .matching.rules import Fits
from .studies.facts import Fate

routes = Routes()
_MAY = "imaging.upload"
_Uid = Annotated[str, Field(pattern=r"^[0-9.]{1,64}$")]


class ArrivalView(View):
    """An upload, and for whom it was begun."""

    id: UUID
    state: str
    patient_id: UUID | None
    order_id: UUID | None
    request_id: UUID | None
    created_at: datetime
    touched_at: datetime


class ArrivedFileView(View):
    """What became of one file; `sha256` of its content as sent. `title` says why it was not kept."""

    name: str
    sha256: str
    state: Fate
    reason: str | None
    title: str | None
    study_uid: str | None

    @classmethod
    def of(cls, each: receiving.FileFacts, language: str) -> ArrivedFileView:
        """The view, with the reason as a sentence."""
        return cls(
            name=each.name,
            sha256=each.sha256,
            state=each.state,
            reason=each.reason,
            title=_sentence(each.reason, language),
            study_uid=each.study_uid,
        )


class ArrivedFilesView(View):
    """The outcomes of one request, in the order of the files (a zip has many)."""

    outcomes: list[ArrivedFileView]


class ArrivalFilesView(ArrivalView):
    """An upload with every file that came: what need not be sent again."""

    files: list[ArrivedFileView]


class ArrivedPersonView(View):
    """Whom files name; nobody has checked it."""

    name: str
    number: str
    birth_date: str
    sex: str


class ArrivedStudyView(View):
    """One study of an upload, and whether it fits the patient for whom it was begun. `reasons` are codes."""

    study_uid: str
    study_id: UUID
    patient_name_in_file: str
    id: str
    birth_date: str
    sex: str
    people: list[ArrivedPersonView]
    modality: str
    description: str
    study_at: datetime | None
    accession_number: str
    instances: int
    fits: Fits
    reasons: list[str]

    @classmethod
    def of(cls, found: finishing.Found) -> ArrivedStudyView:
        """The view of what was found."""
        people = [ArrivedPersonView.model_validate(each) for each in found.people]
        first = people[0] if people else ArrivedPersonView(name="", number="", birth_date="", sex="")
        return cls(
            study_uid=found.study.study_uid,
            study_id=found.study.id,
            patient_name_in_file=first.name,
            id=first.number,
            birth_date=first.birth_date,
            sex=first.sex,
            people=people,
            modality=found.study.modality,
            description=found.study.named.description,
            study_at=found.study.study_at,
            accession_number=found.study.accession_number,
            instances=found.files,
            fits=found.fits,
            reasons=found.reasons,
        )


class ArrivalBody(Body):
    """For whom, as far as it is known."""

    patient_id: UUID | None = None
    order_id: UUID | None = None
    request_id: UUID | None = None


class ArrivalUploadBody(Body):
    """A zip that came piece by piece (`/api/uploads`)."""

    upload_id: UUID


class ArrivalChoiceBody(Body):
    """Whose one study shall be."""

    study_uid: _Uid
    patient_id: UUID
    order_id: UUID | None = None


class ArrivalFinishBody(Body):
    """Whose each study shall be; `reason` where the files say somebody else."""

    studies: Annotated[tuple[ArrivalChoiceBody, ...], Field(min_length=1, max_length=100)]
    reason: Annotated[str, Field(min_length=2, max_length=500)] | None = None


_TAKING = (Unknown, ArrivalOver, FileTooLarge, ZipUnreadable, ZipExpandsTooFar, VaultFull)


@routes.post("/api/imaging/arrivals", may=_MAY, status=201, problems=(Unknown,))
async def start_arrival(work: Work, body: ArrivalBody) -> ArrivalView:
    """Begin an upload."""
    return ArrivalView.model_validate(await receiving.start(work, body.patient_id, body.order_id, body.request_id))


@routes.get("/api/imaging/arrivals", may=_MAY)
async def list_arrivals(work: Work) -> list[ArrivalView]:
    """One's own uploads that are not over."""
    return [ArrivalView.model_validate(each) for each in await receiving.mine(work)]


@routes.get("/api/imaging/arrivals/{arrival_id}", may=_MAY, problems=(Unknown,))
async def show_arrival(work: Work, arrival_id: UUID) -> ArrivalFilesView:
    """An upload and what of it has come, by digest: where to go on after a broken line."""
    facts, files = await receiving.files(work, arrival_id)
    view = ArrivalView.model_validate(facts)
    return ArrivalFilesView(**view.model_dump(), files=[ArrivedFileView.of(each, work.language) for each in files])


@routes.post("/api/imaging/arrivals/{arrival_id}/files", may=_MAY, problems=_TAKING)
async def take_files(work: Work, arrival_id: UUID, upload: Upload) -> ArrivedFilesView:
    """One DICOM file or one zip as the body; the name goes in `X-File-Name`. The same content again is the same file."""
    taken = await receiving.take(work, arrival_id, upload)
    return ArrivedFilesView(outcomes=[ArrivedFileView.of(each, work.language) for each in taken])


@routes.post("/api/imaging/arrivals/{arrival_id}/from-upload", may=_MAY, slow=True, problems=_TAKING)
async def take_upload(work: Work, arrival_id: UUID, body: ArrivalUploadBody) -> ArrivedFilesView:
    """A zip that came piece by piece over a bad line."""
    taken = await receiving.take_upload(work, arrival_id, body.upload_id)
    return ArrivedFilesView(outcomes=[ArrivedFileView.of(each, work.language) for each in taken])


@routes.post("/api/imaging/arrivals/{arrival_id}/check", may=_MAY, problems=(Unknown, ArrivalOver))
async def check_arrival(work: Work, arrival_id: UUID) -> list[ArrivedStudyView]:
    """What is in it, study by study; several patients are seen here."""
    return [ArrivedStudyView.of(each) for each in await finishing.check(work, arrival_id)]


@routes.post(
    "/api/imaging/arrivals/{arrival_id}/finish",
    may=_MAY,
    problems=(
        Unknown,
        ArrivalOver,
        NothingArrived,
        MixedPatients,
        NotThisPatient,
        OrderTakesNoPictures,
        StudyDecidedAlready,
    ),
)
async def finish_arrival(work: Work, arrival_id: UUID, body: ArrivalFinishBody) -> None:
    """Make studies their patients'; those not named wait in 待匹配."""
    choices = [Choice(each.study_uid, PersonId(each.patient_id), each.order_id) for each in body.studies]
    await finishing.finish(work, arrival_id, choices, body.reason)


@routes.delete("/api/imaging/arrivals/{arrival_id}", may=_MAY, problems=(Unknown, ArrivalOver))
async def withdraw_arrival(work: Work, arrival_id: UUID) -> None:
    """Give it up; what is nobody's yet and came only with it is rejected."""
    await receiving.withdraw(work, arrival_id)


def _sentence(reason: str | None, language: str) -> str | None:
    try:
        zh, en = SENTENCES[Reason(reason or "")]
    except (ValueError, KeyError):
        return None
    return en if language == "en" else zh
