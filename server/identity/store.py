"""Every SQL statement about people: patients, whom organisations know, guardianships, staff and their papers.

Organisations are in `organisation_store.py`, signing in is in `login_store.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.bulk import packed

from .model import (
    Credential,
    Department,
    Filing,
    Guardianship,
    Membership,
    Organisation,
    PatientLookup,
    PatientOrganisation,
    Person,
)


async def person(session: AsyncSession, person_id: UUID) -> Person | None:
    """A person of any kind."""
    return await session.get(Person, person_id)


async def people(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[Person]:
    """Several people, in no order."""
    return (await session.scalars(select(Person).where(Person.id.in_(list(set(ids)))))).all()


async def birth_dates(raw: AsyncConnection[Any], ids: Iterable[UUID]) -> dict[UUID, date | None]:
    """When these people were born."""
    found = await raw.execute("SELECT id, birth_date FROM people WHERE id = ANY(%s)", [packed("UUID", list(ids))])
    return dict(await found.fetchall())


async def patients_found(session: AsyncSession, digests: Sequence[bytes], purpose: str, scope: str) -> Sequence[Person]:
    """Patients under these blind indexes, the oldest registration first."""
    found = (
        select(Person)
        .join(PatientLookup, PatientLookup.person_id == Person.id)
        .where(PatientLookup.digest.in_(digests), PatientLookup.purpose == purpose, PatientLookup.scope == scope)
        .order_by(Person.created_at, Person.id)
    )
    return (await session.scalars(found)).all()


async def put_lookup(session: AsyncSession, row: PatientLookup) -> None:
    """Store a blind index, replacing the one before it."""
    values = {"person_id": row.person_id, "purpose": row.purpose, "scope": row.scope, "digest": row.digest}
    statement = insert(PatientLookup).values(**values)
    keys = [PatientLookup.person_id, PatientLookup.purpose, PatientLookup.scope]
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"digest": row.digest}))


async def drop_lookups(session: AsyncSession, person_id: UUID, purpose: str) -> None:
    """Forget one kind of blind index of a patient in every scope."""
    gone = delete(PatientLookup).where(PatientLookup.person_id == person_id, PatientLookup.purpose == purpose)
    await session.execute(gone)


async def know(session: AsyncSession, person_id: UUID, organisation_id: UUID, now: datetime) -> bool:
    """Make a patient known to an organisation; False when it was so already."""
    statement = (
        insert(PatientOrganisation)
        .values(person_id=person_id, organisation_id=organisation_id, since=now)
        .on_conflict_do_nothing()
        .returning(PatientOrganisation.person_id)
    )
    return (await session.execute(statement)).first() is not None


async def organisations_knowing(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """Every organisation that knows the patient."""
    known = select(PatientOrganisation.organisation_id).where(PatientOrganisation.person_id == person_id)
    return (await session.scalars(known)).all()


async def is_known_to(session: AsyncSession, person_id: UUID, organisation_id: UUID) -> bool:
    """Whether an organisation knows the patient."""
    return await session.get(PatientOrganisation, (person_id, organisation_id)) is not None


async def guardianship(session: AsyncSession, guardian_id: UUID, ward_id: UUID) -> Guardianship | None:
    """The relation in force between two people."""
    running = select(Guardianship).where(
        Guardianship.guardian_id == guardian_id, Guardianship.ward_id == ward_id, Guardianship.ended_at.is_(None)
    )
    return (await session.scalars(running)).first()


async def relations_of(session: AsyncSession, person_id: UUID) -> Sequence[Guardianship]:
    """Relations in force in which this person acts or is acted for, oldest first."""
    running = select(Guardianship).where(
        or_(Guardianship.guardian_id == person_id, Guardianship.ward_id == person_id), Guardianship.ended_at.is_(None)
    )
    return (await session.scalars(running.order_by(Guardianship.started_at, Guardianship.id))).all()


async def guardians_of(session: AsyncSession, ward_id: UUID) -> Sequence[Person]:
    """Who acts for this person, oldest relation first."""
    found = (
        select(Person)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .where(Guardianship.ward_id == ward_id, Guardianship.ended_at.is_(None))
        .order_by(Guardianship.started_at)
    )
    return (await session.scalars(found)).all()


async def end_relation(session: AsyncSession, relation_id: UUID, person_id: UUID, now: datetime) -> bool:
    """End a relation that this person is part of; False when there is none in force."""
    mine = or_(Guardianship.guardian_id == person_id, Guardianship.ward_id == person_id)
    ended = (
        update(Guardianship)
        .where(Guardianship.id == relation_id, mine, Guardianship.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Guardianship.id)
    )
    return (await session.execute(ended)).first() is not None


def _posts() -> Any:
    return (
        select(Membership, Organisation, Department)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Department, Department.id == Membership.department_id)
        .where(Membership.ended_at.is_(None), Organisation.closed_at.is_(None))
    )


async def posts_of(
    session: AsyncSession, person_id: UUID
) -> Sequence[tuple[Membership, Organisation, Department | None]]:
    """The posts a member of staff holds now, the oldest first."""
    held = _posts().where(Membership.person_id == person_id).order_by(Membership.started_at, Membership.id)
    return [(row[0], row[1], row[2]) for row in await session.execute(held)]


async def staff_posts(
    session: AsyncSession, organisation_ids: Iterable[UUID], prefix: str, limit: int
) -> Sequence[tuple[Person, Membership, Organisation, Department | None]]:
    """Staff of these organisations with their posts, by pinyin; `prefix` narrows by name, pinyin, initials."""
    found: Any = (
        select(Person, Membership, Organisation, Department)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Department, Department.id == Membership.department_id)
        .where(Membership.organisation_id.in_(list(organisation_ids)), Membership.ended_at.is_(None))
        .order_by(Person.pinyin, Person.id)
        .limit(limit)
    )
    if prefix:
        plain = prefix.casefold()
        by_name = Person.name.startswith(prefix, autoescape=True)
        by_sound = or_(
            Person.pinyin.startswith(plain, autoescape=True), Person.initials.startswith(plain, autoescape=True)
        )
        found = found.where(or_(by_name, by_sound))
    return [tuple(row) for row in await session.execute(found)]


async def staff_of(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """Everybody who has or had a post at an organisation."""
    found = select(Membership.person_id).where(Membership.organisation_id == organisation_id).distinct()
    return (await session.scalars(found)).all()


async def doctor_posts(
    session: AsyncSession,
    *,
    ids: Iterable[UUID] | None = None,
    organisation_id: UUID | None = None,
    department_id: UUID | None = None,
    role: str = "doctor",
    limit: int = 500,
) -> Sequence[tuple[Person, Membership, Organisation, Department | None, Credential | None, Filing | None]]:
    """Posts of doctors (or pharmacists) with licence and filing there, in the order of departments and names."""
    found: Any = (
        select(Person, Membership, Organisation, Department, Credential, Filing)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Department, Department.id == Membership.department_id)
        .outerjoin(
            Credential,
            (Credential.person_id == Person.id)
            & (Credential.kind == ("pharmacist" if role == "pharmacist" else "doctor")),
        )
        .outerjoin(
            Filing, (Filing.credential_id == Credential.id) & (Filing.organisation_id == Membership.organisation_id)
        )
        .where(Membership.role == role, Membership.ended_at.is_(None), Organisation.closed_at.is_(None))
        .order_by(Department.place, Department.pinyin, Person.pinyin, Person.id)
        .limit(limit)
    )
    if ids is not None:
        found = found.where(Person.id.in_(list(set(ids))))
    if organisation_id is not None:
        found = found.where(Membership.organisation_id == organisation_id)
    if department_id is not None:
        found = found.where(Membership.department_id == department_id)
    return [tuple(row) for row in await session.execute(found)]


async def credential(session: AsyncSession, person_id: UUID, kind: str) -> Credential | None:
    """A person's licence of one kind."""
    held = select(Credential).where(Credential.person_id == person_id, Credential.kind == kind)
    return (await session.scalars(held)).first()


async def credentials_of(session: AsyncSession, person_id: UUID) -> Sequence[Credential]:
    """A person's licences."""
    held = select(Credential).where(Credential.person_id == person_id).order_by(Credential.kind)
    return (await session.scalars(held)).all()


async def filings_of(session: AsyncSession, credential_ids: Iterable[UUID]) -> Sequence[Filing]:
    """Where these credentials may be used."""
    filed = select(Filing).where(Filing.credential_id.in_(list(credential_ids))).order_by(Filing.valid_from, Filing.id)
    return (await session.scalars(filed)).all()


async def posts_with_papers(
    session: AsyncSession, roles: Iterable[str], person_id: UUID | None
) -> Sequence[tuple[Membership, Credential | None, Filing | None]]:
    """Posts in force of these roles, all or one person's, with licence and filing, for the daily check."""
    statement: Any = (
        select(Membership, Credential, Filing)
        .outerjoin(Credential, (Credential.person_id == Membership.person_id) & (Credential.kind == Membership.role))
        .outerjoin(
            Filing, (Filing.credential_id == Credential.id) & (Filing.organisation_id == Membership.organisation_id)
        )
        .where(Membership.ended_at.is_(None), Membership.role.in_(list(roles)))
    )
    if person_id is not None:
        statement = statement.where(Membership.person_id == person_id)
    return [tuple(row) for row in await session.execute(statement)]


async def outgrown(session: AsyncSession, born_until: date) -> Sequence[Guardianship]:
    """Guardianships in force over people born up to that day."""
    statement = (
        select(Guardianship)
        .join(Person, Person.id == Guardianship.ward_id)
        .where(Guardianship.kind == "guardian", Guardianship.ended_at.is_(None), Person.birth_date <= born_until)
    )
    return (await session.scalars(statement)).all()
