"""A study put together for the viewer."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.access import STAFF_RIGHTS

from . import store
from .model import Series, Study
from .naming import WordsKey, open_named, open_words, words_key
from .reading import opened, priors_of, studies_of_patient
from .shelf import Shelf
from .views import (
    ImagingCurveView,
    ImagingFrameView,
    ImagingInstanceView,
    ImagingPatientView,
    ImagingPriorView,
    ImagingSeriesView,
    ImagingStudyLineView,
    ImagingStudyView,
)

_warming: set[asyncio.Task[None]] = set()


async def study_view(work: Work, study_id: UUID) -> ImagingStudyView:
    """Everything that a viewer lays out. Raises: Unknown."""
    study, right = await opened(work, study_id)
    _have_a_decoder_ready(work)
    key = await words_key(work, PersonId(study.patient_id) if study.patient_id else None)
    organisation = await identity.organisation(work, OrganisationId(study.organisation_id))
    by_series: dict[UUID, list[Row[Any]]] = {}
    for row in await store.shown_instances(work.session, study.id):
        by_series.setdefault(row.series_id, []).append(row)
    named = open_named(work, study.words, study.id, key)
    return ImagingStudyView(
        id=study.id,
        uid=study.study_uid,
        patient=await _patient(work, study),
        description=named.description,
        study_at=study.study_at,
        organisation=organisation.name,
        modality=study.modality,
        body_part=study.body_part,
        accession_number=study.accession_number,
        state=study.state,
        order_id=study.order_id,
        series=[
            _series(work, row, by_series.get(row.id, []), key) for row in await store.series_of(work.session, study.id)
        ],
        priors=[await _prior(work, each) for each in await priors_of(work, study)],
        may_copy=right in STAFF_RIGHTS and work.actor.role is Role.DOCTOR,
    )


def _have_a_decoder_ready(work: Work) -> None:
    """Who opens a study asks for its first frame next."""
    task = asyncio.create_task(work.part(Shelf).decoders.warm())
    _warming.add(task)
    task.add_done_callback(_warming.discard)


async def _patient(work: Work, study: Study) -> ImagingPatientView | None:
    if study.patient_id is None:
        return None
    known = await identity.patient(work, PersonId(study.patient_id))
    return ImagingPatientView(name=known.name, sex=str(known.sex), age=known.age)


async def _prior(work: Work, prior: Study) -> ImagingPriorView:
    key = await words_key(work, PersonId(prior.patient_id) if prior.patient_id else None)
    return ImagingPriorView(
        id=prior.id,
        study_at=prior.study_at,
        description=open_named(work, prior.words, prior.id, key).description,
        modality=prior.modality,
        body_part=prior.body_part,
    )


def _series(work: Work, series: Series, instances: list[Row[Any]], key: WordsKey) -> ImagingSeriesView:
    return ImagingSeriesView(
        id=series.id,
        uid=series.series_uid,
        number=series.number,
        modality=series.modality,
        body_part=series.body_part,
        description=open_words(work, series.words, "imaging_series", series.id, key),
        instances=[_instance(row) for row in instances],
    )


def _instance(row: Row[Any]) -> ImagingInstanceView:
    told = row.attributes
    each = told.get("each_frame")
    return ImagingInstanceView(
        id=row.id,
        sop_uid=row.sop_uid,
        number=row.number,
        frames=row.frames,
        rows=row.rows,
        columns=row.columns,
        photometric=told.get("photometric", ""),
        samples=told.get("samples", 0),
        bits=told.get("bits", 0),
        signed=told.get("signed", False),
        pixel_spacing=told.get("pixel_spacing"),
        slice_location=told.get("slice_location"),
        thickness=told.get("thickness"),
        position=told.get("position"),
        orientation=told.get("orientation"),
        slope=told.get("slope", 1.0),
        intercept=told.get("intercept", 0.0),
        unit=told.get("unit"),
        windows=[tuple(window) for window in told.get("windows", ())],
        voi_function=told.get("voi_function", "LINEAR"),
        curves=[ImagingCurveView.model_validate(curve) for curve in told.get("curves", ())] or None,
        lossy=told.get("lossy", False),
        kind=row.kind,
        laterality=told.get("laterality"),
        frame_time_ms=told.get("frame_time_ms"),
        padding=told.get("padding"),
        each_frame=[ImagingFrameView.model_validate(frame) for frame in each] if each else None,
    )


async def study_lines(work: Work, patient_id: PersonId) -> list[ImagingStudyLineView]:
    """A patient's studies that the actor may see. Raises: Unknown."""
    found = await studies_of_patient(work, patient_id)
    places = {each: await identity.organisation(work, each) for each in {study.organisation_id for study in found}}
    return [
        ImagingStudyLineView(
            id=study.id,
            study_at=study.study_at,
            description=study.named.description,
            modality=study.modality,
            body_part=study.body_part,
            organisation_id=study.organisation_id,
            organisation=places[study.organisation_id].name,
            series_count=study.series_count,
            instance_count=study.instance_count,
            state=study.state,
            order_id=study.order_id,
        )
        for study in found
    ]
