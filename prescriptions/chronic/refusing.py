"""拒绝用药: the patient does not want one drug of a prescription; the doctor is told, and it is in no calendar any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prescriptions import access, steps
from prescriptions import store as prescriptions
from prescriptions.access import PATIENT_SIDE
from prescriptions.lifecycle import OVER
from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work

from . import store as kept
from . import telling
from .errors import NotThatDrug


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that the patient does not want."""

    item_id: UUID
    line: int
    at: datetime
    reason: str


async def refuse(work: Work, prescription_id: UUID, item_id: UUID, reason: str) -> list[Refused]:
    """Refuse one drug; a second time changes nothing. Raises: Unknown, NotThatDrug, NotInThisState."""
    prescription, _ = await steps.own(work, prescription_id, PATIENT_SIDE)
    if prescription.status in OVER:
        raise NotInThisState(status=prescription.status)
    items = await prescriptions.items_of(work.session, prescription.id, prescription.version)
    if item_id not in {item.id for item in items}:
        raise NotThatDrug
    made = {
        "item_id": item_id,
        "prescription_id": prescription.id,
        "by_id": work.actor.person,
        "at": work.now,
        "reason": await steps.seal(work, prescription, "drug_refusals", "reason", item_id, reason),
    }
    if await kept.refuse(work.session, made):
        patient_id = PersonId(prescription.patient_id)
        work.audit("prescription.refuse_drug", "prescription", prescription.id, patient_id=patient_id)
        steps.tell(work, prescription)
        await telling.tell(work, prescription, [prescription.prescriber_id], "drug-refused")
    return await _refusals(work, prescription)


async def refusals(work: Work, prescription_id: UUID) -> list[Refused]:
    """The refused lines, for whoever has a part in the prescription. Raises: Unknown."""
    prescription, _ = await steps.own(work, prescription_id, access.ANYONE)
    return await _refusals(work, prescription)


async def refused_items(work: Work, prescription_ids: Collection[UUID]) -> set[UUID]:
    """The lines of these prescriptions that patients do not want; asks nobody's right."""
    return {row.item_id for row in await kept.refusals_of(work.session, prescription_ids)}


async def _refusals(work: Work, prescription: Prescription) -> list[Refused]:
    items = await prescriptions.items_of(work.session, prescription.id, prescription.version)
    lines = {item.id: item.line for item in items}
    return [
        Refused(
            row.item_id,
            lines[row.item_id],
            row.at,
            await steps.unseal(work, prescription, "drug_refusals", "reason", row.item_id, row.reason),
        )
        for row in await kept.refusals_of(work.session, [prescription.id])
        if row.item_id in lines
    ]
