"""What the neighbours get to see of people and organisations: small frozen values, never rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from server.foundation.actor import Level, OrganisationId, PersonId

from .vocabulary import Category, Grade, OrganisationKind, PersonKind, Sex, Title


class Standing(StrEnum):
    """By what right the acting patient-side account acts for a patient."""

    SELF = "self"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Anyone, as shown to those who may see them; a patient's name is in clear here and stays out of logs."""

    id: PersonId
    kind: PersonKind
    name: str = field(repr=False)
    sex: Sex | None
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """A patient; whoever asks has checked that the reader may know. `phone` is the guardian's where there is no own one."""

    id: PersonId
    name: str = field(repr=False)
    sex: Sex
    birth_date: date
    age: int
    id_number_tail: str = field(repr=False)
    phone: str | None = field(repr=False)
    home_organisation_id: OrganisationId | None
    real_name_verified: bool
    needs_guardian: bool


@dataclass(frozen=True, slots=True)
class DoctorCard:
    """What patients may know of who treats them (B07)."""

    id: PersonId
    name: str
    sounds: str
    sex: Sex | None
    title: Title | None
    title_zh: str
    department_id: UUID | None
    department: str
    organisation_id: OrganisationId
    organisation: str
    licence_number: str
    licence_category: Category | None
    licence_category_zh: str
    licence_scope: str
    licence_valid_until: date | None
    years: int
    may_practise: bool
    photo_initial: str


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """An organisation as everybody may see it."""

    id: OrganisationId
    name: str
    kind: OrganisationKind
    level: Level
    grade: Grade
    grade_zh: str
    parent_id: OrganisationId | None
    phone: str
    address: str
    internet_licence_valid: bool
    second_name: str | None


@dataclass(frozen=True, slots=True)
class DepartmentCard:
    """A department of an organisation; `doctors` counts who could receive patients there."""

    id: UUID
    organisation_id: OrganisationId
    name: str
    name_en: str
    doctors: int
