"""延伸处方: a township doctor continues an upper hospital's long-term prescription: linked, the same drugs, reviewed anew."""

from __future__ import annotations

from uuid import UUID

from prescriptions import drafting, reading, store
from prescriptions.content import Content
from prescriptions.drafting import Continued
from prescriptions.lifecycle import UNSIGNED
from prescriptions.model import Prescription
from prescriptions.plans import CONTINUATION
from server.consultations import service as consultations
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records


async def continue_it(work: Work, visit_id: UUID, prescription_id: UUID) -> Prescription:
    """A draft in this visit with the original's lines, linked to it.

    Raises: Unknown, NotAnUpperPrescription, RegimenTooOld, and what drafting refuses.
    Rule: prescriptions-5
    """
    original, content = await original_for(work, visit_id, prescription_id)
    return await drafting.draft(work, visit_id, content, continues=Continued(original, CONTINUATION))


async def original_for(work: Work, visit_id: UUID, prescription_id: UUID) -> tuple[Prescription, Content]:
    """A signed prescription of the visit's own patient, and what to begin with. Raises: Unknown."""
    visit = await consultations.own_visit(work, visit_id)
    original = await store.by_id(work.session, prescription_id)
    if original is None or original.status in UNSIGNED:
        raise Unknown
    if original.patient_id not in await identity.with_merged(work, [PersonId(visit.patient_id)]):
        raise Unknown
    await records.require_may_read(work, PersonId(visit.patient_id))
    written = await reading.content_of(work, original)
    # What this doctor has to find and do in this visit is not copied.
    return original, written.model_copy(update={"assessment": "", "eligibility": None, "company": None, "reason": ""})
