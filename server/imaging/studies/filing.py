"""Writing a batch's rows in one transaction: studies in the order of their UIDs, so that two batches never wait for each other.

Every batch of a study takes the study's row lock first; what it brings is counted under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work
from server.imaging.archive.places import Place
from server.imaging.dicom.verdict import REFUSED, Header, Reason, Uids
from server.imaging.events import StudyArrived

from . import store_filing as store
from .facts import CameBy, Fate, Named, Outcome
from .lifecycle import State, step
from .model import Study
from .naming import WordsKey, named_of, open_named, seal_words, words_key
from .times import study_instant


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whence a batch came, and whose new studies are."""

    organisation_id: OrganisationId
    came_by: CameBy
    device_id: UUID | None
    order_id: UUID | None
    patient_id: PersonId | None


@dataclass(slots=True)
class Seen:
    """One inspected part on its way; `content` is let go of once it is in the archive."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    sha256: str
    header: Header | None
    reason: Reason | None
    uids: Uids | None
    same: bool = False
    place: Place | None = None
    study_id: UUID | None = None
    instance_id: UUID | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing of it is kept."""
        return self.reason in REFUSED

    def set_aside(self, reason: Reason) -> None:
        """It is not taken after all."""
        self.reason, self.header = reason, None


async def file_batch(work: Work, arrival: Arrival, batch: list[Seen]) -> list[Outcome]:
    """The outcomes, after the rows of everything new. What another batch has just written is `same`, or set aside."""
    sound = [seen for seen in batch if seen.header is not None]
    sound.sort(key=_study_uid)
    for study_uid, group in groupby(sound, key=_study_uid):
        await _file_study(work, arrival, study_uid, list(group))
    await _file_aside(work, arrival, [seen for seen in batch if seen.header is None and seen.place is not None])
    return [_outcome(seen) for seen in batch]


def _study_uid(seen: Seen) -> str:
    assert seen.header is not None, "only what was understood is of a study"
    return seen.header.uids.study


async def _file_study(work: Work, arrival: Arrival, study_uid: str, group: list[Seen]) -> None:
    study, new = await _study(work, arrival, study_uid, group[0])
    known = await store.instances_of(work.session, study.id, {_of(seen).uids.sop for seen in group})
    whose = await _whose(work, study)
    fresh = []
    for seen in group:
        seen.study_id = study.id
        there = known.get(_of(seen).uids.sop)
        if there is None and whose.is_another(named_of(_of(seen))):
            seen.set_aside(Reason.OTHER_PATIENT)
        elif there is None and seen.place is not None:
            seen.instance_id = work.new_id()
            known[_of(seen).uids.sop] = (seen.instance_id, seen.sha256)
            fresh.append(seen)
        elif there is not None:
            seen.instance_id, seen.same = there[0], there[1] == seen.sha256
            if not seen.same:
                seen.set_aside(Reason.OTHER_CONTENT)
    if fresh:
        await _add(work, study, fresh, new=new)


async def _whose(work: Work, study: Study) -> Named:
    """Whom the study's first file named: what names somebody else is not added to it, least of all once it is a patient's."""
    key = await words_key(work, PersonId(study.patient_id) if study.patient_id else None)
    return open_named(work, study.words, study.id, key)


async def _study(work: Work, arrival: Arrival, study_uid: str, first: Seen) -> tuple[Study, bool]:
    """The study's row, locked; made when it is new."""
    known = await store.lock_study(work.session, arrival.organisation_id, study_uid)
    if known is not None:
        return known, False
    header, study_id = _of(first), work.new_id()
    key = await words_key(work, arrival.patient_id)
    named = named_of(header)
    index = (
        work.ground.fields.index("imaging-file-id", named.file_id, arrival.organisation_id) if named.file_id else None
    )
    values = {
        "id": study_id,
        "organisation_id": arrival.organisation_id,
        "patient_id": arrival.patient_id,
        "order_id": arrival.order_id,
        "study_uid": study_uid,
        "accession_number": header.accession_number,
        "modality": "",
        "body_part": header.body_part,
        "study_at": study_instant(header.study_date, header.study_time, header.offset_from_utc),
        "words": seal_words(work, named, "imaging_studies", study_id, key),
        "file_id_index": index,
        "series_count": 0,
        "instance_count": 0,
        "size": 0,
        "state": State.ARRIVING,
        "came_by": arrival.came_by,
        "device_id": arrival.device_id,
        "first_came_at": work.now,
        "last_came_at": work.now,
        "completed_at": None,
    }
    new = await store.start_study(work.session, values)
    study = await store.lock_study(work.session, arrival.organisation_id, study_uid)
    assert study is not None, "it was there or has just been written"
    return study, new


async def _add(work: Work, study: Study, fresh: list[Seen], *, new: bool) -> None:
    """The rows of new instances, their series, and what is counted."""
    key = await words_key(work, PersonId(study.patient_id) if study.patient_id else None)
    series = await _series(work, study, fresh, key)
    rows = [_instance(work, study, series[_of(seen).uids.series], seen) for seen in fresh]
    await store.add_instances(await work.raw(), rows)
    modalities = {*filter(None, study.modality.split("/")), *(_of(seen).modality for seen in fresh)}
    study.modality = "/".join(sorted(filter(None, modalities)))[:64]
    study.body_part = study.body_part or _of(fresh[0]).body_part
    study.series_count = len(series)
    study.instance_count += len(fresh)
    study.size += sum(seen.place.length for seen in fresh if seen.place)
    study.last_came_at = work.now
    await step(work, study, "arrive" if new else "add")
    work.audit(
        "imaging-study.store",
        "imaging-study",
        study.id,
        patient_id=PersonId(study.patient_id) if study.patient_id else None,
        instances=len(fresh),
        by=study.came_by,
    )
    if new:
        work.record(StudyArrived(study.id))


async def _series(work: Work, study: Study, fresh: Iterable[Seen], key: WordsKey) -> dict[str, UUID]:
    """The id of each series of the study, those made that were not there."""
    known = await store.series_ids(work.session, study.id)
    for seen in fresh:
        header = _of(seen)
        if header.uids.series in known:
            continue
        series_id = known[header.uids.series] = work.new_id()
        values = {
            "id": series_id,
            "study_id": study.id,
            "series_uid": header.uids.series,
            "number": header.series_number,
            "modality": header.modality,
            "body_part": header.body_part,
            "words": seal_words(work, header.series_description, "imaging_series", series_id, key),
        }
        await store.add_series(work.session, values)
    return known


def _instance(work: Work, study: Study, series_id: UUID, seen: Seen) -> dict[str, object]:
    header, place = _of(seen), seen.place
    assert place is not None, "what is new was stored"
    return {
        "id": seen.instance_id,
        "study_id": study.id,
        "series_id": series_id,
        "sop_uid": header.uids.sop,
        "sop_class": header.uids.sop_class,
        "transfer_syntax": header.transfer_syntax,
        "number": header.number,
        "kind": header.kind.value,
        "frames": header.frames,
        "rows": header.rows,
        "columns": header.columns,
        "bits": header.bits,
        "attributes": header.attributes,
        "pixels_at": header.pixels_at,
        "frame_table": header.frame_table,
        "store": place.store.value,
        "pack": place.pack,
        "pack_offset": place.offset,
        "length": place.length,
        "sha256": seen.sha256,
        "came_at": work.now,
    }


async def _file_aside(work: Work, arrival: Arrival, aside: list[Seen]) -> None:
    for seen in aside:
        assert seen.place is not None, "what is set aside was stored"
        row_id = work.new_id()
        values = {
            "id": row_id,
            "organisation_id": arrival.organisation_id,
            "reason": str(seen.reason),
            "came_by": arrival.came_by,
            "device_id": arrival.device_id,
            "name": work.ground.fields.seal(seen.name[:200], "imaging_quarantine", "name", row_id, None),
            "pack": seen.place.pack,
            "pack_offset": seen.place.offset,
            "length": seen.place.length,
            "sha256": seen.sha256,
            "at": work.now,
        }
        if await store.set_aside(work.session, values):
            work.audit("imaging-file.quarantine", "imaging-quarantine", row_id, reason=str(seen.reason))


def _of(seen: Seen) -> Header:
    assert seen.header is not None, "only what was understood has a header"
    return seen.header


def _outcome(seen: Seen) -> Outcome:
    fate = Fate.SAME if seen.same else Fate.KEPT
    if seen.header is None:
        fate = Fate.REFUSED if seen.refused else Fate.QUARANTINED
    uids, taken = seen.uids, seen.header is not None
    return Outcome(
        fate,
        seen.name,
        reason=None if taken else str(seen.reason),
        sop_uid=uids.sop if uids else None,
        sop_class=uids.sop_class if uids else None,
        series_uid=uids.series if uids else None,
        study_uid=uids.study if uids else None,
        study_id=seen.study_id if taken else None,
        instance_id=seen.instance_id if taken else None,
        kind=seen.header.kind.value if seen.header is not None else None,
    )
