"""How dispensed drugs leave the pharmacy: over the counter, or with a carrier; and how, rarely, they come back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from uuid import UUID

from prescriptions import reading, steps
from prescriptions.access import PATIENT_SIDE, PHARMACY, REVIEWER
from prescriptions.formulary.entries import Control
from prescriptions.formulary.knowledge import shipped
from prescriptions.lifecycle import Status
from prescriptions.model import Prescription
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work

from . import redeeming, store, telling
from .errors import ColdChainNotSent
from .model import Consignment


class Receiver(StrEnum):
    """Whom the drugs were given to; that it was the right person is part of B35's real name."""

    PATIENT = "patient"
    FAMILY = "family"
    CLINIC_WORKER = "clinic_worker"


class Parcel(StrEnum):
    """Where a parcel is."""

    CONSIGNED = "consigned"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why drugs come back; a change of mind is none, medicines are not returned for that."""

    QUALITY = "quality"
    WRONG_DRUG = "wrong_drug"
    RECALL = "recall"
    REFUSED_DELIVERY = "refused_delivery"


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom the parcel goes."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)


async def hand_over(work: Work, redemption_id: UUID, receiver: Receiver) -> Prescription:
    """Give what was dispensed to the patient or whoever came for them. Raises: Unknown, NotInThisState. Rule: B35"""
    redemption, prescription = await redeeming.own(work, redemption_id)
    moved = await steps.take(work, prescription, "hand_over", code=str(receiver))
    await store.end_redemption(work.session, redemption.id, work.now, "handed_over")
    return moved


async def consign(work: Work, redemption_id: UUID, carrier: str, tracking: str, to: Addressee) -> Consignment:
    """Give what was dispensed to a carrier.

    Raises: Unknown, NotInThisState, ColdChainNotSent. Rule: dispensing-4
    """
    redemption, prescription = await redeeming.own(work, redemption_id)
    content = await reading.content_of(work, prescription)
    require_may_travel([line.drug_id for line in content.items])
    moved = await steps.take(work, prescription, "consign")
    parcel = Consignment(
        id=work.new_id(),
        redemption_id=redemption.id,
        carrier=carrier,
        tracking=tracking,
        state=Parcel.CONSIGNED,
        consigned_by=work.actor.person,
        consigned_at=work.now,
        changed_at=work.now,
    )
    parcel.addressee = await steps.seal(
        work, moved, "consignments", "addressee", parcel.id, json.dumps(asdict(to), ensure_ascii=False)
    )
    work.session.add(parcel)
    await work.session.flush()
    await telling.sent(work, moved, carrier)
    return parcel


def require_may_travel(drug_ids: Sequence[str | None]) -> None:
    """Nothing, when none of these drugs must stay cold. Raises: ColdChainNotSent. Rule: dispensing-4"""
    known = shipped()
    for drug_id in drug_ids:
        drug = known.drug(drug_id) if drug_id else None
        if drug is not None and drug.control is Control.COLD_CHAIN:
            raise ColdChainNotSent


async def travel(work: Work, redemption_id: UUID, state: Parcel) -> Prescription:
    """What the carrier says of the parcel: on its way, delivered, refused at the door.

    Raises: Unknown, NotInThisState.
    """
    redemption, prescription = await redeeming.own(work, redemption_id)
    parcel = (await store.consignments(work.session, [redemption.id])).get(redemption.id)
    if parcel is None or Status(prescription.status) is not Status.IN_DELIVERY:
        raise NotInThisState(status=prescription.status)
    parcel.state, parcel.changed_at = state, work.now
    if state is Parcel.DELIVERED:
        prescription = await steps.take(work, prescription, "deliver")
        await store.end_redemption(work.session, redemption.id, work.now, "delivered")
    elif state is Parcel.REFUSED:
        prescription = await steps.take(work, prescription, "request_return", code=str(Reason.REFUSED_DELIVERY))
        await store.end_redemption(work.session, redemption.id, work.now, "refused")
    else:
        steps.tell(work, prescription)
    return prescription


async def received(work: Work, prescription_id: UUID) -> Prescription:
    """The patient's side says that the parcel is there. Raises: Unknown, NotInThisState."""
    prescription, _ = await steps.own(work, prescription_id, PATIENT_SIDE)
    moved = await steps.take(work, prescription, "deliver")
    parcel = await store.consignment_of_prescription(work.session, moved.id)
    assert parcel is not None, "what is in delivery has a parcel"
    parcel.state, parcel.changed_at = Parcel.DELIVERED, work.now
    await store.end_redemption(work.session, parcel.redemption_id, work.now, "delivered")
    return moved


async def request_return(work: Work, prescription_id: UUID, reason: Reason, words: str) -> Prescription:
    """Say that drugs have to come back; medicines otherwise are not taken back. Raises: Unknown, NotInThisState."""
    prescription, party = await steps.own(work, prescription_id, PATIENT_SIDE | PHARMACY | REVIEWER)
    if party not in PATIENT_SIDE and prescription.locked_by_organisation_id != work.actor.organisation_id:
        raise Unknown  # a pharmacist of the issuing hospital, whose pharmacy did not dispense it
    moved = await steps.take(work, prescription, "request_return", code=str(reason), text=words)
    held = await store.open_redemption(work.session, moved.id)
    if held is not None:
        await store.end_redemption(work.session, held.id, work.now, "return_requested")
    return moved


async def take_back(work: Work, redemption_id: UUID, words: str) -> Prescription:
    """The drugs are back at the pharmacy and out of use. Raises: Unknown, NotInThisState."""
    _, prescription = await redeeming.own(work, redemption_id, ended=True)
    return await steps.take(work, prescription, "take_back", text=words)
