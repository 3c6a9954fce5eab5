"""代办同意, the patient's consent that an institution acts for them: at its desk, by whoever works there with patients.

A clinic worker and a family doctor both need it before they book for somebody; both may take it, as the witness.
"""

from __future__ import annotations

from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.identity import service as identity

from . import store
from .consents import ConsentFacts, ConsentId, facts_of, give_consent
from .rules import Purpose


async def standing_here(work: Work, patient_id: PersonId) -> ConsentFacts | None:
    """The consent that the actor's institution acts for a patient whom it knows, if one stands. Raises: Unknown."""
    await identity.patient_here(work, patient_id)
    rows = await store.consents_in_force(
        work.session, patient_id, Purpose.ACT_FOR_ME, organisation_id=work.actor.organisation
    )
    return facts_of(rows[0]) if rows else None


async def take_here(work: Work, patient_id: PersonId, version: str, read_s: int) -> ConsentId:
    """Write down that the patient agrees, the actor being the witness; a second time gives the standing one.

    Raises: Unknown, ConsentOutdated, ConsentUnread.
    """
    await identity.patient_here(work, patient_id)
    return await give_consent(
        work,
        patient_id=patient_id,
        purpose=Purpose.ACT_FOR_ME,
        version=version,
        given_by=patient_id,
        organisation_id=work.actor.organisation,
        witnessed_by=work.actor.person,
        read_s=read_s,
    )
