"""患者确认: a long-term prescription of more than four weeks is confirmed by the patient's side before the doctor signs it.

The patient sees the plan in the visit, as the doctor wrote it; what is confirmed is exactly that plan, and one changed
afterwards wants to be confirmed again.
Rule: B26
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from prescriptions import drafting, lists, reading, rules_plans, steps, store, store_plans
from prescriptions.access import Party
from prescriptions.content import Content
from prescriptions.lifecycle import UNSIGNED
from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.records import service as records

from .errors import NothingToConfirm, PlanChanged

TEXT_VERSION: Final = "2026-11"


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to confirm."""

    prescription: Prescription
    content: Content
    digest: str
    needed: bool
    confirmed_at: datetime | None


async def plan(work: Work, prescription_id: UUID) -> Plan:
    """The plan, for the patient's side and its doctor. Raises: Unknown."""
    prescription = await store.by_id(work.session, prescription_id)
    if prescription is None:
        raise Unknown
    own = await steps.party_of(work, prescription) is Party.PRESCRIBER
    if not own and await records.may_act_for(work, PersonId(prescription.patient_id)) is None:
        raise Unknown
    return await _plan(work, prescription)


async def plans_waiting(work: Work) -> list[Plan]:
    """The plans of the acting patient's side that wait to be confirmed."""
    people = await lists.acting_for(work)
    found = [await _plan(work, each) for each in await store_plans.unsigned_long_term(work.session, people)]
    return [each for each in found if each.needed and each.confirmed_at is None]


async def confirm(work: Work, prescription_id: UUID, digest: str) -> Plan:
    """Confirm a plan as it was read; the doctor's page checks it anew.

    Raises: Unknown, NothingToConfirm, PlanChanged.
    Rule: B26
    """
    found = await plan(work, prescription_id)
    prescription = found.prescription
    right = await records.may_act_for(work, PersonId(prescription.patient_id))
    if right is None:
        raise Unknown
    if not found.needed or prescription.status not in UNSIGNED:
        raise NothingToConfirm
    if digest != found.digest:
        raise PlanChanged
    made = {
        "id": work.new_id(),
        "prescription_id": prescription.id,
        "plan_digest": digest,
        "text_version": TEXT_VERSION,
        "by_id": work.actor.person,
        "by_right": str(right),
        "at": work.now,
    }
    if await store_plans.keep_confirmation(work.session, made):
        await steps.write(work, prescription, "confirm_plan", code=str(right))
        await drafting.refresh(work, prescription)
    return await _plan(work, prescription)


async def _plan(work: Work, prescription: Prescription) -> Plan:
    content = await reading.content_of(work, prescription)
    digest = rules_plans.plan_digest(content)
    confirmed = await store_plans.confirmation(work.session, prescription.id, digest)
    needed = rules_plans.needs_confirmation(content)
    return Plan(prescription, content, digest, needed, confirmed.at if confirmed else None)
