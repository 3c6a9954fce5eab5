"""A study of a patient, as far as the matrix needs one: its series, and an instance with a picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from server.demo.phantom import Chest, Subject, files
from server.foundation.actor import SYSTEM, OrganisationId
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.film.model import Film
from server.imaging.studies import service as studies
from server.imaging.studies.service import CameBy, Part

from .houses import Known


async def imaged(ground: Ground, organisation_id: OrganisationId, known: Known) -> dict[str, str]:
    """The ids of a study that is this patient's."""
    subject = Subject(known.who.name, "MATRIX", "M", date(1960, 1, 1))
    chest = Chest(subject, datetime(2026, 11, 1, 9, tzinfo=UTC), slices=1, size=32, mark=str(uuid4()))

    async def parts() -> AsyncIterator[Part]:
        for content in files(chest):
            yield Part(content, "IM1")

    (kept,) = await studies.ingest(ground, SYSTEM, organisation_id, parts(), CameBy.DEMO, patient_id=known.who.id)
    assert kept.instance_id is not None
    assert kept.study_id is not None
    async with unit_of_work(ground, SYSTEM) as work:
        await studies.complete(work, kept.study_id)
        instance = await studies.one_instance(work, kept.instance_id)
    return {
        "film_id": str(await _shared(ground, organisation_id, known, instance.study_id)),
        "study_id": str(instance.study_id),
        "series_id": str(instance.series_id),
        "instance_id": str(instance.id),
    }


async def _shared(ground: Ground, organisation_id: OrganisationId, known: Known, study_id: UUID) -> UUID:
    """A cloud film of it, that the patient made."""
    async with unit_of_work(ground, known.who.actor) as work:
        film = Film(
            id=work.new_id(),
            study_id=study_id,
            patient_id=known.who.id,
            organisation_id=organisation_id,
            secret_digest=uuid4().bytes,
            made_by=known.who.id,
            made_at=work.now,
            expires_at=work.now + timedelta(days=7),
            wrong_tries=0,
        )
        work.session.add(film)
        return film.id
