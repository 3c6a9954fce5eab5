"""What a counter sees: what it holds, how much of each line is left, who counted out and who checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from prescriptions import reading, steps
from prescriptions import store as all_prescriptions
from prescriptions import views as all_views
from prescriptions.access import Party
from prescriptions.model import Prescription
from prescriptions.views import PrescriptionView
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import store
from .model import Consignment, DispensedItem, Dispensing, Redemption, Shortage, Substitution


class PortionView(View):
    """How much of one line, of which batch."""

    item_id: UUID
    quantity: float
    batch: str
    expires_on: date | None
    trace_codes: list[str]


class DispensingView(View):
    """One counting out; without `checked_at` it waits for its check and does not count yet."""

    id: UUID
    dispenser_id: UUID
    dispenser: str
    dispensed_at: datetime
    checker: str | None
    checked_at: datetime | None
    single_duty: bool
    items: list[PortionView]


class ParcelView(View):
    """A parcel and whom it goes to."""

    carrier: str
    tracking: str
    state: str
    consigned_at: datetime
    changed_at: datetime
    name: str
    phone: str
    address: str


class QuestionView(View):
    """A pharmacy's question about another drug, and the answer."""

    id: UUID
    prescription_id: UUID
    number: str
    pharmacy: str
    line: int
    drug: str
    code: str
    text: str
    asked_at: datetime
    answer: str | None
    answer_text: str | None
    answered_at: datetime | None


class LeftView(View):
    """What remains of one line."""

    item_id: UUID
    line: int
    left: float


class RedemptionView(View):
    """One pharmacy's holding of a prescription. `prescription` only while this pharmacy holds or has dispensed it."""

    id: UUID
    prescription_id: UUID
    number: str
    status: str
    redeemed_at: datetime
    redeemed_by: str
    ended_at: datetime | None
    ended_for: str | None
    prescription: PrescriptionView | None
    left: list[LeftView]
    dispensings: list[DispensingView]
    waiting: DispensingView | None
    parcel: ParcelView | None
    question: QuestionView | None


class HeldView(View):
    """One row of a pharmacy's list."""

    id: UUID
    prescription_id: UUID
    number: str
    patient: str
    hospital: str
    status: str
    redeemed_at: datetime
    ended_at: datetime | None
    ended_for: str | None
    waits_for_check: bool
    question_open: bool


class ShortageView(View):
    """A drug that a pharmacy does not have."""

    id: UUID
    drug: str
    drug_name: str
    pharmacy_id: UUID
    pharmacy: str
    note: str
    expected_on: date | None
    reported_at: datetime
    own: bool


async def of_redemption(work: Work, redemption: Redemption, prescription: Prescription) -> RedemptionView:
    """One redemption with all that belongs to it, for the pharmacy's own people."""
    holds = prescription.locked_by_organisation_id == work.actor.organisation_id
    dispensed = await store.dispensings_of(work.session, Dispensing.redemption_id == redemption.id)
    shown = await _dispensings(work, dispensed)
    questions = await store.substitutions(work.session, redemption_ids=[redemption.id], limit=1)
    parcels = await store.consignments(work.session, [redemption.id])
    by = await identity.person(work, PersonId(redemption.redeemed_by))
    if holds:
        await records.note_read(work, PersonId(prescription.patient_id), records.Seen.PRESCRIPTION, prescription.id)
    return RedemptionView(
        id=redemption.id,
        prescription_id=prescription.id,
        number=prescription.number,
        status=prescription.status,
        redeemed_at=redemption.redeemed_at,
        redeemed_by=by.name,
        ended_at=redemption.ended_at,
        ended_for=redemption.ended_for,
        prescription=await all_views.of_prescription(work, prescription, Party.PHARMACY) if holds else None,
        left=await _left(work, prescription) if holds else [],
        dispensings=[each for each in shown if each.checked_at is not None],
        waiting=next((each for each in shown if each.checked_at is None), None),
        parcel=await _parcel(work, prescription, parcels.get(redemption.id)) if holds else None,
        question=(await of_questions(work, questions))[0] if questions and holds else None,
    )


async def of_held(work: Work, held: Sequence[Redemption]) -> list[HeldView]:
    """A pharmacy's list: the patient's name only of what it holds or has dispensed."""
    found = await store.prescriptions(work.session, {each.prescription_id for each in held})
    mine = [each for each in found.values() if each.locked_by_organisation_id == work.actor.organisation_id]
    names = {each.prescription.id: each.document["patient"]["name"] for each in await reading.opened_many(work, mine)}
    houses = await _names(work, {each.organisation_id for each in found.values()})
    waiting = {
        each.redemption_id
        for each in await store.dispensings_of(
            work.session, Dispensing.redemption_id.in_([each.id for each in held]), Dispensing.checked_at.is_(None)
        )
    }
    ids = [each.id for each in held]
    asked = await store.substitutions(work.session, redemption_ids=ids) if ids else []
    open_questions = {each.redemption_id for each in asked if each.answered_at is None}
    return [
        HeldView(
            id=each.id,
            prescription_id=each.prescription_id,
            number=found[each.prescription_id].number,
            patient=names.get(each.prescription_id, ""),
            hospital=houses.get(found[each.prescription_id].organisation_id, ""),
            status=found[each.prescription_id].status,
            redeemed_at=each.redeemed_at,
            ended_at=each.ended_at,
            ended_for=each.ended_for,
            waits_for_check=each.id in waiting,
            question_open=each.id in open_questions,
        )
        for each in held
    ]


async def of_questions(work: Work, asked: Sequence[Substitution]) -> list[QuestionView]:
    """Questions about other drugs, for the prescriber or the pharmacy that asked."""
    found = await store.prescriptions(work.session, {each.prescription_id for each in asked})
    rows = await store.items(work.session, {each.item_id for each in asked})
    holders = await store.holders_of(work.session, {each.redemption_id for each in asked})
    names = await _names(work, set(holders.values()))
    made = []
    for each in asked:
        prescription, row = found[each.prescription_id], rows[each.item_id]
        content = (await reading.opened(work, prescription, row.version)).content
        made.append(
            QuestionView(
                id=each.id,
                prescription_id=prescription.id,
                number=prescription.number,
                pharmacy=names.get(holders[each.redemption_id], ""),
                line=row.line,
                drug=content.items[row.line - 1].name,
                code=each.code,
                text=await steps.unseal(work, prescription, "substitutions", "text", each.id, each.text),
                asked_at=each.asked_at,
                answer=each.answer,
                answer_text=await _answer(work, prescription, each),
                answered_at=each.answered_at,
            )
        )
    return made


async def of_shortages(work: Work, found: Sequence[Shortage]) -> list[ShortageView]:
    """What is short, and where."""
    names = await _names(work, {each.organisation_id for each in found})
    return [
        ShortageView(
            id=each.id,
            drug=each.drug,
            drug_name=each.drug_name,
            pharmacy_id=each.organisation_id,
            pharmacy=names.get(each.organisation_id, ""),
            note=each.note,
            expected_on=each.expected_on,
            reported_at=each.reported_at,
            own=each.organisation_id == work.actor.organisation_id,
        )
        for each in found
    ]


async def _answer(work: Work, prescription: Prescription, asked: Substitution) -> str | None:
    if asked.answer_text is None:
        return None
    return await steps.unseal(work, prescription, "substitutions", "answer_text", asked.id, asked.answer_text)


async def _left(work: Work, prescription: Prescription) -> list[LeftView]:
    rows = await all_prescriptions.items_of(work.session, prescription.id, prescription.version)
    return [LeftView(item_id=row.id, line=row.line, left=float(row.quantity - row.dispensed)) for row in rows]


async def _dispensings(work: Work, dispensed: Sequence[Dispensing]) -> list[DispensingView]:
    items = await store.dispensed_items(work.session, [each.id for each in dispensed])
    people = {each.dispenser_id for each in dispensed} | {each.checker_id for each in dispensed if each.checker_id}
    names = {card.id: card.name for card in (await identity.people(work, map(PersonId, people))).values()}
    return [
        DispensingView(
            id=each.id,
            dispenser_id=each.dispenser_id,
            dispenser=names[PersonId(each.dispenser_id)],
            dispensed_at=each.dispensed_at,
            checker=names[PersonId(each.checker_id)] if each.checker_id else None,
            checked_at=each.checked_at,
            single_duty=each.single_duty,
            items=[_portion(item) for item in items[each.id]],
        )
        for each in dispensed
    ]


def _portion(item: DispensedItem) -> PortionView:
    return PortionView(
        item_id=item.item_id,
        quantity=float(item.quantity),
        batch=item.batch,
        expires_on=item.expires_on,
        trace_codes=item.trace_codes,
    )


async def _parcel(work: Work, prescription: Prescription, parcel: Consignment | None) -> ParcelView | None:
    if parcel is None:
        return None
    to: dict[str, Any] = json.loads(
        await steps.unseal(work, prescription, "consignments", "addressee", parcel.id, parcel.addressee)
    )
    return ParcelView(
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        state=parcel.state,
        consigned_at=parcel.consigned_at,
        changed_at=parcel.changed_at,
        **to,
    )


async def _names(work: Work, ids: Iterable[UUID]) -> dict[UUID, str]:
    cards = await identity.organisations(work, [OrganisationId(each) for each in ids])
    return {card.id: card.name for card in cards}
