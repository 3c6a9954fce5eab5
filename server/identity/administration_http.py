"""What administrators keep of staff: people, posts, credentials, filings; within the own reach and below.

Organisations and licences are in `organisations_http.py`.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.problems import invalid_field
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work

from . import entries, staff
from .errors import AlreadyHolds, NameTaken, WrongRoleForPost
from .staff import CredentialFields, FilingFields, NewPost, NewStaff
from .vocabulary import Category, CredentialKind, Sex, Title

routes = Routes()

_MAY_PEOPLE = "identity.manage-people"


class MadeView(View):
    """The id of what was made."""

    id: UUID


class StaffMadeView(View):
    """The new member of staff and the address of the one-time enrolment page, to be handed over in person."""

    person_id: PersonId
    enrolment_link: str


class EnrolmentLinkView(View):
    """The address of the one-time enrolment page."""

    enrolment_link: str


class StaffPostView(View):
    """A member of staff in one post."""

    person_id: PersonId
    name: str
    membership_id: UUID
    role: Role
    organisation_id: OrganisationId
    organisation: str
    department: str | None
    suspended: bool


class FilingView(View):
    """Where a credential may be used."""

    id: UUID
    organisation_id: OrganisationId
    number: str
    registration: bool
    internet_consent: bool
    valid_from: date
    valid_until: date


class CredentialView(View):
    """A licence with where it may be used."""

    id: UUID
    kind: CredentialKind
    licence_number: str
    category: Category
    scope: str
    title: Title
    first_licensed_on: date
    valid_until: date
    dispensing_since: date | None
    review_trained_on: date | None
    filings: tuple[FilingView, ...] = ()


class FindStaff(Query):
    """The beginning of a name, of its pinyin, or of its initials."""

    starts: str = Field("", max_length=40)


class PostBody(Body):
    """Where and as what."""

    organisation_id: OrganisationId
    role: Role
    department_id: UUID | None = None

    def post(self) -> NewPost:
        """As the service wants it."""
        return NewPost(self.organisation_id, self.role, self.department_id)


class StaffBody(PostBody):
    """A new member of staff with a first post."""

    name: str = Field(max_length=64)
    sex: Sex | None = None
    username: str = Field(min_length=3, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
    phone: str | None = Field(None, max_length=32)


class CredentialBody(Body):
    """What stands on a licence."""

    kind: CredentialKind
    licence_number: str = Field(min_length=4, max_length=40)
    category: Category
    scope: str = Field(min_length=1, max_length=80)
    title: Title
    first_licensed_on: date
    valid_until: date
    dispensing_since: date | None = None
    review_trained_on: date | None = None

    def fields(self) -> CredentialFields:
        """As the service wants it. Raises: Invalid when the dates run backwards."""
        forward(self.first_licensed_on, self.valid_until)
        return CredentialFields(**self.model_dump())


class FilingBody(Body):
    """Registration or filing at one organisation."""

    organisation_id: OrganisationId
    number: str = Field(min_length=1, max_length=60)
    registration: bool
    internet_consent: bool
    valid_from: date
    valid_until: date

    def fields(self) -> FilingFields:
        """As the service wants it. Raises: Invalid when the dates run backwards."""
        forward(self.valid_from, self.valid_until)
        return FilingFields(**self.model_dump())


def forward(first: date, last: date) -> None:
    """Nothing, when two dates run forward. Raises: Invalid."""
    if first > last:
        raise invalid_field("/valid_until", "截止日期不能早于起始日期", "The last day cannot come before the first")


@routes.get("/api/people", may=_MAY_PEOPLE)
async def staff_list(work: Work, query: FindStaff) -> list[StaffPostView]:
    """Staff of my organisation and all below, one row for each post."""
    return [
        StaffPostView(
            person_id=PersonId(person.id),
            name=person.name or "",
            membership_id=post.id,
            role=Role(post.role),
            organisation_id=OrganisationId(at.id),
            organisation=at.name,
            department=department.name_in(work.language) if department else None,
            suspended=post.suspended_at is not None,
        )
        for person, post, at, department in await staff.people_within_reach(work, query.starts)
    ]


@routes.post("/api/people", may=_MAY_PEOPLE, status=201, grants_tokens=True, problems=(NameTaken, WrongRoleForPost))
async def add_staff(work: Work, body: StaffBody) -> StaffMadeView:
    """A new member of staff; the answer holds the one-time enrolment link."""
    phone = entries.phone_of(body.phone) if body.phone else None
    new = NewStaff(entries.name_of(body.name), body.sex, body.username, phone)
    person_id = await staff.add_person(work, new, body.post())
    return StaffMadeView(person_id=person_id, enrolment_link=_link(await staff.offer_enrolment(work, person_id)))


def _link(token: str) -> str:
    return f"/staff/enrol#{token}"


@routes.post("/api/people/{person_id}/enrolments", may=_MAY_PEOPLE, status=201, grants_tokens=True)
async def offer_enrolment(work: Work, person_id: PersonId) -> EnrolmentLinkView:
    """A new link, for a forgotten password or a lost phone; what was set before holds until it is used."""
    return EnrolmentLinkView(enrolment_link=_link(await staff.offer_enrolment(work, person_id)))


@routes.post(
    "/api/people/{person_id}/memberships", may=_MAY_PEOPLE, status=201, problems=(AlreadyHolds, WrongRoleForPost)
)
async def add_post(work: Work, person_id: PersonId, body: PostBody) -> MadeView:
    """A further post."""
    return MadeView(id=await staff.add_post(work, person_id, body.post()))


@routes.delete("/api/memberships/{membership_id}", may=_MAY_PEOPLE)
async def end_post(work: Work, membership_id: UUID) -> None:
    """A post that is over; who is signed in with it is signed out."""
    await staff.end_post(work, membership_id)


@routes.get("/api/people/{person_id}/credentials", may=_MAY_PEOPLE)
async def credentials(work: Work, person_id: PersonId) -> list[CredentialView]:
    """Licences with their filings."""
    return [
        CredentialView.model_validate(each.credential).model_copy(
            update={"filings": tuple(FilingView.model_validate(filing) for filing in each.filings)}
        )
        for each in await staff.papers(work, person_id)
    ]


@routes.post("/api/people/{person_id}/credentials", may=_MAY_PEOPLE, status=201, problems=(AlreadyHolds,))
async def add_credential(work: Work, person_id: PersonId, body: CredentialBody) -> MadeView:
    """A licence."""
    return MadeView(id=await staff.add_credential(work, person_id, body.fields()))


@routes.put("/api/credentials/{credential_id}", may=_MAY_PEOPLE, problems=(AlreadyHolds,))
async def change_credential(work: Work, credential_id: UUID, body: CredentialBody) -> None:
    """A licence corrected or renewed; suspended posts come back at once."""
    await staff.change_credential(work, credential_id, body.fields())


@routes.put("/api/credentials/{credential_id}/filing", may=_MAY_PEOPLE, problems=(AlreadyHolds,))
async def put_filing(work: Work, credential_id: UUID, body: FilingBody) -> MadeView:
    """Registration or filing at one of my organisations."""
    return MadeView(id=await staff.put_filing(work, credential_id, body.fields()))
