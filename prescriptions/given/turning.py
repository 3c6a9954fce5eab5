"""From the JSON to the picture: names become drugs, days become instants. What nobody said stays unknown."""

from __future__ import annotations

from datetime import date, datetime, time

from prescriptions.checks.picture import (
    Allergy,
    Diagnosis,
    Item,
    PatientPicture,
    Picture,
    PrescriberPicture,
    Result,
    Setting,
    Taking,
)
from prescriptions.formulary.knowledge import Knowledge
from server.foundation.clock import SHANGHAI

from .asked import GivenItem, GivenPatient, GivenPicture, GivenPrescriber, GivenTaking


def picture_of(body: GivenPicture, knowledge: Knowledge, now: datetime) -> Picture:
    """The picture that was asked about; `now` where it names no moment of its own."""
    current = [_taking(each, knowledge, each.remaining_days) for each in body.current]
    past = [_taking(each, knowledge, 0) for each in body.past]
    return Picture(
        now=body.now or now,
        patient=_patient(body.patient),
        items=tuple(_item(line, each, knowledge) for line, each in enumerate(body.items, 1)),
        prescriber=_prescriber(body.prescriber),
        setting=Setting(**body.setting.model_dump()),
        current=(*current, *past),
        kind=body.kind,
    )


def _item(line: int, item: GivenItem, knowledge: Knowledge) -> Item:
    drug = knowledge.find(item.name)
    return Item(line=line, drug_id=drug.id if drug else None, **item.model_dump())


def _taking(taking: GivenTaking, knowledge: Knowledge, remaining_days: int | None) -> Taking:
    known = taking.model_dump(exclude={"remaining_days"})
    return Taking(drug_id=knowledge.id_of(taking.name), remaining_days=remaining_days, **known)


def _prescriber(prescriber: GivenPrescriber) -> PrescriberPicture:
    return PrescriberPicture(
        **prescriber.model_dump(), grade_known="antimicrobial_grade" in prescriber.model_fields_set
    )


def _patient(patient: GivenPatient) -> PatientPicture:
    said = patient.model_dump(exclude={"allergies", "diagnoses", "results"})
    return PatientPicture(
        **said,
        allergies=None
        if patient.allergies is None
        else tuple(Allergy(each.to, each.reaction) for each in patient.allergies),
        diagnoses=tuple(Diagnosis(each.code.upper(), each.name) for each in patient.diagnoses),
        results=tuple(Result(each.code, each.value, each.unit, _instant(each.at)) for each in patient.results),
    )


def _instant(at: datetime | date | None) -> datetime | None:
    if at is None or isinstance(at, datetime):
        return at
    return datetime.combine(at, time(), tzinfo=SHANGHAI)
