"""Routes of doctors' templates, and of the right to prescribe antimicrobials that an institution grants."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import rights, templates
from .content import Kind, Line
from .errors import NameTaken, TooManyTemplates

routes = Routes()


class PrescriptionTemplateView(View):
    """Lines without a patient, under a name."""

    id: UUID
    name: str
    kind: Kind
    items: tuple[Line, ...]


class PrescriptionTemplateBody(Body):
    """A template to be kept."""

    name: str = Field(min_length=1, max_length=60)
    kind: Kind
    items: tuple[Line, ...] = Field(min_length=1, max_length=60)


class PrescribingRightView(View):
    """A doctor's grade: non_restricted, restricted, special, none; null while nobody has decided."""

    doctor_id: UUID
    name: str
    department: str
    grade: str | None
    granted_at: datetime | None


class PrescribingRightBody(Body):
    """The highest grade of antimicrobials that the doctor may prescribe."""

    grade: Literal["none", "non_restricted", "restricted", "special"]


@routes.get("/api/prescription-templates", may="prescriptions.write")
async def list_templates(work: Work) -> list[PrescriptionTemplateView]:
    """The own templates, by name."""
    return [PrescriptionTemplateView.model_validate(each) for each in await templates.mine(work)]


@routes.post(
    "/api/prescription-templates",
    may="prescriptions.write",
    status=201,
    problems=(NameTaken, TooManyTemplates),
)
async def keep_template(work: Work, body: PrescriptionTemplateBody) -> PrescriptionTemplateView:
    """Keep lines under a name."""
    return PrescriptionTemplateView.model_validate(await templates.keep(work, body.name, body.kind, body.items))


@routes.delete("/api/prescription-templates/{template_id}", may="prescriptions.write", problems=(Unknown,))
async def drop_template(work: Work, template_id: UUID) -> None:
    """Delete an own template."""
    await templates.drop(work, template_id)


@routes.get("/api/antimicrobial-rights", may="prescriptions.grant")
async def list_rights(work: Work) -> list[PrescribingRightView]:
    """The doctors of the own institution with the grade of antimicrobials that each may prescribe."""
    return [PrescribingRightView.model_validate(each) for each in await rights.of_institution(work)]


@routes.put("/api/antimicrobial-rights/{doctor_id}", may="prescriptions.grant", problems=(Unknown,))
async def grant_right(work: Work, doctor_id: UUID, body: PrescribingRightBody) -> None:
    """Grant a doctor of the own institution a grade, or take it away."""
    await rights.grant(work, PersonId(doctor_id), body.grade)
