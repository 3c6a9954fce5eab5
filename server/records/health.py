"""Use cases of the health summary: what is known of allergies, measures, pregnancy, results and medicines taken.

The treating doctor writes, and the patient's side, whose statements are marked as such. What was said is never rewritten: it
is withdrawn and said anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import store_health as store
from .content import Diagnosis, NoteContent
from .encounters import note_read, require_may_read
from .health_content import FACT, Fact, Said, Source, Summary, summary
from .model_health import HealthFact
from .rules import Right, Seen
from .sealing import key_of, seal, unseal

_TABLE = "health_facts"
_LONGEST_LIST = 500
_NOTES_LOOKED_AT = 10


async def say(work: Work, patient_id: PersonId, facts: Sequence[Fact]) -> list[UUID]:
    """Write down what the actor says of a patient. Raises: Unknown. Rule: records-2"""
    await require_may_read(work, patient_id)
    key = await key_of(work, patient_id)
    source = Source.DOCTOR if work.actor.role is Role.DOCTOR else Source.PATIENT
    made = []
    for fact in facts:
        row_id = work.new_id()
        content = FACT.dump_json(fact).decode()
        work.session.add(
            HealthFact(
                id=row_id,
                patient_id=patient_id,
                kind=fact.kind,
                content=seal(work, content, (_TABLE, "content", row_id), key),
                source=source,
                said_by=work.actor.person,
                organisation_id=work.actor.organisation_id,
                at=work.now,
            )
        )
        work.audit("health.say", "health_fact", row_id, patient_id=patient_id, what=fact.kind, source=source)
        made.append(row_id)
    await work.session.flush()
    return made


async def take_back(work: Work, fact_id: UUID) -> None:
    """Withdraw a statement: a treating doctor any, the patient's side its own. Raises: Unknown. Rule: records-2"""
    row = await store.fact(work.session, fact_id)
    if row is None:
        raise Unknown
    await require_may_read(work, PersonId(row.patient_id))
    if row.source == Source.DOCTOR and work.actor.role is not Role.DOCTOR:
        raise Unknown
    if await store.withdraw(work.session, fact_id, work.actor.person, work.now):
        work.audit("health.take_back", "health_fact", fact_id, patient_id=PersonId(row.patient_id), what=row.kind)


async def health(work: Work, patient_id: PersonId) -> Summary:
    """What counts of it today, for somebody who may read the record; a view in the who-read list. Raises: Unknown."""
    right = await require_may_read(work, patient_id)
    await note_read(work, patient_id, Seen.HEALTH, patient_id, own=right is Right.SELF)
    return await health_of(work, patient_id)


async def health_of(work: Work, patient_id: PersonId) -> Summary:
    """The same, without asking who asks: for checks, and for a review that has been allowed already."""
    said = []
    for each in await identity.with_merged(work, [patient_id]):
        key = await key_of(work, each)
        said += [
            _said(row, unseal(work, row.content, (_TABLE, "content", row.id), key)) for row in await _rows(work, each)
        ]
    return summary(sorted(said, key=lambda one: (one.at, one.id)), day_of(work.now))


async def diagnoses_of(work: Work, patient_id: PersonId, encounter_id: UUID | None = None) -> tuple[Diagnosis, ...]:
    """The diagnoses of the patient's signed notes, and of the draft of this encounter; each code once, the newest first.

    Without asking who asks.
    """
    found: dict[str, Diagnosis] = {}
    for each in await identity.with_merged(work, [patient_id]):
        key = await key_of(work, each)
        for cell, sealed in await store.notes_of(work.session, each, encounter_id, _NOTES_LOOKED_AT):
            content = NoteContent.model_validate_json(unseal(work, sealed, cell, key))
            for diagnosis in content.diagnoses:
                found.setdefault(diagnosis.icd10, diagnosis)
    return tuple(found.values())


async def _rows(work: Work, patient_id: UUID) -> Sequence[HealthFact]:
    return await store.facts_of(work.session, patient_id, _LONGEST_LIST)


def _said(row: HealthFact, content: str) -> Said:
    return Said(row.id, FACT.validate_json(content), Source(row.source), row.said_by, row.at)
