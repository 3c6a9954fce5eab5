"""The desk of a clinic or a hospital's window over HTTP. Numbers travel in bodies, never in addresses: those are logged."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.errors import FieldError, Invalid
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import clinic, entries, patients
from .cards import PatientFacts
from .clinic import AtTheDesk
from .errors import FamilyAlready, GuardianNeeded, RealNameNotConfirmed
from .rules import masked
from .vocabulary import Relation, Sex

routes = Routes()


class SearchPatients(Body):
    """A whole ID number or a whole phone; parts are not searched."""

    id_number: str | None = Field(None, max_length=32)
    phone: str | None = Field(None, max_length=32)


class PatientView(View):
    """A patient at the desk; numbers are shown only as far as one recognises one's own."""

    id: PersonId
    name: str
    sex: Sex
    birth_date: date
    age: int
    id_number_tail: str
    phone: str | None
    real_name_verified: bool
    needs_guardian: bool

    @classmethod
    def of(cls, facts: PatientFacts) -> PatientView:
        """The view of what the service gave."""
        return cls(
            id=facts.id,
            name=facts.name,
            sex=facts.sex,
            birth_date=facts.birth_date,
            age=facts.age,
            id_number_tail=facts.id_number_tail,
            phone=masked(facts.phone) if facts.phone else None,
            real_name_verified=facts.real_name_verified,
            needs_guardian=facts.needs_guardian,
        )


class RegisterPatient(Body):
    """As on the card. A child under 14 has no phone and names its guardian, known here, and what that person is to it."""

    name: str = Field(max_length=64)
    id_number: str = Field(max_length=32)
    phone: str | None = Field(None, max_length=32)
    guardian_id: PersonId | None = None
    relation: Relation | None = None


class AddGuardian(Body):
    """Who acts for the patient from now on; both are at the desk."""

    guardian_id: PersonId
    relation: Relation


class ChangePatientPhone(Body):
    """The number on the card that was seen, and the new phone; no phone: has none any more."""

    id_number: str = Field(max_length=32)
    phone: str | None = Field(None, max_length=32)


@routes.post("/api/patients/search", may="identity.find-patient", grants_tokens=True)
async def search_patients(work: Work, body: SearchPatients) -> list[PatientView]:
    """Patients whom my organisation knows, by whole ID number or whole phone."""
    if body.id_number:
        found = await clinic.find_by_id_number(work, entries.id_number_of(body.id_number, patients.today_of(work)))
    elif body.phone:
        found = await clinic.find_by_phone(work, entries.phone_of(body.phone))
    else:
        raise Invalid(errors=(FieldError("/id_number", "请填写身份证号或手机号", "Enter an ID number or a phone"),))
    return [PatientView.of(facts) for facts in found]


@routes.get("/api/patients/{patient_id}", may="identity.find-patient")
async def patient(work: Work, patient_id: PersonId) -> PatientView:
    """A patient whom my organisation knows."""
    return PatientView.of(await clinic.patient_here(work, patient_id))


@routes.post(
    "/api/patients", may="identity.register-patient", status=201, problems=(GuardianNeeded, RealNameNotConfirmed)
)
async def register_patient(work: Work, body: RegisterPatient) -> PatientView:
    """Register the person whose card I hold; known elsewhere already, they become known here."""
    seen = AtTheDesk(
        name=entries.name_of(body.name),
        id_number=entries.id_number_of(body.id_number, patients.today_of(work)),
        phone=entries.phone_of(body.phone) if body.phone else None,
    )
    return PatientView.of(await clinic.register(work, seen, body.guardian_id, body.relation))


@routes.post(
    "/api/patients/{patient_id}/guardians",
    may="identity.change-patient",
    status=204,
    problems=(FamilyAlready, GuardianNeeded),
)
async def add_guardian(work: Work, patient_id: PersonId, body: AddGuardian) -> None:
    """Somebody acts for a patient from now on, with the consent I witnessed."""
    await clinic.add_guardian(work, patient_id, body.guardian_id, body.relation)


@routes.put(
    "/api/patients/{patient_id}/phone",
    may="identity.change-patient",
    problems=(RealNameNotConfirmed, GuardianNeeded),
)
async def change_patient_phone(work: Work, patient_id: PersonId, body: ChangePatientPhone) -> PatientView:
    """A patient's changed number, after comparing the card; the patient is signed out everywhere."""
    seen = entries.id_number_of(body.id_number, patients.today_of(work))
    phone = entries.phone_of(body.phone) if body.phone else None
    return PatientView.of(await clinic.change_phone(work, patient_id, seen, phone))
