"""Prescriptions as pages see them: the document that was made when they were saved, where they stand, what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.fields import DataKey
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import access, reading, store
from .access import PATIENT_SIDE, Party
from .content import Company, Eligibility, Kind, Override, PrescribedDiagnosis
from .formulary.knowledge import shipped
from .model import CheckRun, ItemRow, Prescription, StepRow
from .outcomes import Kept, OutcomeView
from .reading import Opened


class NamedView(View):
    """Something with a name."""

    id: UUID
    name: str


class PractitionerView(NamedView):
    """A doctor or pharmacist."""

    title: str | None = None


class PrescribedForView(NamedView):
    """For whom it is, as it was when it was written."""

    sex: str
    birth_date: date
    age: int
    weight_kg: str | None


class ItemView(View):
    """One line; `dispensed` counts what was handed out of `quantity`."""

    id: UUID
    line: int
    drug_id: str | None
    name: str
    strength: str
    dose: float | None
    unit: str
    route: str
    frequency: str
    days: int | None
    quantity: float
    quantity_unit: str
    note: str
    reason: str
    dispensed: float


class SentBackView(View):
    """Why a pharmacist sent it back or refused it."""

    code: str | None
    text: str


class OriginalView(View):
    """The prescription that this one continues, and how: renewal or continuation."""

    id: UUID
    number: str
    how: str


class PrescriptionView(View):
    """A prescription. Send `version` and `digest` back with what you do; `may` lists the steps open to the asker now."""

    model_config = ConfigDict(frozen=True, from_attributes=True, serialize_by_alias=True)

    id: UUID
    number: str
    status: str
    version: int
    kind: Kind
    long_term: bool
    days: int | None
    visit_id: UUID
    hospital: NamedView
    department: str
    patient: PrescribedForView
    prescriber: PractitionerView
    diagnoses: tuple[PrescribedDiagnosis, ...]
    assessment: str
    eligibility: Eligibility | None
    company: Company | None
    emergency: bool
    delivery: bool
    payer: str
    reason: str
    advice: str
    items: list[ItemView]
    check: OutcomeView | None
    overrides: list[Override]
    drawn_at: datetime
    signed_at: datetime | None
    signature_id: UUID | None
    double_signed: bool
    valid_until: datetime | None
    extended_note: str | None
    reviewer: PractitionerView | None
    review_signature_id: UUID | None
    decided_at: datetime | None
    return_: SentBackView | None = Field(serialization_alias="return")
    continues: OriginalView | None
    may: list[str]
    digest: str
    data_notice: str | None = Field(description="Said on every screen while no pharmacist has signed the drug data")


class PrescriptionStepView(View):
    """One step of the history."""

    at: datetime
    verb: str
    status: str
    version: int
    by: str | None
    role: str | None
    code: str | None
    text: str | None


async def of_prescription(work: Work, prescription: Prescription, party: Party) -> PrescriptionView:
    """One prescription for somebody who has a part in it."""
    return (await of_prescriptions(work, [(prescription, party)]))[0]


async def of_prescriptions(work: Work, pairs: Sequence[tuple[Prescription, Party]]) -> list[PrescriptionView]:
    """Prescriptions in a list, each with the asker's part in it, in the order given: one query for each kind of thing."""
    rows = [prescription for prescription, _ in pairs]
    opened = await reading.opened_many(work, rows)
    items = await store.items_of_many(work.session, rows)
    runs = await store.check_runs(work.session, {each.check_run_id for each in rows if each.check_run_id})
    answers = await store.last_answers(work.session, {each.id for each in rows if each.review_code})
    keys = await data_keys.fetch_all(work.session, work.ground.fields, {each.patient_id for each in rows})
    names = await identity.people(work, {PersonId(each.reviewer_id) for each in rows if each.reviewer_id})
    reviewers = {card.id: PractitionerView(id=card.id, name=card.name) for card in names.values()}
    made = []
    for one, (prescription, party) in zip(opened, pairs, strict=True):
        run = runs.get(prescription.check_run_id) if prescription.check_run_id else None
        made.append(
            _view(
                work,
                one,
                party,
                items=items[prescription.id],
                check=_check(work, run, keys[prescription.patient_id]) if run and party not in PATIENT_SIDE else None,
                answer=_answer(work, answers.get(prescription.id), keys[prescription.patient_id], party),
                reviewer=reviewers.get(PersonId(prescription.reviewer_id)) if prescription.reviewer_id else None,
                note=_note(work, prescription, keys[prescription.patient_id]),
            )
        )
    return made


async def of_steps(work: Work, prescription: Prescription, party: Party) -> list[PrescriptionStepView]:
    """The history; the patient's side sees what happened, not what doctor and pharmacist wrote to each other."""
    rows = await store.steps_of(work.session, prescription.id)
    words = await reading.words_of(work, prescription, rows) if party not in PATIENT_SIDE else {}
    people = await identity.people(work, {PersonId(each.by_id) for each in rows if each.by_id})
    return [
        PrescriptionStepView(
            at=each.at,
            verb=each.verb,
            status=each.status,
            version=each.version,
            by=people[PersonId(each.by_id)].name if each.by_id and PersonId(each.by_id) in people else None,
            role=each.by_role,
            code=each.code if party not in PATIENT_SIDE else None,
            text=words.get(each.id),
        )
        for each in rows
    ]


def _view(
    work: Work,
    one: Opened,
    party: Party,
    *,
    items: Sequence[ItemRow],
    check: OutcomeView | None,
    answer: SentBackView | None,
    reviewer: PractitionerView | None,
    note: str | None,
) -> PrescriptionView:
    row, made, content = one.prescription, one.document, one.content
    return PrescriptionView(
        id=row.id,
        number=row.number,
        status=row.status,
        version=row.version,
        kind=content.kind,
        long_term=content.long_term,
        days=content.days,
        visit_id=row.visit_id,
        hospital=NamedView(**made["hospital"]),
        department=made["department"],
        patient=PrescribedForView(**made["patient"]),
        prescriber=PractitionerView(**_without(made["prescriber"], "licence")),
        diagnoses=content.diagnoses,
        assessment=content.assessment,
        eligibility=content.eligibility,
        company=content.company,
        emergency=content.emergency,
        delivery=content.delivery,
        payer=content.payer,
        reason=content.reason,
        advice=content.advice,
        items=_items(one, items),
        check=check,
        overrides=[Override(finding_id=each, reason=reason) for each, reason in sorted(one.overrides.items())]
        if party not in PATIENT_SIDE
        else [],
        drawn_at=datetime.fromisoformat(made["drawn_at"]),
        signed_at=row.signed_at,
        signature_id=row.signature_id,
        double_signed=row.second_signature_id is not None,
        valid_until=row.valid_until,
        extended_note=note,
        reviewer=reviewer,
        review_signature_id=row.review_signature_id,
        decided_at=row.decided_at,
        return_=answer,
        continues=OriginalView(**made["continues"]) if made["continues"] else None,
        may=access.may(row, work.actor, party),
        digest=one.version.digest,
        data_notice=shipped().unsigned_notice,
    )


def _items(one: Opened, counted: Sequence[ItemRow]) -> list[ItemView]:
    rows = {row.line: row for row in counted}
    return [
        ItemView(
            id=rows[line.line].id,
            dispensed=_number(rows[line.line].dispensed),
            dose=_number(line.dose) if line.dose is not None else None,
            quantity=_number(line.quantity),
            **line.model_dump(exclude={"dose", "quantity"}),
        )
        for line in one.content.items
    ]


def _check(work: Work, run: CheckRun, key: DataKey) -> OutcomeView:
    return outcome_view(run, reading.kept_of(work, run, key))


def outcome_view(run: CheckRun, found: Kept) -> OutcomeView:
    """A kept outcome as it is shown."""
    return OutcomeView(
        **dict(found), id=run.id, at=run.at, digest=run.digest, unsigned_notice=shipped().unsigned_notice
    )


def _answer(work: Work, step: StepRow | None, key: DataKey, party: Party) -> SentBackView | None:
    if step is None or party in PATIENT_SIDE:
        return None
    text = work.ground.fields.open(step.text, "prescription_steps", "text", step.id, key) if step.text else ""
    return SentBackView(code=step.code, text=text)


def _note(work: Work, prescription: Prescription, key: DataKey) -> str | None:
    if prescription.extended_note is None:
        return None
    return work.ground.fields.open(prescription.extended_note, "prescriptions", "extended_note", prescription.id, key)


def _number(amount: Decimal) -> float:
    return float(amount)


def _without(mapping: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}
