"""Organisations, licences, departments and alliances as their administrator keeps them, within the own reach and below.

Reading them is public: `register_http.py`.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from server.foundation.actor import Level, OrganisationId
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import alliances, organisations
from .administration_http import MadeView, forward
from .errors import NameTaken, WouldMakeCircle
from .model import Licence
from .organisations import LicenceFields, OrganisationFields
from .vocabulary import Grade, OrganisationKind

routes = Routes()

_MAY_ORGANISATIONS = "identity.manage-organisations"


class LicenceView(View):
    """A licence of an organisation."""

    id: UUID
    number: str
    internet_diagnosis: bool
    second_name: str | None
    valid_from: date
    valid_until: date
    revoked: bool


class OrganisationBody(Body):
    """An organisation."""

    name: str = Field(min_length=2, max_length=80)
    kind: OrganisationKind
    level: Level
    grade: Grade = Grade.UNGRADED
    parent_id: OrganisationId | None = None
    phone: str = Field("", max_length=32)
    address: str = Field("", max_length=120)

    def fields(self) -> OrganisationFields:
        """As the service wants it."""
        return OrganisationFields(**self.model_dump())


class LicenceBody(Body):
    """What stands on an organisation's licence."""

    number: str = Field(min_length=4, max_length=60)
    internet_diagnosis: bool
    second_name: str | None = Field(None, max_length=80)
    valid_from: date
    valid_until: date
    revoked: bool = False

    def fields(self) -> LicenceFields:
        """As the service wants it. Raises: Invalid when the dates run backwards."""
        forward(self.valid_from, self.valid_until)
        return LicenceFields(**self.model_dump())


class DepartmentBody(Body):
    """A department; `place` orders them."""

    name: str = Field(min_length=1, max_length=40)
    name_en: str = Field("", max_length=60)
    place: int = Field(0, ge=0, le=1000)


class DepartmentChangeBody(DepartmentBody):
    """A department, perhaps closed."""

    closed: bool = False


class AllianceBody(Body):
    """An alliance with its lead and first members."""

    name: str = Field(min_length=2, max_length=80)
    lead_id: OrganisationId
    member_ids: tuple[OrganisationId, ...] = Field((), max_length=500)


@routes.post("/api/organisations", may=_MAY_ORGANISATIONS, status=201, problems=(NameTaken,))
async def add_organisation(work: Work, body: OrganisationBody) -> MadeView:
    """An organisation below mine."""
    return MadeView(id=await organisations.add_organisation(work, body.fields()))


@routes.put("/api/organisations/{organisation_id}", may=_MAY_ORGANISATIONS, problems=(NameTaken, WouldMakeCircle))
async def change_organisation(work: Work, organisation_id: OrganisationId, body: OrganisationBody) -> None:
    """An organisation with these fields."""
    await organisations.change_organisation(work, organisation_id, body.fields())


@routes.get("/api/organisations/{organisation_id}/licences", may=_MAY_ORGANISATIONS)
async def licences(work: Work, organisation_id: OrganisationId) -> list[LicenceView]:
    """The licences of an organisation, the newest first."""
    return [_licence(row) for row in await organisations.licences(work, organisation_id)]


@routes.post("/api/organisations/{organisation_id}/licences", may=_MAY_ORGANISATIONS, status=201, problems=(NameTaken,))
async def add_licence(work: Work, organisation_id: OrganisationId, body: LicenceBody) -> LicenceView:
    """A licence."""
    return _licence(await organisations.add_licence(work, organisation_id, body.fields()))


@routes.put("/api/licences/{licence_id}", may=_MAY_ORGANISATIONS, problems=(NameTaken,))
async def change_licence(work: Work, licence_id: UUID, body: LicenceBody) -> LicenceView:
    """A licence renewed, corrected or revoked; services open and close with it at once (B01)."""
    return _licence(await organisations.change_licence(work, licence_id, body.fields()))


def _licence(row: Licence) -> LicenceView:
    return LicenceView(
        id=row.id,
        number=row.number,
        internet_diagnosis=row.internet_diagnosis,
        second_name=row.second_name,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked=row.revoked_at is not None,
    )


@routes.post(
    "/api/organisations/{organisation_id}/departments", may=_MAY_ORGANISATIONS, status=201, problems=(NameTaken,)
)
async def add_department(work: Work, organisation_id: OrganisationId, body: DepartmentBody) -> MadeView:
    """A department."""
    made = await organisations.add_department(work, organisation_id, body.name, body.name_en, body.place)
    return MadeView(id=made.id)


@routes.put("/api/departments/{department_id}", may=_MAY_ORGANISATIONS, problems=(NameTaken,))
async def change_department(work: Work, department_id: UUID, body: DepartmentChangeBody) -> None:
    """A department renamed, moved or closed."""
    await organisations.change_department(work, department_id, body.name, body.name_en, body.place, closed=body.closed)


@routes.post("/api/alliances", may=_MAY_ORGANISATIONS, status=201, problems=(NameTaken,))
async def add_alliance(work: Work, body: AllianceBody) -> MadeView:
    """A medical alliance."""
    return MadeView(id=await alliances.add_alliance(work, body.name, body.lead_id, body.member_ids))


@routes.put("/api/alliances/{alliance_id}/members/{organisation_id}", may=_MAY_ORGANISATIONS)
async def join_alliance(work: Work, alliance_id: UUID, organisation_id: OrganisationId) -> None:
    """An organisation joins."""
    await alliances.join_alliance(work, alliance_id, organisation_id)


@routes.delete("/api/alliances/{alliance_id}/members/{organisation_id}", may=_MAY_ORGANISATIONS)
async def leave_alliance(work: Work, alliance_id: UUID, organisation_id: OrganisationId) -> None:
    """An organisation leaves."""
    await alliances.leave_alliance(work, alliance_id, organisation_id)
