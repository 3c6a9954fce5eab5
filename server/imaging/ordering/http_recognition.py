"""Mutual recognition over HTTP: what is recognised when somebody orders, and accepting it."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work
from server.imaging.orders import naming, store
from server.imaging.orders.catalogue import catalogue
from server.imaging.recognition import recognising
from server.imaging.recognition.errors import NothingToRecognise
from server.imaging.recognition.recognising import Recognised
from server.imaging.reports import reading
from server.records import service as records
from server.records.service import Seen

from .views import RecognisedResultView

routes = Routes()
_MAY: Final = "imaging.order"
_Code = Annotated[str, Field(max_length=16, pattern=r"^[A-Z]+$")]


class RecognitionsQuery(Query):
    """What is about to be ordered, for whom."""

    patient_id: UUID
    modality: _Code
    body_part: _Code


class AcceptResultBody(Body):
    """Which result is used instead of a new examination."""

    report_id: UUID


@routes.get("/api/imaging/recognitions", may=_MAY, problems=(Unknown,))
async def list_recognised_results(work: Work, query: RecognitionsQuery) -> list[RecognisedResultView]:
    """The results of the same examination that are still recognised, the newest first, with what they say."""
    found = await recognising.recognised(work, PersonId(query.patient_id), query.modality, query.body_part)
    return [await _shown(work, each) for each in found]


@routes.post("/api/imaging/recognitions", may=_MAY, status=201, problems=(Unknown, NothingToRecognise))
async def accept_recognised_result(work: Work, body: AcceptResultBody) -> RecognisedResultView:
    """Use a result instead of ordering the examination again; it is counted as saved."""
    return await _shown(work, await recognising.accept(work, body.report_id))


async def _shown(work: Work, result: Recognised) -> RecognisedResultView:
    """The result with its impression, which is a reading of the patient's record."""
    order = await store.by_id(work.session, result.report_id)
    assert order is not None, "orders are never deleted"
    report = await reading.opened(work, order, result.version)
    studies = (await store.studies_of(work.session, [order.id]))[order.id]
    await records.note_read(work, result.patient_id, Seen.IMAGING_REPORT, order.id)
    return RecognisedResultView(
        report_id=result.report_id,
        number=result.number,
        institution=result.institution,
        modality=result.modality,
        body_part=result.body_part,
        procedure=naming.coded(work, catalogue().procedures, result.procedure_code),
        at=result.at,
        valid_until=result.valid_until,
        impression=report.content.impression,
        study_ids=[each.study_id for each in studies],
    )
