"""The demo's sign-in page: its invented people, and for each the password or code that its button fills in.

Exists in demo mode only; elsewhere every question is answered as if there were nobody. Passwords and authenticator
secrets are made per installation and lie sealed in the database.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.settings import Settings

from . import codes, patients, sealing, second_factor, store
from . import login_store as accounts
from .codes import CodePurpose
from .login_model import DemoPerson
from .model import Person
from .passwords import Passwords
from .rules import needs_guardian, whole_years
from .vocabulary import PersonKind

_TABLE = "demo_people"


@dataclass(frozen=True, slots=True)
class DemoPersonCard:
    """One button of the demo's sign-in page. `signs_in` is False without an own phone: a guardian or the clinic acts."""

    id: PersonId
    name: str
    role: Role
    age: int | None
    organisation: str | None
    department: str | None
    story_zh: str
    story_en: str
    signs_in: bool


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """What the button fills in: username, password and second factor, or phone and code."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    second_factor: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


def _require_demo(work: Work) -> None:
    if not work.part(Settings).demo:
        raise Unknown


async def add_demo_person(work: Work, person_id: PersonId, *, place: int, story_zh: str, story_en: str) -> None:
    """Offer a person on the demo's sign-in page; staff get a password and an authenticator made just now.

    Raises: Unknown outside demo mode.
    """
    _require_demo(work)
    row = DemoPerson(person_id=person_id, place=place, story_zh=story_zh, story_en=story_en, given_step=0)
    account = await accounts.account(work.session, person_id)
    if account is not None:
        password = secrets.token_urlsafe(12)
        row.password_sealed = work.ground.fields.seal(password, _TABLE, "password", person_id, None)
        account.password_hash = await work.part(Passwords).hashed(password)
        account.totp_sealed = second_factor.seal_secret(work, person_id, second_factor.fresh_secret())
        account.enrolled_at = work.now
    work.session.add(row)
    await work.session.flush()


async def demo_people(work: Work) -> list[DemoPersonCard]:
    """Everybody on the demo's sign-in page. Raises: Unknown outside demo mode."""
    _require_demo(work)
    rows = await accounts.demo_people(work.session)
    people = {row.id: row for row in await store.people(work.session, [row.person_id for row in rows])}
    names = await sealing.names(work, people.values())
    cards = [await _card(work, row, people[row.person_id], names[row.person_id]) for row in rows]
    return [card for card in cards if card is not None]


async def _card(work: Work, row: DemoPerson, person: Person, name: str) -> DemoPersonCard | None:
    """None for staff whose last post was ended: they can no longer sign in."""
    today = day_of(work.now)
    role, organisation, department = Role.PATIENT, None, None
    if person.kind == PersonKind.STAFF:
        posts = await store.posts_of(work.session, person.id)
        if not posts:
            return None
        membership, at, within = posts[0]
        role, organisation = Role(membership.role), at.name
        department = within.name_in(work.language) if within else None
    elif person.guardian_only:
        role = Role.GUARDIAN
    return DemoPersonCard(
        id=PersonId(person.id),
        name=name,
        role=role,
        age=whole_years(person.birth_date, today) if person.birth_date else None,
        organisation=organisation,
        department=department,
        story_zh=row.story_zh,
        story_en=row.story_en,
        signs_in=person.kind == PersonKind.STAFF or _has_own_phone(person, today),
    )


def _has_own_phone(person: Person, today: date) -> bool:
    grown = person.birth_date is not None and not needs_guardian(person.birth_date, today)
    return grown and person.phone_sealed is not None


async def demo_credentials(work: Work, person_id: PersonId) -> DemoCredentials:
    """What signs this invented person in right now. Raises: Unknown outside demo mode, and for a child."""
    _require_demo(work)
    row = await accounts.demo_person(work.session, person_id)
    if row is None:
        raise Unknown
    if row.password_sealed is None:
        facts = await patients.patient(work, person_id)
        if facts.needs_guardian or facts.phone is None:
            raise Unknown
        return DemoCredentials(phone=facts.phone, code=await codes.make(work, facts.phone, CodePurpose.SIGN_IN))
    account = await accounts.account(work.session, person_id)
    assert account is not None, "a demo password belongs to an account"
    return DemoCredentials(
        username=account.username,
        password=work.ground.fields.open(row.password_sealed, _TABLE, "password", person_id, None),
        second_factor=await _second_factor(work, row, person_id, account.totp_sealed, account.totp_last_step),
    )


async def _second_factor(
    work: Work, row: DemoPerson, person_id: UUID, totp_sealed: bytes | None, last_step: int
) -> str:
    """The authenticator's digits; a recovery code when the present digits were used or given away already."""
    step = second_factor.step_at(work.now)
    if totp_sealed is None or step <= max(row.given_step, last_step):
        return (await second_factor.new_recovery_codes(work, person_id, 1))[0]
    row.given_step = step
    return second_factor.code_of(second_factor.open_secret(work, person_id, totp_sealed), step)
