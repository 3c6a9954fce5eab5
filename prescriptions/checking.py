"""From a prescription and the patient's record to the picture that the checks look at, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from server.consultations.service import Visit
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of, start_of_day
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import DoctorCard, PatientFacts
from server.records import service as records
from server.records.service import (
    Allergy,
    HealthSummary,
    Height,
    Lactation,
    Medication,
    Pregnancy,
    Result,
    Said,
    Weight,
)

from . import outcomes, reading, rules, store, store_rights
from .checks import engine
from .checks import picture as pictured
from .checks.picture import Local, PatientPicture, Picture, PrescriberPicture, Setting, Taking
from .content import Content, Line
from .formulary.knowledge import Knowledge, shipped
from .institution import lines
from .lifecycle import APPROVED, IN_REVIEW, Status
from .model import Prescription
from .outcomes import Kept

_TAKEN = APPROVED | IN_REVIEW | {Status.RETURNED}


@dataclass(frozen=True, slots=True)
class Subject:
    """Everybody and everything a prescription is about, fetched once for picture and heading."""

    visit: Visit
    patient: PatientFacts
    doctor: DoctorCard
    health: HealthSummary
    record_opened: bool
    confirmed: bool  # by the patient, as a long-term prescription (B26)

    @property
    def weight_kg(self) -> Decimal | None:
        """The patient's last weight."""
        fact = self.health.weight.fact if self.health.weight else None
        return fact.kg if isinstance(fact, Weight) else None


async def subject_of(work: Work, visit: Visit, *, confirmed: bool = False) -> Subject:
    """The people and the health summary of a visit. Raises: Unknown."""
    patient_id, doctor_id = PersonId(visit.patient_id), PersonId(visit.doctor_id)
    return Subject(
        visit=visit,
        patient=await identity.patient(work, patient_id),
        doctor=await identity.doctor(work, doctor_id, OrganisationId(visit.organisation_id)),
        health=await records.health_of(work, patient_id),
        record_opened=await records.opened_by(work, visit.encounter_id, doctor_id),
        confirmed=confirmed,
    )


async def picture_of(work: Work, subject: Subject, content: Content, *, but: UUID | None = None) -> Picture:
    """All that the checks may look at; `but` is the prescription itself, which nobody takes yet."""
    patient_id = PersonId(subject.visit.patient_id)
    recorded = await records.diagnoses_of(work, patient_id, subject.visit.encounter_id)
    local = await lines.local(work, OrganisationId(subject.visit.organisation_id), content.items)
    return Picture(
        now=work.now,
        patient=_patient(subject, content, [(each.icd10, each.name) for each in recorded]),
        items=tuple(_item(line, local, content.reason) for line in content.items),
        prescriber=await _prescriber(work, subject.doctor),
        setting=_setting(subject, content),
        current=await taken_by(work, patient_id, subject.health, but=but),
        kind=pictured.Kind(content.kind.value),
    )


def run(picture: Picture, knowledge: Knowledge | None = None) -> Kept:
    """What the checks find, in the form that is kept."""
    return outcomes.kept(engine.check(picture, knowledge or shipped()))


async def taken_by(
    work: Work, patient_id: PersonId, health: HealthSummary, *, but: UUID | None = None
) -> tuple[Taking, ...]:
    """What the patient takes: the lines of signed prescriptions of 90 days that last, and what the patient tells of."""
    since = start_of_day(day_of(work.now)) - rules.LOOK_BACK
    every = await identity.with_merged(work, [patient_id])
    found = [each for each in await store.signed_since(work.session, every, since, _TAKEN) if each.id != but]
    taken: list[Taking] = []
    for prescription, content in await reading.contents_of(work, found):
        taken += _lines_taken(prescription, content, work)
    return (*taken, *_told(health.medications))


def _lines_taken(prescription: Prescription, content: Content, work: Work) -> Iterable[Taking]:
    assert prescription.signed_at is not None, "only signed ones are looked for"
    begun, today = day_of(prescription.signed_at), day_of(work.now)
    for line in content.items:
        yield Taking(
            name=line.name,
            drug_id=line.drug_id,
            remaining_days=rules.remaining_days(begun, line.days, today),
            dose=line.dose,
            unit=line.unit,
            route=line.route,
            frequency=line.frequency,
            prescription=prescription.number,
        )


def _told(medications: Iterable[Said]) -> Iterable[Taking]:
    for said in medications:
        if isinstance(said.fact, Medication):
            drug_id = said.fact.drug_id or _drug_of(said.fact.name)
            yield Taking(name=said.fact.name, drug_id=drug_id)


def _drug_of(name: str) -> str | None:
    drug = shipped().find(name)
    return drug.id if drug else None


def _patient(subject: Subject, content: Content, recorded: list[tuple[str, str]]) -> PatientPicture:
    health, facts = subject.health, subject.patient
    height = health.height.fact if health.height else None
    pregnancy = health.pregnancy.fact if health.pregnancy else None
    lactation = health.lactation.fact if health.lactation else None
    written = [(each.code, each.name) for each in content.diagnoses]
    return PatientPicture(
        birth_date=facts.birth_date,
        sex=pictured.Sex(facts.sex.value),
        weight_kg=subject.weight_kg,
        height_cm=height.cm if isinstance(height, Height) else None,
        pregnant=pregnancy.pregnant if isinstance(pregnancy, Pregnancy) else None,
        pregnancy_weeks=health.pregnancy_weeks,
        lactating=lactation.lactating if isinstance(lactation, Lactation) else None,
        allergies=_allergies(health),
        diagnoses=tuple(pictured.Diagnosis(code, name) for code, name in dict([*recorded, *written]).items()),
        results=tuple(_result(said.fact) for said in health.results if isinstance(said.fact, Result)),
    )


def _allergies(health: HealthSummary) -> tuple[pictured.Allergy, ...] | None:
    if health.allergies is None:
        return None
    facts = (said.fact for said in health.allergies)
    return tuple(pictured.Allergy(fact.to, fact.reaction) for fact in facts if isinstance(fact, Allergy))


def _result(fact: Result) -> pictured.Result:
    try:
        value: Decimal | str = Decimal(fact.value)
    except InvalidOperation:
        value = fact.value
    return pictured.Result(fact.code, value, fact.unit, start_of_day(fact.on) + timedelta(hours=12))


async def _prescriber(work: Work, doctor: DoctorCard) -> PrescriberPicture:
    grade = await store_rights.grade_of(work.session, doctor.id, doctor.organisation_id)
    return PrescriberPicture(
        kind=pictured.PrescriberKind.HUMAN,
        is_doctor=True,
        may_practise_online=doctor.may_practise,
        department=doctor.department,
        antimicrobial_grade=pictured.Grade(grade) if grade and grade != "none" else None,
        grade_known=grade is not None,
    )


def _setting(subject: Subject, content: Content) -> Setting:
    company, eligibility = content.company, content.eligibility
    return Setting(
        online=True,
        follow_up=subject.visit.eligible_at is not None,
        record_opened=subject.record_opened,
        guardian_present=company.guardian_present if company else None,
        paediatrician_present=bool(company and company.paediatrician_present) or "儿科" in subject.doctor.department,
        long_term=content.long_term,
        long_term_eligible=bool(eligibility and eligibility.is_met),
        assessed=bool(content.assessment) and bool(eligibility and eligibility.taught),
        patient_confirmed=subject.confirmed,
        emergency=content.emergency,
        payer=content.payer,
        delivery=content.delivery,
    )


def _item(line: Line, local: Mapping[str, Local], reason: str) -> pictured.Item:
    drug_id = line.drug_id or _drug_of(line.name)
    return pictured.Item(
        line=line.line,
        name=line.name,
        drug_id=drug_id,
        dose=line.dose,
        unit=line.unit,
        route=line.route,
        frequency=line.frequency,
        days=line.days,
        quantity=line.quantity,
        quantity_unit=line.quantity_unit,
        strength=line.strength,
        note=line.note,
        reason=line.reason or reason,
        local=local.get(drug_id) if drug_id else None,
    )
