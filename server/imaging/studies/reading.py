"""Studies as neighbours and viewers read them. `study_facts` and its like ask nothing of the asker; `opened` does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.access import Right, StudyRef, may_see_study, require_may_see_study
from server.imaging.archive.keeping import whole
from server.imaging.archive.places import Place, Store
from server.records import service as records

from . import store
from .facts import CameBy, InstanceFacts, SeriesFacts, StudyFacts
from .model import Instance, Study
from .naming import open_named, open_words, words_key
from .shelf import Shelf

_MOST_STUDIES: Final = 200
_SAME_SITTING_S: Final = 300


def ref_of(study: Study) -> StudyRef:
    """What access is decided by."""
    patient_id = PersonId(study.patient_id) if study.patient_id else None
    return StudyRef(study.id, OrganisationId(study.organisation_id), patient_id, study.order_id)


async def study_facts(work: Work, study_id: UUID) -> StudyFacts:
    """A study, without asking who asks. Raises: Unknown."""
    return await _facts(work, await _study(work, study_id))


async def studies_by_id(work: Work, ids: Collection[UUID]) -> list[StudyFacts]:
    """Many, without asking who asks; what is not there is left out."""
    return [await _facts(work, row) for row in await store.studies_by_id(work.session, ids)]


async def studies_of_order(work: Work, order_id: UUID) -> list[StudyFacts]:
    """What belongs to an order, without asking who asks."""
    return [await _facts(work, row) for row in await store.studies_of_order(work.session, order_id)]


async def study_of_uid(work: Work, organisation_id: OrganisationId, study_uid: str) -> StudyFacts | None:
    """An institution's study by its UID, without asking who asks."""
    row = await store.study_of_uid(work.session, organisation_id, study_uid)
    return await _facts(work, row) if row else None


async def series_facts(work: Work, study_id: UUID) -> list[SeriesFacts]:
    """A study's series, without asking who asks. Raises: Unknown."""
    study = await _study(work, study_id)
    key = await words_key(work, PersonId(study.patient_id) if study.patient_id else None)
    counts = await store.instance_counts(work.session, study_id)
    return [
        SeriesFacts(
            id=row.id,
            study_id=row.study_id,
            series_uid=row.series_uid,
            number=row.number,
            modality=row.modality,
            body_part=row.body_part,
            description=open_words(work, row.words, "imaging_series", row.id, key),
            instance_count=counts.get(row.id, 0),
        )
        for row in await store.series_of(work.session, study_id)
    ]


async def instance_facts(work: Work, study_id: UUID, series_id: UUID | None = None) -> list[InstanceFacts]:
    """Instances in reading order, without asking who asks."""
    return [facts_of(row) for row in await store.instances_of(work.session, study_id, series_id)]


async def one_instance(work: Work, instance_id: UUID) -> InstanceFacts:
    """One instance, without asking who asks. Raises: Unknown."""
    row = await store.instance(work.session, instance_id)
    if row is None:
        raise Unknown
    return facts_of(row)


def read_instance(work: Work, instance: InstanceFacts, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """The bytes of a file; called after the transaction that allowed it. Raises what `Archive.read` raises."""
    return work.part(Shelf).archive.read(instance.place, start, end)


async def header_bytes(work: Work, instance: InstanceFacts) -> bytes:
    """A file up to its pixels (whole, when it has none or is deflated); read after the transaction that allowed it."""
    end = None if instance.transfer_syntax == "1.2.840.10008.1.2.1.99" else instance.pixels_at
    return await whole(work.part(Shelf).archive, instance.place, 0, end)


async def opened(work: Work, study_id: UUID) -> tuple[Study, Right]:
    """A study that the actor may see; a line in the patient's who-read list. Raises: Unknown."""
    study = await _study(work, study_id)
    right = await require_may_see_study(work, ref_of(study))
    await note_opening(work, study, right)
    return study, right


async def opened_instance(work: Work, instance_id: UUID) -> tuple[Study, InstanceFacts, Right]:
    """The same by one of its instances. Raises: Unknown."""
    row = await store.instance(work.session, instance_id)
    if row is None:
        raise Unknown
    study, right = await opened(work, row.study_id)
    return study, facts_of(row), right


async def note_opening(work: Work, study: Study, right: Right) -> None:
    """Who saw it: once for a sitting, however many slices. Rule: imaging-5"""
    who = work.actor.person_id or work.actor.bound_to
    lately, sitting = work.part(Shelf).openings, f"{who} {study.id}"
    if who is not None and lately.get(sitting, work.now, _SAME_SITTING_S):
        return
    patient_id = PersonId(study.patient_id) if study.patient_id else None
    if patient_id is None or work.actor.person_id is None:
        work.audit("imaging-study.open", "imaging-study", study.id, patient_id=patient_id, right=right)
    else:
        await records.note_read(work, patient_id, records.Seen.STUDY, study.id, own=right is Right.SELF)
    work.afterwards(lambda: lately.note(sitting, work.now))


async def priors_of(work: Work, study: Study) -> list[Study]:
    """Other studies of the same patient that the actor may see, the most alike first."""
    if study.patient_id is None:
        return []
    every = await identity.with_merged(work, [PersonId(study.patient_id)])
    rows = await store.studies_of_patients(work.session, every, _MOST_STUDIES)
    others = [row for row in rows if row.id != study.id and await may_see_study(work, ref_of(row))]
    return sorted(others, key=lambda row: _unlike(study, row))


def _unlike(study: Study, other: Study) -> int:
    return 2 * (other.modality != study.modality) + (other.body_part != study.body_part)


async def studies_of_patient(work: Work, patient_id: PersonId) -> list[StudyFacts]:
    """A patient's studies that the actor may see, the newest first. Raises: Unknown, when it is none of the actor's patients."""
    await records.require_may_read(work, patient_id)
    every = await identity.with_merged(work, [patient_id])
    rows = await store.studies_of_patients(work.session, every, _MOST_STUDIES)
    return [await _facts(work, row) for row in rows if await may_see_study(work, ref_of(row))]


async def any_of_patient(work: Work, patient_id: PersonId) -> bool:
    """Whether a patient has any study, without asking who asks."""
    return bool(await store.studies_of_patients(work.session, [patient_id], 1))


async def _study(work: Work, study_id: UUID) -> Study:
    row = await store.study(work.session, study_id)
    if row is None:
        raise Unknown
    return row


async def _facts(work: Work, row: Study) -> StudyFacts:
    patient_id = PersonId(row.patient_id) if row.patient_id else None
    key = await words_key(work, patient_id)
    return StudyFacts(
        id=row.id,
        organisation_id=OrganisationId(row.organisation_id),
        patient_id=patient_id,
        order_id=row.order_id,
        study_uid=row.study_uid,
        accession_number=row.accession_number,
        modality=row.modality,
        body_part=row.body_part,
        study_at=row.study_at,
        series_count=row.series_count,
        instance_count=row.instance_count,
        bytes=row.size,
        state=row.state,
        came_by=CameBy(row.came_by),
        device_id=row.device_id,
        first_came_at=row.first_came_at,
        last_came_at=row.last_came_at,
        completed_at=row.completed_at,
        named=open_named(work, row.words, row.id, key),
    )


def facts_of(row: Instance) -> InstanceFacts:
    """An instance's row as facts."""
    return InstanceFacts(
        id=row.id,
        study_id=row.study_id,
        series_id=row.series_id,
        sop_uid=row.sop_uid,
        sop_class=row.sop_class,
        transfer_syntax=row.transfer_syntax,
        number=row.number,
        kind=row.kind,
        frames=row.frames,
        rows=row.rows,
        columns=row.columns,
        bits=row.bits,
        attributes=row.attributes,
        pixels_at=row.pixels_at,
        frame_table=row.frame_table,
        place=Place(Store(row.store), row.pack, row.pack_offset, row.length),
        sha256=row.sha256,
        came_at=row.came_at,
    )
