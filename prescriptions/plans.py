"""Long-term plans as the desk asks: has the patient confirmed, does a continuation stay within its original.

Rule: B26, prescriptions-5
"""

from __future__ import annotations

from typing import Final

from server.foundation.actor import OrganisationId
from server.foundation.clock import day_of
from server.foundation.work import Work
from server.identity import service as identity

from . import reading, rules_plans, store, store_plans
from .content import Content
from .lifecycle import SUPPLIED, Status
from .model import Prescription
from .rules_plans import Regimen

CONTINUATION: Final = "continuation"
RENEWAL: Final = "renewal"
_SUPPLIED: Final = SUPPLIED | {Status.PARTIAL}


async def is_confirmed(work: Work, prescription: Prescription, content: Content) -> bool:
    """Whether the patient's side has confirmed just this plan. Rule: B26"""
    if not rules_plans.needs_confirmation(content):
        return False
    digest = rules_plans.plan_digest(content)
    return await store_plans.confirmation(work.session, prescription.id, digest) is not None


async def require_within(work: Work, original: Prescription, how: str, content: Content) -> None:
    """Nothing, when this may be written as a continuation of that; a renewal is the doctor's own and free.

    Raises: NotAnUpperPrescription, RegimenTooOld, ContinuationDiffers.
    Rule: prescriptions-5
    """
    if how != CONTINUATION:
        return
    place = await identity.organisation(work, OrganisationId(original.organisation_id))
    assert original.signed_at is not None, "what is continued was signed"
    assert work.actor.level is not None, "a doctor acts for an institution"
    regimen = Regimen(
        level=place.level,
        signed_on=day_of(original.signed_at),
        long_term=original.long_term,
        supplied=original.status in _SUPPLIED,
        content=await reading.content_of(work, original),
    )
    rules_plans.require_continuable(regimen, work.actor.level, day_of(work.now))
    rules_plans.require_same_drugs(regimen.content.items, content.counted().items)


async def require_still_within(work: Work, prescription: Prescription, content: Content) -> None:
    """The same for what is saved over a continuation."""
    if prescription.continues_id is None or prescription.continues_as != CONTINUATION:
        return
    original = await store.by_id(work.session, prescription.continues_id)
    assert original is not None, "prescriptions are never deleted"
    await require_within(work, original, CONTINUATION, content)
