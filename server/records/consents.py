"""Use cases of consent: give, withdraw, ask whether one stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import consent_texts, store
from .consent_texts import ConsentText
from .encounters import encounter, may_act_for, require_may_read, require_may_read_encounter
from .errors import ConsentOutdated, ConsentUnread, WrongPlaceForConsent
from .events import ConsentWithdrawn
from .model import ConsentRow
from .rules import PER_ENCOUNTER, PERSONAL, Purpose

ConsentId = NewType("ConsentId", UUID)


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """A consent as it stands: who, to what, when, before whom, and whether it was taken back."""

    id: ConsentId
    person_id: PersonId
    patient_id: PersonId
    purpose: Purpose
    version: str
    text_sha256: str
    language: str
    encounter_id: UUID | None
    organisation_id: OrganisationId | None
    given_by: PersonId
    witnessed_by: PersonId | None
    read_s: int | None
    given_at: datetime
    withdrawn_at: datetime | None


def consent_text_list(language: str) -> list[ConsentText]:
    """The current text of every purpose in one language."""
    return [consent_texts.current(purpose, language) for purpose in Purpose]


async def give_consent(
    work: Work,
    *,
    patient_id: PersonId,
    purpose: Purpose,
    version: str,
    given_by: PersonId,
    encounter_id: UUID | None = None,
    organisation_id: OrganisationId | None = None,
    witnessed_by: PersonId | None = None,
    read_s: int | None = None,
) -> ConsentId:
    """Record a consent to the current text; the same one again gives the standing one.

    The caller has checked that `given_by` may consent for this patient.
    Raises: ConsentOutdated, ConsentUnread, WrongPlaceForConsent. Rule: B40, B53, B56
    """
    purpose = Purpose(purpose)
    text = consent_texts.current(purpose, work.language)
    if version != text.version:
        raise ConsentOutdated(current=text.version)
    if read_s is not None and read_s < text.min_read_s:
        raise ConsentUnread(min_read_s=text.min_read_s)
    if (purpose in PER_ENCOUNTER and encounter_id is None) or (
        (purpose is Purpose.ACT_FOR_ME) != (organisation_id is not None)
    ):
        raise WrongPlaceForConsent
    person_id = given_by if purpose in PERSONAL else patient_id
    standing = await store.consents_in_force(
        work.session, person_id, purpose, encounter_id=encounter_id, organisation_id=organisation_id, lock=True
    )
    for row in standing:
        if row.version == version:
            return ConsentId(row.id)
    row = ConsentRow(
        id=work.new_id(),
        person_id=person_id,
        patient_id=patient_id,
        purpose=purpose,
        version=version,
        text_sha256=text.sha256,
        language=text.language,
        encounter_id=encounter_id,
        organisation_id=organisation_id,
        given_by=given_by,
        witnessed_by=witnessed_by,
        read_s=read_s,
        given_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("consent.give", "consent", row.id, patient_id=patient_id, purpose=purpose, version=version)
    return ConsentId(row.id)


async def consent_as_actor(
    work: Work,
    *,
    patient_id: PersonId,
    purpose: Purpose,
    version: str,
    read_s: int,
    encounter_id: UUID | None = None,
    organisation_id: OrganisationId | None = None,
) -> ConsentId:
    """Consent from a page: as the patient or guardian, or written down by a clinic worker, who then is the witness.

    A worker may take `act_for_me` from any patient whom the own organisation knows, for the own organisation; everything
    else only while that consent stands.
    Raises: Unknown, and what `give_consent` raises. Rule: B10, B53, B56
    """
    at_desk = work.actor.role is Role.CLINIC_WORKER
    if at_desk and purpose is Purpose.ACT_FOR_ME:
        await identity.patient_here(work, patient_id)
        organisation_id = work.actor.organisation
    elif await may_act_for(work, patient_id) is None:
        raise Unknown
    if purpose in PERSONAL:
        raise WrongPlaceForConsent
    if encounter_id is not None and (await encounter(work, encounter_id)).patient_id != patient_id:
        raise Unknown
    if organisation_id is not None:
        await identity.organisation(work, organisation_id)
    return await give_consent(
        work,
        patient_id=patient_id,
        purpose=purpose,
        version=version,
        given_by=patient_id if at_desk else work.actor.person,
        encounter_id=encounter_id,
        organisation_id=organisation_id,
        witnessed_by=work.actor.person if at_desk else None,
        read_s=read_s,
    )


async def withdraw_consent(
    work: Work, *, person_id: PersonId, purpose: Purpose, encounter_id: UUID | None = None
) -> bool:
    """Take back every standing consent of a person for a purpose; False when there was none.

    What was done under it stays lawful and kept; what needs it stops: whoever needs it subscribes ConsentWithdrawn.
    """
    rows = await store.consents_in_force(
        work.session, person_id, Purpose(purpose), encounter_id=encounter_id, lock=True
    )
    for row in rows:
        await _withdraw(work, row)
    return bool(rows)


async def withdraw_one(work: Work, consent_id: UUID) -> None:
    """Take back one consent by its id; by whoever could give it. A second time changes nothing. Raises: Unknown."""
    row = await store.consent(work.session, consent_id)
    if row is None:
        raise Unknown
    own = row.given_by == work.actor.person_id
    if not own and await may_act_for(work, PersonId(row.patient_id)) is None:
        raise Unknown
    if row.withdrawn_at is None:
        await _withdraw(work, row)


async def consent_in_force(
    work: Work,
    person_id: PersonId,
    purpose: Purpose,
    *,
    encounter_id: UUID | None = None,
    organisation_id: OrganisationId | None = None,
) -> bool:
    """Whether this person's consent for the purpose stands: for this encounter, where the purpose is given for one.

    A consent to an older version stands until it is withdrawn; only a new one must be to the current text.
    """
    if Purpose(purpose) in PER_ENCOUNTER and encounter_id is None:
        return False
    narrowed = encounter_id if Purpose(purpose) in PER_ENCOUNTER else None
    rows = await store.consents_in_force(
        work.session, person_id, Purpose(purpose), encounter_id=narrowed, organisation_id=organisation_id
    )
    return bool(rows)


async def acted_for(
    work: Work, pairs: Sequence[tuple[PersonId, OrganisationId]]
) -> set[tuple[PersonId, OrganisationId]]:
    """Those of these patients for whom that organisation's clinic workers may act now; the same rule as `may_act_for`.

    Rule: records-1
    """
    found = await store.consented(work.session, Purpose.ACT_FOR_ME, pairs)
    return {(PersonId(person_id), OrganisationId(organisation_id)) for person_id, organisation_id in found}


async def consents_of(work: Work, patient_id: PersonId, encounter_id: UUID | None = None) -> list[ConsentFacts]:
    """The consents about a patient, withdrawn ones included, newest first. Raises: Unknown."""
    await require_may_read(work, patient_id)
    return [facts_of(row) for row in await store.consents_of(work.session, patient_id, encounter_id)]


async def consents_of_encounter(work: Work, encounter_id: UUID) -> list[ConsentFacts]:
    """The consents given for one encounter. Raises: Unknown."""
    facts = await require_may_read_encounter(work, encounter_id)
    return [facts_of(row) for row in await store.consents_of(work.session, facts.patient_id, encounter_id)]


async def consents_given(work: Work, encounter_id: UUID, purpose: Purpose) -> list[ConsentFacts]:
    """The consents of one purpose given for one encounter, without asking who asks."""
    facts = await encounter(work, encounter_id)
    rows = await store.consents_of(work.session, facts.patient_id, encounter_id)
    return [facts_of(row) for row in rows if row.purpose == purpose]


async def _withdraw(work: Work, row: ConsentRow) -> None:
    row.withdrawn_at = work.now
    row.withdrawn_by = work.actor.person_id
    await work.session.flush()
    patient_id = PersonId(row.patient_id)
    work.audit("consent.withdraw", "consent", row.id, patient_id=patient_id, purpose=row.purpose)
    work.record(ConsentWithdrawn(PersonId(row.person_id), patient_id, row.purpose, row.encounter_id))


def facts_of(row: ConsentRow) -> ConsentFacts:
    """The row as a value."""
    return ConsentFacts(
        id=ConsentId(row.id),
        person_id=PersonId(row.person_id),
        patient_id=PersonId(row.patient_id),
        purpose=Purpose(row.purpose),
        version=row.version,
        text_sha256=row.text_sha256,
        language=row.language,
        encounter_id=row.encounter_id,
        organisation_id=OrganisationId(row.organisation_id) if row.organisation_id else None,
        given_by=PersonId(row.given_by),
        witnessed_by=PersonId(row.witnessed_by) if row.witnessed_by else None,
        read_s=row.read_s,
        given_at=row.given_at,
        withdrawn_at=row.withdrawn_at,
    )
