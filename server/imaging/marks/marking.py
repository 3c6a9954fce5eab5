"""Keeping marks, showing them, taking one's own away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.fields import DataKey
from server.foundation.ground import push
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging import access
from server.imaging.studies.model import Instance, Study
from server.records import sealing

from . import rules, store
from .errors import MarkOffPicture, MarksEnough, MarksNeedPatient
from .model import MarkRow
from .rules import MarkContent, MarkKind

TOPIC: Final = "imaging-marks"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as it is shown."""

    id: UUID
    study_id: UUID
    instance_id: UUID
    frame: int
    kind: MarkKind
    content: MarkContent
    by_id: UUID
    by: str
    at: datetime
    mine: bool
    meeting_id: UUID | None


async def keep(
    work: Work,
    study_id: UUID,
    instance_id: UUID,
    frame: int,
    kind: MarkKind,
    content: MarkContent,
    meeting_id: UUID | None = None,
) -> Mark:
    """Keep a mark of the acting member of staff on a study that they may see.

    Raises: Unknown, MarkOffPicture, MarksNeedPatient, MarksEnough. Rule: imaging-70
    """
    study = await _visible(work, study_id)
    instance = await store.instance(work.session, instance_id)
    if instance is None or instance.study_id != study.id:
        raise Unknown
    _require_on(instance, frame, kind, content)
    if study.patient_id is None:
        raise MarksNeedPatient
    if await store.count(work.session, study.id) >= rules.MOST_OF_A_STUDY:
        raise MarksEnough(most=rules.MOST_OF_A_STUDY)
    key = await sealing.key_of(work, study.patient_id)
    row = MarkRow(
        id=work.new_id(),
        study_id=study.id,
        instance_id=instance.id,
        patient_id=study.patient_id,
        frame=frame,
        kind=kind,
        meeting_id=meeting_id,
        by_id=work.actor.person,
        organisation_id=work.actor.organisation,
        at=work.now,
    )
    row.content = sealing.seal(work, content.model_dump_json(), _cell(row.id), key)
    work.session.add(row)
    await work.session.flush()
    work.audit("mark.keep", "imaging_mark", row.id, patient_id=PersonId(study.patient_id), study_id=str(study.id))
    work.after_commit(push(f"{TOPIC}:{study.id}", row.id))
    people = await identity.people(work, {work.actor.person})
    return _shown(work, row, key, {person: card.name for person, card in people.items()})


async def marks(work: Work, study_id: UUID) -> list[Mark]:
    """All marks of a study that the actor may see, the oldest first. Raises: Unknown. Rule: imaging-1"""
    study = await _visible(work, study_id)
    rows = await store.marks(work.session, study.id, rules.MOST_OF_A_STUDY)
    if not rows:
        return []
    people = await identity.people(work, {PersonId(row.by_id) for row in rows})
    names = {person: card.name for person, card in people.items()}
    key = await sealing.key_of(work, rows[0].patient_id)
    return [_shown(work, row, key, names) for row in rows]


async def remove(work: Work, mark_id: UUID) -> None:
    """Take one's own mark away; the row stays, with who and when.

    Raises: Unknown, also for a mark of somebody else. Rule: imaging-71
    """
    row = await store.mark(work.session, mark_id)
    if row is None or row.by_id != work.actor.person:
        raise Unknown
    await _visible(work, row.study_id)
    if not await store.remove(work.session, row.id, work.actor.person, work.now):
        raise Unknown
    work.audit("mark.remove", "imaging_mark", row.id, patient_id=PersonId(row.patient_id), study_id=str(row.study_id))
    work.after_commit(push(f"{TOPIC}:{row.study_id}", row.id))


async def may_watch(work: Work, subject: str) -> bool:
    """Whoever may see a study is told when its marks change."""
    try:
        await _visible(work, UUID(subject))
    except (Unknown, ValueError):
        return False
    return True


async def _visible(work: Work, study_id: UUID) -> Study:
    study = await store.study(work.session, study_id)
    if study is None:
        raise Unknown
    patient_id = PersonId(study.patient_id) if study.patient_id else None
    reference = access.StudyRef(study.id, OrganisationId(study.organisation_id), patient_id, study.order_id)
    await access.require_may_see_study(work, reference)
    return study


def _require_on(instance: Instance, frame: int, kind: MarkKind, content: MarkContent) -> None:
    on = rules.lies_on(kind, content.points, rows=instance.rows, columns=instance.columns)
    if instance.kind != "image" or not 1 <= frame <= instance.frames or not on:
        raise MarkOffPicture


def _cell(mark_id: UUID) -> tuple[str, str, UUID]:
    return ("imaging_marks", "content", mark_id)


def _shown(work: Work, row: MarkRow, key: DataKey, names: dict[PersonId, str]) -> Mark:
    return Mark(
        id=row.id,
        study_id=row.study_id,
        instance_id=row.instance_id,
        frame=row.frame,
        kind=MarkKind(row.kind),
        content=MarkContent.model_validate_json(sealing.unseal(work, row.content, _cell(row.id), key)),
        by_id=row.by_id,
        by=names.get(PersonId(row.by_id), ""),
        at=row.at,
        mine=row.by_id == work.actor.person_id,
        meeting_id=row.meeting_id,
    )
