"""What the health authority sees: counts, and the course of one encounter for a stated reason. Never content, never names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.foundation.actor import OrganisationId
from server.foundation.work import Work
from server.identity import service as identity

from . import store, store_kept
from .encounters import EncounterFacts, encounter, note_read
from .rules import Seen


@dataclass(frozen=True, slots=True)
class Count:
    """Encounters of one organisation and kind in a time."""

    organisation_id: UUID
    organisation: str
    kind: str
    opened: int
    closed: int
    signed: int


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step in the course of an encounter: what, when, and a coarse fact."""

    at: datetime
    what: str
    fact: str


async def counts(work: Work, since: datetime, until: datetime) -> list[Count]:
    """Encounters per organisation and kind, opened in [since, until)."""
    rows = await store.encounter_counts(work.session, since, until)
    names = {each: (await identity.organisation(work, OrganisationId(each))).name for each in {row[0] for row in rows}}
    work.audit("records.count", "encounters", "all")
    return [Count(row[0], names[row[0]], row[1], row[2], row[3], row[4]) for row in rows]


async def trace(work: Work, encounter_id: UUID, reason: str) -> tuple[EncounterFacts, list[TraceStep]]:
    """The course of one encounter, step by step; the patient finds it in the who-read list. Raises: Unknown."""
    facts = await encounter(work, encounter_id)
    await note_read(work, facts.patient_id, Seen.TRACE, encounter_id, reason=reason)
    steps = [TraceStep(facts.opened_at, "encounter.opened", facts.kind)]
    if facts.closed_at:
        steps.append(TraceStep(facts.closed_at, "encounter.closed", ""))
    steps += await _consents(work, facts)
    steps += await _content(work, facts)
    steps += await _recording(work, facts)
    return facts, sorted(steps, key=lambda step: (step.at, step.what))


async def _consents(work: Work, facts: EncounterFacts) -> list[TraceStep]:
    steps = []
    for row in await store.consents_of(work.session, facts.patient_id, facts.id):
        steps.append(TraceStep(row.given_at, "consent.given", f"{row.purpose} {row.version}"))
        if row.withdrawn_at:
            steps.append(TraceStep(row.withdrawn_at, "consent.withdrawn", row.purpose))
    return steps


async def _content(work: Work, facts: EncounterFacts) -> list[TraceStep]:
    files = await store_kept.attachments(work.session, facts.patient_id, facts.id)
    steps = [TraceStep(row.added_at, "attachment.added", row.kind) for row in files if row.encounter_id == facts.id]
    note = await store_kept.note_of(work.session, facts.id)
    if note is not None:
        signed = await store_kept.versions(work.session, note.id)
        steps += [TraceStep(each.signed_at, "note.signed", f"version {each.version}") for each in signed]
    talk = await store_kept.messages(work.session, facts.id, 2000)
    steps += [
        TraceStep(row.at, "chat.message", "doctor" if row.author_id == facts.doctor_id else "other") for row in talk
    ]
    return steps


async def _recording(work: Work, facts: EncounterFacts) -> list[TraceStep]:
    recording = await store_kept.recording_of(work.session, facts.id)
    if recording is None:
        return []
    return [
        TraceStep(leg.started_at or leg.opened_at, "recording.leg", f"{leg.state}, {len(leg.gaps)} gaps")
        for leg in await store_kept.legs_of(work.session, recording.id)
    ]
