"""What everybody may look up, signed in or not: organisations, departments, and who treats there (B07)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from server.foundation.actor import Level, OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import PUBLIC, Query, Routes, View
from server.foundation.work import Work

from . import alliances as medical_alliances
from . import organisations, practitioners
from .vocabulary import Category, Grade, OrganisationKind, Sex, Title

routes = Routes()


class OrganisationView(View):
    """An organisation."""

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


class DepartmentView(View):
    """A department."""

    id: UUID
    organisation_id: OrganisationId
    name: str
    name_en: str
    doctors: int


class DoctorView(View):
    """A doctor's public card: name, title, licence, where (B07).

    `sounds` is for searching: the pinyin and the initials of name and department.
    """

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


class AllianceView(View):
    """A medical alliance with its present members."""

    id: UUID
    name: str
    lead_id: OrganisationId
    member_ids: tuple[OrganisationId, ...]


class WhichDoctors(Query):
    """Narrow by organisation, by department, or by both."""

    organisation: OrganisationId | None = None
    department: UUID | None = None


@routes.get("/api/organisations", may=PUBLIC)
async def all_organisations(work: Work) -> list[OrganisationView]:
    """Every organisation, from the top of the tree."""
    return [OrganisationView.model_validate(each) for each in await organisations.organisations(work)]


@routes.get("/api/organisations/{organisation_id}", may=PUBLIC)
async def one_organisation(work: Work, organisation_id: OrganisationId) -> OrganisationView:
    """One organisation."""
    return OrganisationView.model_validate(await organisations.organisation(work, organisation_id))


@routes.get("/api/organisations/{organisation_id}/departments", may=PUBLIC)
async def departments(work: Work, organisation_id: OrganisationId) -> list[DepartmentView]:
    """The departments of an organisation."""
    found = await organisations.departments(work, organisation_id)
    return [DepartmentView.model_validate(each) for each in found]


@routes.get("/api/alliances", may=PUBLIC)
async def alliances(work: Work) -> list[AllianceView]:
    """Medical alliances and who belongs to them."""
    return [AllianceView.model_validate(each) for each in await medical_alliances.alliances(work)]


@routes.get("/api/doctors", may=PUBLIC)
async def doctors(work: Work, query: WhichDoctors) -> list[DoctorView]:
    """Doctors with their licences, one card for each place where they work."""
    found = await practitioners.doctors(work, organisation_id=query.organisation, department_id=query.department)
    return [DoctorView.model_validate(card) for card in found]


@routes.get("/api/doctors/{doctor_id}", may=PUBLIC)
async def doctor(work: Work, doctor_id: PersonId) -> list[DoctorView]:
    """One doctor, one card for each place of work."""
    found = await practitioners.doctors(work, [doctor_id])
    if not found:
        raise Unknown
    return [DoctorView.model_validate(card) for card in found]
