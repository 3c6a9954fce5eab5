"""One person, registered twice (a temporary or mistyped number): found, compared, and merged with a confirmation.

As in FHIR's Patient.link the merged record is replaced by the kept one: nobody signs in with it, finds it or acts for it;
what was written stays where it is and is read through the link. What lies ahead moves: the floors above subscribe.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.fields import normalised
from server.foundation.work import Work

from . import logins, merge_store, patients, sealing, store
from .cards import PatientFacts
from .errors import PatientsDiffer
from .events import PatientMerged
from .model import Person
from .second_factor import require_fresh_second_factor

_MOST = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records that may be of one person, the older one first: same name, phone and sex."""

    first: PatientFacts
    first_since: datetime
    second: PatientFacts
    second_since: datetime

    @property
    def same_birth_date(self) -> bool:
        """Whether the ID numbers say the same birth date; a mistyped one may not."""
        return self.first.birth_date == self.second.birth_date


async def candidates(work: Work) -> list[Candidate]:
    """Patients of the own organisation who may be registered twice."""
    pairs = await merge_store.sharing_a_phone(work.session, work.actor.organisation, _MOST)
    names = await sealing.names(work, {row.id: row for pair in pairs for row in pair}.values())
    alike = [pair for pair in pairs if normalised(names[pair[0].id]) == normalised(names[pair[1].id])]
    work.audit("patient.duplicates", "organisation", work.actor.organisation, found=len(alike))
    return [
        Candidate(
            await patients.facts_of(work, first),
            first.created_at,
            await patients.facts_of(work, second),
            second.created_at,
        )
        for first, second in alike
    ]


async def merge(work: Work, keep_id: PersonId, merged_id: PersonId) -> PatientFacts:
    """The one record is replaced by the other, in one transaction with what moves; a second time changes nothing.

    Raises: SecondFactorNeeded, Unknown, PatientsDiffer, and what the floors above refuse.
    """
    await require_fresh_second_factor(work)
    rows = await merge_store.held(work.session, {keep_id, merged_id})
    keep, merged = await _known(work, rows.get(keep_id)), await _known(work, rows.get(merged_id))
    if keep_id == merged_id or keep.replaced_by is not None:
        raise PatientsDiffer
    if merged.replaced_by == keep_id:
        work.record(PatientMerged(keep_id, merged_id))  # whatever was booked in that very moment moves too
        return await patients.facts_of(work, keep)
    await _require_alike(work, keep, merged)
    for organisation_id in await store.organisations_knowing(work.session, merged_id):
        await patients.admit(work, keep_id, OrganisationId(organisation_id))
    await merge_store.point(work.session, merged_id, keep_id, work.now)
    await merge_store.forget_lookups(work.session, merged_id)
    ended = await merge_store.end_relations(work.session, merged_id, work.now)
    await logins.end_all_of(work, merged_id, "merged")
    work.audit("patient.merge", "patient", keep_id, patient_id=keep_id, merged=str(merged_id))
    work.audit("patient.replaced", "patient", merged_id, patient_id=merged_id, by=str(keep_id), relations=ended)
    work.record(PatientMerged(keep_id, merged_id))
    return await patients.facts_of(work, keep)


async def replaced_by(work: Work, patient_id: PersonId) -> PersonId | None:
    """The record that stands for a merged one; None for all others."""
    found = await merge_store.replaced(work.session, patient_id)
    return PersonId(found) if found else None


async def with_merged(work: Work, patients: Collection[PersonId]) -> list[PersonId]:
    """These records, and the merged ones that they stand for: where all that was written of them is."""
    return [*patients, *(PersonId(each) for each in await merge_store.merged_into(work.session, patients))]


async def _known(work: Work, row: Person | None) -> Person:
    if row is None or row.name_sealed is None or not await _is_known(work, row.id):
        raise Unknown
    return row


async def _is_known(work: Work, patient_id: UUID) -> bool:
    return await store.is_known_to(work.session, patient_id, work.actor.organisation)


async def _require_alike(work: Work, keep: Person, merged: Person) -> None:
    """Nobody joins two people by a slip of the hand: the names agree, and the phone or the birth date does too."""
    names = await sealing.names(work, [keep, merged])
    if merged.replaced_by is not None or normalised(names[keep.id]) != normalised(names[merged.id]):
        raise PatientsDiffer
    phones = {await _phone(work, keep), await _phone(work, merged)}
    one_phone = len(phones) == 1 and None not in phones
    if not one_phone and keep.birth_date != merged.birth_date:
        raise PatientsDiffer


async def _phone(work: Work, row: Person) -> str | None:
    return sealing.opened(work, row, "phone", row.phone_sealed, await sealing.key_of(work, row))
