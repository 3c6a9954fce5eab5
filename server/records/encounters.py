"""Use cases of encounters, the care relationship, the right to read, and the who-read list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, OrganisationId, PersonId, Role
from server.foundation.bulk import insert_many
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import access, rules, store
from .access import Relation
from .errors import EncounterClosed
from .model import CareRelationship, Encounter, RecordRead
from .rules import Purpose, Right, Seen

EncounterId = NewType("EncounterId", UUID)
_LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class EncounterFacts:
    """An encounter as other capabilities know it."""

    id: EncounterId
    patient_id: PersonId
    organisation_id: OrganisationId
    doctor_id: PersonId
    kind: str
    source_id: UUID
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One line of the who-read list."""

    at: datetime
    reader_id: PersonId
    name: str
    role: str
    organisation: str | None
    what: Seen
    subject_id: UUID
    own: bool


async def open_encounter(
    work: Work,
    *,
    patient_id: PersonId,
    organisation_id: OrganisationId,
    doctor_id: PersonId,
    kind: str,
    source_id: UUID,
) -> EncounterId:
    """Open an encounter for a visit; the same visit gets the same one again."""
    if known := await store.encounter_of_source(work.session, source_id):
        return EncounterId(known.id)
    row = Encounter(
        id=work.new_id(),
        patient_id=patient_id,
        organisation_id=organisation_id,
        doctor_id=doctor_id,
        kind=kind,
        source_id=source_id,
        opened_at=work.now,
        closed_at=None,
        legal_hold=False,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("encounter.open", "encounter", row.id, patient_id=patient_id, what=kind)
    return EncounterId(row.id)


@dataclass(frozen=True, slots=True)
class NewEncounter:
    """An encounter to be, and whose care opens with it."""

    patient_id: PersonId
    organisation_id: OrganisationId
    doctor_id: PersonId
    kind: str


async def open_encounters(work: Work, new: Mapping[UUID, NewEncounter]) -> dict[UUID, EncounterId]:
    """Encounters of new sources with their care relationships, many in two statements: the encounter of each source.

    The sources are new, so nothing is looked up; the audit row of what made them (a booking) stands for these rows too.
    """
    given = {source_id: EncounterId(work.new_id()) for source_id in new}
    raw = await work.raw()
    await insert_many(
        raw,
        Encounter,
        [
            {
                "id": given[source_id],
                "patient_id": each.patient_id,
                "organisation_id": each.organisation_id,
                "doctor_id": each.doctor_id,
                "kind": each.kind,
                "source_id": source_id,
                "opened_at": work.now,
                "legal_hold": False,
            }
            for source_id, each in new.items()
        ],
    )
    await insert_many(
        raw,
        CareRelationship,
        [
            {
                "id": work.new_id(),
                "patient_id": each.patient_id,
                "carer_id": each.doctor_id,
                "organisation_id": each.organisation_id,
                "source_id": source_id,
                "opened_at": work.now,
            }
            for source_id, each in new.items()
        ],
    )
    return given


async def close_encounter(work: Work, encounter_id: UUID) -> None:
    """End an encounter; a second end changes nothing."""
    row = await _row(work, encounter_id)
    if await store.close_encounter(work.session, encounter_id, work.now):
        work.audit("encounter.close", "encounter", encounter_id, patient_id=PersonId(row.patient_id))


async def encounter(work: Work, encounter_id: UUID) -> EncounterFacts:
    """An encounter, without asking who asks. Raises: Unknown."""
    return _facts(await _row(work, encounter_id))


async def encounter_of(work: Work, source_id: UUID) -> EncounterFacts | None:
    """The encounter of a visit, without asking who asks."""
    row = await store.encounter_of_source(work.session, source_id)
    return _facts(row) if row else None


async def require_open(work: Work, encounter_id: UUID) -> EncounterFacts:
    """An encounter that still takes content. Raises: Unknown, EncounterClosed."""
    facts = await encounter(work, encounter_id)
    if facts.closed_at is not None:
        raise EncounterClosed
    return facts


async def require_may_read_encounter(work: Work, encounter_id: UUID) -> EncounterFacts:
    """An encounter whose patient's record the actor may read. Raises: Unknown."""
    facts = await encounter(work, encounter_id)
    await require_may_read(work, facts.patient_id)
    return facts


async def encounters_of(work: Work, patient_id: PersonId) -> list[EncounterFacts]:
    """A patient's encounters, newest first. Raises: Unknown."""
    right = await require_may_read(work, patient_id)
    await note_read(work, patient_id, Seen.ENCOUNTERS, patient_id, own=right is Right.SELF)
    every = await identity.with_merged(work, [patient_id])
    return [_facts(row) for row in await store.encounters_of(work.session, every, _LONGEST_LIST)]


async def open_care(
    work: Work, *, patient_id: PersonId, carer_id: PersonId, organisation_id: OrganisationId, source_id: UUID
) -> None:
    """Let a carer read this patient's records from now on, because of a booking."""
    live = await store.open_care_of(work.session, source_id, work.now)
    if any(row.carer_id == carer_id and row.ends_at is None for row in live):
        return
    row = CareRelationship(
        id=work.new_id(),
        patient_id=patient_id,
        carer_id=carer_id,
        organisation_id=organisation_id,
        source_id=source_id,
        opened_at=work.now,
        ends_at=None,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("care.open", "care", row.id, patient_id=patient_id)


async def move_care(work: Work, source_id: UUID, to_carer_id: PersonId) -> None:
    """Hand a source's care, its open encounter and its unsigned draft to a colleague; the former carer's right ends now."""
    live = await store.open_care_of(work.session, source_id, work.now)
    await store.end_care(work.session, source_id, work.now)
    for patient_id, organisation_id in {(row.patient_id, row.organisation_id) for row in live}:
        patient, organisation = PersonId(patient_id), OrganisationId(organisation_id)
        await open_care(
            work, patient_id=patient, carer_id=to_carer_id, organisation_id=organisation, source_id=source_id
        )
    await store.hand_drafts_over(work.session, source_id, to_carer_id)
    await store.hand_encounters_over(work.session, source_id, to_carer_id)


async def end_care(work: Work, source_id: UUID, days: int | None = None, *, carer_id: PersonId | None = None) -> None:
    """Let a source's care, or one carer's of it, end so many days from now (None: 30; 0: at once)."""
    await store.end_care(work.session, source_id, rules.care_ends(work.now, days), carer_id)


async def may_read(work: Work, patient_id: PersonId) -> Right | None:
    """By what right the actor may read this patient's record, or None; a merged one also by right to the one that is kept.

    Rule: records-1
    """
    right = access.right_to_read(work.actor.role, await _relation(work, patient_id))
    if right is None and (kept := await identity.replaced_by(work, patient_id)):
        right = access.right_to_read(work.actor.role, await _relation(work, kept))
    return right


async def require_may_read(work: Work, patient_id: PersonId) -> Right:
    """The same, refused like an unknown id. Raises: Unknown."""
    right = await may_read(work, patient_id)
    if right is None:
        raise Unknown
    return right


async def may_act_for(work: Work, patient_id: PersonId) -> Right | None:
    """By what right the actor may do what the patient could do, or None."""
    return access.right_to_act(work.actor.role, await _relation(work, patient_id))


async def readable_patients(work: Work) -> set[PersonId]:
    """The patients whose records a doctor or clinic worker may read; the same policy as `may_read`, for lists of staff."""
    actor = work.actor
    if actor.role is Role.DOCTOR:
        found = await store.patients_in_care(work.session, actor.person, actor.organisation, work.now)
    elif actor.role is Role.CLINIC_WORKER:
        found = await store.patients_acted_for(work.session, actor.organisation, Purpose.ACT_FOR_ME)
    else:
        found = []
    return {PersonId(patient_id) for patient_id in found}


async def patients_acted_for(work: Work) -> set[PersonId]:
    """The patients who let the institution act that the acting member of staff works for. Rule: records-1"""
    found = await store.patients_acted_for(work.session, work.actor.organisation, Purpose.ACT_FOR_ME)
    return {PersonId(patient_id) for patient_id in found}


async def note_read(
    work: Work, patient_id: PersonId, what: Seen, subject_id: UUID, *, own: bool = False, reason: str | None = None
) -> None:
    """Write a view into the patient's who-read list and the audit; reloads of one sitting are one view.

    A patient's own view is audited but makes no line: the list is about others.
    """
    reader = work.actor.person
    await store.hold_view(work.session, reader, subject_id)
    seen = await store.was_read(work.session, reader, what, subject_id, work.now, rules.SAME_VIEW)
    if seen and reason is None:
        return
    work.audit("record.read", what, subject_id, patient_id=patient_id)
    if own:
        return
    row_id = work.new_id()
    sealed = work.ground.fields.seal(reason, "record_reads", "reason", row_id, None) if reason else None
    work.session.add(
        RecordRead(
            id=row_id,
            patient_id=patient_id,
            reader_id=reader,
            reader_role=str(work.actor.role),
            organisation_id=work.actor.organisation_id,
            what=what,
            subject_id=subject_id,
            at=work.now,
            reason=sealed,
        )
    )
    await work.session.flush()


async def who_read(work: Work, patient_id: PersonId) -> list[ReadEntry]:
    """Who read this patient's record, newest first; for the patient side and those who act with consent. Raises: Unknown."""
    if await may_act_for(work, patient_id) is None:
        raise Unknown
    every = await identity.with_merged(work, [patient_id])
    rows = await store.reads_of(work.session, every, _LONGEST_LIST)
    names = await identity.people(work, {PersonId(row.reader_id) for row in rows})
    organisations = await _organisation_names(work, {row.organisation_id for row in rows if row.organisation_id})
    return [
        ReadEntry(
            at=row.at,
            reader_id=PersonId(row.reader_id),
            name=row.device_name or (names[reader].name if (reader := PersonId(row.reader_id)) in names else ""),
            role=row.reader_role,
            organisation=organisations.get(row.organisation_id) if row.organisation_id else None,
            what=Seen(row.what),
            subject_id=row.subject_id,
            own=row.reader_id == work.actor.person_id,
        )
        for row in rows
    ]


async def _organisation_names(work: Work, ids: set[UUID]) -> dict[UUID, str]:
    return {each: (await identity.organisation(work, OrganisationId(each))).name for each in ids}


async def _relation(work: Work, patient_id: PersonId) -> Relation:
    actor = work.actor
    if actor.role in PATIENT_SIDE:
        standing = await identity.standing(work, patient_id)
        return Relation(is_self=standing is identity.Standing.SELF, is_guardian=standing is identity.Standing.GUARDIAN)
    if actor.role is Role.DOCTOR:
        return Relation(
            in_care=await store.is_carer(work.session, actor.person, actor.organisation, patient_id, work.now)
        )
    if actor.role is Role.CLINIC_WORKER:
        standing_consents = await store.consents_in_force(
            work.session, patient_id, Purpose.ACT_FOR_ME, organisation_id=actor.organisation
        )
        return Relation(acts_with_consent=bool(standing_consents))
    return access.NONE


async def _row(work: Work, encounter_id: UUID) -> Encounter:
    row = await store.encounter(work.session, encounter_id)
    if row is None:
        raise Unknown
    return row


def _facts(row: Encounter) -> EncounterFacts:
    return EncounterFacts(
        id=EncounterId(row.id),
        patient_id=PersonId(row.patient_id),
        organisation_id=OrganisationId(row.organisation_id),
        doctor_id=PersonId(row.doctor_id),
        kind=row.kind,
        source_id=row.source_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
