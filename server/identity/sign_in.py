"""Signing in: patients with phone and code, staff with password and second factor, each in one step.

Wrong, unknown, closed and not yet enrolled are one refusal that takes the same time. What a login is afterwards lives in
`logins.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Problem
from server.foundation.work import Work

from . import codes, lock_out, logins, patients, sealing, second_factor, store
from . import login_store as accounts
from .codes import CodePurpose
from .errors import CodeWrong, GuardianNeeded, NoMembership, SignInRefused
from .login_model import Account
from .logins import SignedIn
from .model import Department, Membership, Organisation, Person
from .passwords import Passwords
from .rules import needs_guardian, read_phone
from .sealing import EVERYWHERE
from .second_factor import Proof


@dataclass(frozen=True, slots=True)
class WhoIsIt:
    """One of several people who share a phone."""

    id: PersonId
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WhichPost:
    """One of several posts of a member of staff."""

    membership_id: UUID
    role: Role
    organisation: str
    department: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The proof was right, and one thing must be chosen first. All empty: nobody has this phone, so register."""

    people: tuple[WhoIsIt, ...] = ()
    posts: tuple[WhichPost, ...] = ()


async def patient_sign_in(work: Work, phone: str, code: str, person_id: PersonId | None) -> SignedIn | Choice:
    """A patient's login, or who it may be when a family shares the phone.

    Raises: CodeWrong, GuardianNeeded when only children have this phone, SignInLocked.
    """
    fitting = await codes.verify(work, phone, CodePurpose.SIGN_IN, code)
    sharing = await patients.find_by_phone(work, phone, EVERYWHERE)
    grown = [row for row in sharing if row.birth_date and not needs_guardian(row.birth_date, day_of(work.now))]
    if sharing and not grown:
        raise GuardianNeeded
    if person_id is not None:
        grown = [row for row in grown if row.id == person_id]
        if not grown:
            raise CodeWrong
    if len(grown) != 1:
        names = await sealing.names(work, grown)
        return Choice(people=tuple(WhoIsIt(PersonId(row.id), names[row.id]) for row in grown))
    codes.use(work, fitting)
    return await open_patient_login(work, grown[0])


async def open_patient_login(work: Work, row: Person) -> SignedIn:
    """A login of a patient, or of someone who is here as a guardian only."""
    return await logins.open_login(work, row.id, Role.GUARDIAN if row.guardian_only else Role.PATIENT)


async def staff_sign_in(
    work: Work, username: str, password: str, factor: str, membership_id: UUID | None
) -> SignedIn | Choice:
    """A login of a member of staff, or the posts to choose from.

    Raises: SignInRefused for anything wrong, SignInLocked, NoMembership.
    """
    await lock_out.require_address_calm(work)
    name = username.casefold()
    account = await accounts.account_named(work.session, name, phone_digests(work, username))
    subject = lock_out.subject_of(work, str(account.person_id) if account else name)
    await lock_out.require_unlocked(work, subject)
    checked = await work.part(Passwords).check(account.password_hash if account else None, password)
    factor_found = await _second_factor(work, account, factor) if checked.fits else None
    if account is None or factor_found is None:
        raise await _refusal(work, account, subject)
    if checked.better_hash is not None:
        account.password_hash = checked.better_hash
    post = await _post(work, account, membership_id)
    if isinstance(post, Choice):
        return post  # the second factor is used up by the step that opens the login, not by this one
    if not await second_factor.use(work, factor_found):
        raise await _refusal(work, account, subject)
    await lock_out.succeeded(work, subject)
    return await logins.open_login(work, account.person_id, Role(post[0].role), post)


async def _second_factor(work: Work, account: Account | None, typed: str) -> Proof | None:
    if account is None or account.enrolled_at is None:
        return None
    return await second_factor.proof(work, account, typed)


async def _refusal(work: Work, account: Account | None, subject: bytes) -> Problem:
    await lock_out.failed(work, subject)
    work.audit("login.refuse", "account", account.person_id if account else "unknown")
    return SignInRefused().keeping_effects()


async def _post(work: Work, account: Account, membership_id: UUID | None) -> tuple[Membership, Organisation] | Choice:
    held = await store.posts_of(work.session, account.person_id)
    usable = [post for post in held if post[0].suspended_at is None and membership_id in (None, post[0].id)]
    if not usable:
        raise NoMembership
    if len(usable) > 1:
        return Choice(posts=tuple(_which(*post, work.language) for post in usable))
    membership, organisation, _ = usable[0]
    return membership, organisation


def _which(
    membership: Membership, organisation: Organisation, department: Department | None, language: str
) -> WhichPost:
    within = department.name_in(language) if department else None
    return WhichPost(membership.id, Role(membership.role), organisation.name, within)


def phone_digests(work: Work, typed: str) -> list[bytes]:
    """Under which digests an account with this phone may lie; none when it is no phone."""
    phone = read_phone(typed)
    return work.ground.fields.indexes("staff-phone", phone, "") if phone else []
