"""The family over HTTP: for whom I act, who acts for me, adding and ending."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import entries, family, patients
from .errors import (
    CodesTooOften,
    CodeWrong,
    FamilyAlready,
    FamilyConsentNeeded,
    GuardianNeeded,
    RealNameNotConfirmed,
    SignInLocked,
)
from .family import NewMember
from .vocabulary import Relation, RelationKind, Sex

routes = Routes()


class FamilyMemberView(View):
    """A relation in force; `acts`: I act for this person, otherwise this person for me."""

    relation_id: UUID
    person_id: PersonId
    name: str
    sex: Sex | None
    birth_date: date | None
    age: int | None
    acts: bool
    kind: RelationKind
    relation: Relation
    since: datetime


class AddMember(Body):
    """Whom to add, as on the card. An adult: own phone and the code sent there. `relation`: what I am to this person."""

    name: str = Field(max_length=64)
    id_number: str = Field(max_length=32)
    relation: Relation
    phone: str | None = Field(None, max_length=32)
    code: str | None = Field(None, max_length=12)


class MemberAddedView(View):
    """The person I may act for now."""

    person_id: PersonId


class MembersPhone(Body):
    """The phone of the adult who is to agree."""

    phone: str = Field(max_length=32)


@routes.get("/api/family", may="identity.family")
async def my_family(work: Work) -> list[FamilyMemberView]:
    """For whom I act, then who acts for me."""
    return [FamilyMemberView.model_validate(each) for each in await family.members(work)]


@routes.post("/api/family/codes", may="identity.family", status=202, grants_tokens=True, problems=(CodesTooOften,))
async def ask_for_consent(work: Work, body: MembersPhone) -> None:
    """Send a code to an adult's phone, by which that person agrees that I act for them."""
    await family.send_code(work, entries.phone_of(body.phone))


@routes.post(
    "/api/family",
    may="identity.family",
    status=201,
    grants_tokens=True,
    problems=(FamilyAlready, FamilyConsentNeeded, GuardianNeeded, RealNameNotConfirmed, CodeWrong, SignInLocked),
)
async def add_member(work: Work, body: AddMember) -> MemberAddedView:
    """Act for someone from now on: a minor as guardian, an adult with consent."""
    new = NewMember(
        name=entries.name_of(body.name),
        id_number=entries.id_number_of(body.id_number, patients.today_of(work)),
        relation=body.relation,
        phone=entries.phone_of(body.phone) if body.phone else None,
        code=body.code,
    )
    return MemberAddedView(person_id=await family.add(work, new))


@routes.delete("/api/family/{relation_id}", may="identity.family", problems=(GuardianNeeded,))
async def end_relation(work: Work, relation_id: UUID) -> None:
    """Nobody acts by this relation any more; either side may end it."""
    await family.end(work, relation_id)
