"""Staff as their administrator keeps them: people with an account, posts, credentials and filings, within reach.

A post may be given to anybody's doctor (multi-site practice, B06); whatever touches the person or the account needs all of
the person's posts within reach, so that a post given away never becomes a way into somebody else's account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import PATIENT_SIDE, Kind, Level, OrganisationId, PersonId, Role
from server.foundation.errors import Problem, Unknown
from server.foundation.pinyin import sounds
from server.foundation.work import Work

from . import enrolment, logins, organisation_store, organisations, practitioners, sign_in, store
from . import login_store as accounts
from .errors import AlreadyHolds, NameTaken, WrongRoleForPost
from .login_model import Account
from .model import Credential, Department, Filing, Membership, Organisation, Person
from .organisations import OrganisationFields
from .vocabulary import Category, CredentialKind, Grade, OrganisationKind, PersonKind, Sex, Title


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Who is to have an account."""

    name: str
    sex: Sex | None
    username: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewPost:
    """Where and as what."""

    organisation_id: OrganisationId
    role: Role
    department_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CredentialFields:
    """What stands on a licence."""

    kind: CredentialKind
    licence_number: str
    category: Category
    scope: str
    title: Title
    first_licensed_on: date
    valid_until: date
    dispensing_since: date | None = None
    review_trained_on: date | None = None


@dataclass(frozen=True, slots=True)
class FilingFields:
    """Registration or filing of a credential at one organisation."""

    organisation_id: OrganisationId
    number: str
    registration: bool
    internet_consent: bool
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Papers:
    """A credential with where it may be used."""

    credential: Credential
    filings: Sequence[Filing]


async def add_person(work: Work, new: NewStaff, post: NewPost) -> PersonId:
    """A member of staff with a first post and an account to be enrolled. Raises: Unknown, NameTaken, WrongRoleForPost."""
    person_id = PersonId(work.new_id())
    pinyin, initials = sounds(new.name)
    person = Person(
        id=person_id,
        kind=PersonKind.STAFF,
        name=new.name,
        pinyin=pinyin,
        initials=initials,
        sex=new.sex,
        created_at=work.now,
        created_by=work.actor.person_id,
    )
    account = Account(person_id=person_id, username=new.username.casefold())
    if new.phone:
        person.phone_sealed = work.ground.fields.seal(new.phone, "people", "phone", person_id, None)
        account.phone_digest = sign_in.phone_digests(work, new.phone)[0]
    work.session.add(person)
    await work.session.flush()
    work.session.add(account)
    await _unique(work, NameTaken())
    work.audit("staff.add", "person", person_id)
    await add_post(work, person_id, post)
    return person_id


async def offer_enrolment(work: Work, person_id: PersonId) -> str:
    """A new enrolment link's token; for a forgotten password or a lost phone too. Raises: Unknown."""
    await _require_all_within_reach(work, person_id)
    if await accounts.account(work.session, person_id) is None:
        raise Unknown
    return await enrolment.offer(work, person_id)


async def add_post(work: Work, person_id: PersonId, post: NewPost) -> UUID:
    """A further post of a member of staff, its id. Raises: Unknown, WrongRoleForPost, AlreadyHolds."""
    person = await store.person(work.session, person_id)
    if person is None or person.kind != PersonKind.STAFF:
        raise Unknown
    await organisations.require_reach(work, post.organisation_id)
    organisation = await organisation_store.organisation(work.session, post.organisation_id)
    if organisation is None or organisation.closed_at is not None:
        raise Unknown
    await _require_fitting(work, organisation, post)
    row = Membership(
        id=work.new_id(),
        person_id=person_id,
        organisation_id=post.organisation_id,
        department_id=post.department_id,
        role=post.role,
        started_at=work.now,
    )
    work.session.add(row)
    await _unique(work, AlreadyHolds())
    work.audit("membership.add", "membership", row.id, role=post.role)
    return row.id


async def _require_fitting(work: Work, organisation: Organisation, post: NewPost) -> None:
    if post.role in PATIENT_SIDE:
        raise WrongRoleForPost
    is_authority = organisation.kind == OrganisationKind.AUTHORITY
    if is_authority != (post.role is Role.REGULATOR) and post.role is not Role.ADMINISTRATOR:
        raise WrongRoleForPost
    if post.role is Role.CLINIC_WORKER and organisation.level not in (Level.TOWNSHIP, Level.VILLAGE):
        raise WrongRoleForPost
    if post.department_id is not None:
        department = await organisation_store.department(work.session, post.department_id)
        if department is None or department.organisation_id != organisation.id or department.closed_at:
            raise WrongRoleForPost


async def end_post(work: Work, membership_id: UUID) -> None:
    """A post that is over; its logins end. Raises: Unknown."""
    row = await work.session.get(Membership, membership_id)
    if row is None or row.ended_at is not None:
        raise Unknown
    await organisations.require_reach(work, row.organisation_id)
    row.ended_at = work.now
    work.audit("membership.end", "membership", membership_id)
    await logins.end_all_of_post(work, membership_id, "post-ended")


async def people_within_reach(
    work: Work, prefix: str, limit: int = 200
) -> Sequence[tuple[Person, Membership, Organisation, Department | None]]:
    """Staff of the own organisation and all below with their posts, by pinyin."""
    return await store.staff_posts(work.session, await organisations.reach(work), prefix.strip(), limit)


async def staff_of(work: Work, organisation_id: OrganisationId) -> set[PersonId]:
    """Everybody who works or worked at an organisation."""
    return {PersonId(each) for each in await store.staff_of(work.session, organisation_id)}


async def holders(work: Work, organisation_id: OrganisationId, role: Role) -> set[PersonId]:
    """Whoever holds a post of this role at an organisation now, and is not suspended from it."""
    return {PersonId(each) for each in await organisation_store.holders(work.session, organisation_id, role)}


async def own_departments(work: Work) -> set[UUID]:
    """The departments in which the acting person works in this role, at the institution acted for; none without one."""
    actor = work.actor
    if actor.person_id is None or actor.organisation_id is None or actor.role is None:
        return set()
    found = await organisation_store.departments_of(work.session, actor.person_id, actor.organisation_id, actor.role)
    return set(found)


async def papers(work: Work, person_id: PersonId) -> list[Papers]:
    """A member of staff's credentials with their filings. Raises: Unknown unless a post lies within reach."""
    await _require_some_within_reach(work, person_id)
    held = await store.credentials_of(work.session, person_id)
    filed = await store.filings_of(work.session, [row.id for row in held])
    return [Papers(row, [each for each in filed if each.credential_id == row.id]) for row in held]


async def add_credential(work: Work, person_id: PersonId, fields: CredentialFields) -> UUID:
    """A licence of a member of staff. Raises: Unknown, AlreadyHolds."""
    await _require_all_within_reach(work, person_id)
    row = Credential(id=work.new_id(), person_id=person_id)
    _fill(row, fields)
    work.session.add(row)
    await _unique(work, AlreadyHolds())
    work.audit("credential.add", "credential", row.id, kind_of=fields.kind)
    return row.id


async def change_credential(work: Work, credential_id: UUID, fields: CredentialFields) -> None:
    """A licence with these fields, renewed for example; suspensions follow at once. Raises: Unknown, AlreadyHolds."""
    row = await work.session.get(Credential, credential_id)
    if row is None:
        raise Unknown
    await _require_all_within_reach(work, PersonId(row.person_id))
    _fill(row, fields)
    row.version += 1
    await _unique(work, AlreadyHolds())
    work.audit("credential.change", "credential", credential_id, kind_of=fields.kind)
    await practitioners.suspend_and_restore(work, PersonId(row.person_id))


async def put_filing(work: Work, credential_id: UUID, fields: FilingFields) -> UUID:
    """Registration or filing at an organisation within reach, new or changed; whoever has no post there gets one first.

    Raises: Unknown, AlreadyHolds.
    """
    credential = await work.session.get(Credential, credential_id)
    if credential is None:
        raise Unknown
    await _require_some_within_reach(work, PersonId(credential.person_id))
    await organisations.require_reach(work, fields.organisation_id)
    filed = await store.filings_of(work.session, [credential_id])
    row = next((each for each in filed if each.organisation_id == fields.organisation_id), None)
    if row is None:
        row = Filing(id=work.new_id(), credential_id=credential_id, organisation_id=fields.organisation_id)
        work.session.add(row)
    row.number, row.registration, row.internet_consent = fields.number, fields.registration, fields.internet_consent
    row.valid_from, row.valid_until = fields.valid_from, fields.valid_until
    await _unique(work, AlreadyHolds())
    work.audit("filing.put", "filing", row.id, registration=fields.registration)
    await practitioners.suspend_and_restore(work, PersonId(credential.person_id))
    return row.id


async def create_admin(work: Work, *, organisation: str, name: str, username: str) -> str:
    """An administrator of that organisation, made when there is none of that name; the token of the enrolment link.

    Asked again for the same username it gives a new link, for an administrator who lost everything.
    """
    known = await accounts.account_named(work.session, username.casefold(), [])
    if known is not None:
        return await enrolment.offer(work, known.person_id)
    found = await organisation_store.organisation_named(work.session, organisation)
    organisation_id = (
        OrganisationId(found.id) if found else await organisations.add_organisation(work, _new(organisation))
    )
    post = NewPost(organisation_id, Role.ADMINISTRATOR)
    person_id = await add_person(work, NewStaff(name, None, username), post)
    return await enrolment.offer(work, person_id)


def _new(name: str) -> OrganisationFields:
    return OrganisationFields(name, OrganisationKind.HOSPITAL, Level.COUNTY, Grade.UNGRADED, None, "", "")


async def _require_all_within_reach(work: Work, person_id: PersonId) -> None:
    if work.actor.kind is Kind.SYSTEM:
        return
    posts = await store.posts_of(work.session, person_id)
    below = await organisations.reach(work)
    if not posts or any(post[1].id not in below for post in posts):
        raise Unknown


async def _require_some_within_reach(work: Work, person_id: PersonId) -> None:
    if work.actor.kind is Kind.SYSTEM:
        return
    posts = await store.posts_of(work.session, person_id)
    below = await organisations.reach(work)
    if all(post[1].id not in below for post in posts):
        raise Unknown


async def _unique(work: Work, problem: Problem) -> None:
    try:
        await work.session.flush()
    except IntegrityError:
        raise problem from None


def _fill(row: Credential, fields: CredentialFields) -> None:
    row.kind, row.licence_number, row.category = fields.kind, fields.licence_number, fields.category
    row.scope, row.title = fields.scope, fields.title
    row.first_licensed_on, row.valid_until = fields.first_licensed_on, fields.valid_until
    row.dispensing_since, row.review_trained_on = fields.dispensing_since, fields.review_trained_on
