"""Every SQL statement about organisations: the tree, licences, departments, alliances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Alliance, AllianceMember, Department, Licence, Membership, Organisation


async def organisation(session: AsyncSession, organisation_id: UUID) -> Organisation | None:
    """One organisation, closed ones too."""
    return await session.get(Organisation, organisation_id)


async def organisation_named(session: AsyncSession, name: str) -> Organisation | None:
    """The organisation of that exact name."""
    return (await session.scalars(select(Organisation).where(Organisation.name == name))).first()


async def organisations(session: AsyncSession, ids: Iterable[UUID] | None = None) -> Sequence[Organisation]:
    """Organisations that are open, all or these, from the top of the tree, by pinyin."""
    place = func.array_position(literal(["prefecture", "county", "township", "village"]), Organisation.level)
    found = select(Organisation).where(Organisation.closed_at.is_(None)).order_by(place, Organisation.pinyin)
    if ids is not None:
        found = found.where(Organisation.id.in_(list(ids)))
    return (await session.scalars(found)).all()


async def organisation_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What these organisations are called, closed ones too."""
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(list(ids)))
    return {each: name for each, name in await session.execute(found)}


async def department_names(session: AsyncSession, organisation_ids: Iterable[UUID]) -> Sequence[tuple[UUID, str, str]]:
    """The departments of these organisations in their order, closed ones too: id, name, English name or nothing."""
    found = (
        select(Department.id, Department.name, Department.name_en)
        .where(Department.organisation_id.in_(list(organisation_ids)))
        .order_by(Department.place, Department.pinyin)
    )
    return [(each, name, name_en) for each, name, name_en in await session.execute(found)]


async def at_or_below(session: AsyncSession, organisation_id: UUID) -> set[UUID]:
    """The organisation and all that stand below it, closed ones too."""
    tree = select(Organisation.id).where(Organisation.id == organisation_id).cte("tree", recursive=True)
    tree = tree.union(select(Organisation.id).join(tree, Organisation.parent_id == tree.c.id))
    return set((await session.scalars(select(tree.c.id))).all())


async def licences_of(session: AsyncSession, organisation_ids: Iterable[UUID]) -> Sequence[Licence]:
    """Licences of these organisations, the newest first."""
    held = select(Licence).where(Licence.organisation_id.in_(list(set(organisation_ids))))
    return (await session.scalars(held.order_by(Licence.valid_until.desc(), Licence.id))).all()


async def licence(session: AsyncSession, licence_id: UUID) -> Licence | None:
    """One licence."""
    return await session.get(Licence, licence_id)


async def department(session: AsyncSession, department_id: UUID) -> Department | None:
    """One department, closed ones too."""
    return await session.get(Department, department_id)


async def departments(session: AsyncSession, organisation_id: UUID) -> Sequence[tuple[Department, int]]:
    """The open departments of an organisation in their order, each with the number of its doctors."""
    doctors = (
        select(Membership.department_id, func.count().label("doctors"))
        .where(Membership.role == "doctor", Membership.ended_at.is_(None), Membership.suspended_at.is_(None))
        .group_by(Membership.department_id)
        .subquery()
    )
    found = (
        select(Department, func.coalesce(doctors.c.doctors, 0))
        .outerjoin(doctors, doctors.c.department_id == Department.id)
        .where(Department.organisation_id == organisation_id, Department.closed_at.is_(None))
        .order_by(Department.place, Department.pinyin)
    )
    return [tuple(row) for row in await session.execute(found)]


async def holders(session: AsyncSession, organisation_id: UUID, role: str) -> Sequence[UUID]:
    """Who holds a post of this role at an organisation now."""
    held = select(Membership.person_id).where(
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        Membership.ended_at.is_(None),
        Membership.suspended_at.is_(None),
    )
    return (await session.scalars(held.distinct())).all()


async def departments_of(session: AsyncSession, person_id: UUID, organisation_id: UUID, role: str) -> Sequence[UUID]:
    """The departments of an organisation in which a person holds a post of this role now."""
    held = select(Membership.department_id).where(
        Membership.person_id == person_id,
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        Membership.ended_at.is_(None),
        Membership.suspended_at.is_(None),
        Membership.department_id.is_not(None),
    )
    return [each for each in await session.scalars(held) if each is not None]


async def with_holders(session: AsyncSession, role: str) -> Sequence[UUID]:
    """The organisations at which somebody holds a post of this role now."""
    held = select(Membership.organisation_id).where(
        Membership.role == role, Membership.ended_at.is_(None), Membership.suspended_at.is_(None)
    )
    return (await session.scalars(held.distinct())).all()


async def alliance(session: AsyncSession, alliance_id: UUID) -> Alliance | None:
    """One alliance."""
    return await session.get(Alliance, alliance_id)


async def alliances(session: AsyncSession) -> Sequence[Alliance]:
    """All alliances by name."""
    return (await session.scalars(select(Alliance).order_by(Alliance.name))).all()


async def members_of(session: AsyncSession, alliance_ids: Iterable[UUID], day: date) -> Sequence[AllianceMember]:
    """Who belongs to these alliances on that day."""
    statement = select(AllianceMember).where(
        AllianceMember.alliance_id.in_(list(alliance_ids)),
        AllianceMember.joined_on <= day,
        AllianceMember.left_on.is_(None) | (AllianceMember.left_on > day),
    )
    return (await session.scalars(statement)).all()


async def allied(session: AsyncSession, organisation_id: UUID, day: date) -> set[UUID]:
    """Every organisation that shares an alliance with this one on that day, itself included."""
    mine = select(AllianceMember.alliance_id).where(
        AllianceMember.organisation_id == organisation_id,
        AllianceMember.joined_on <= day,
        AllianceMember.left_on.is_(None) | (AllianceMember.left_on > day),
    )
    members = await members_of(session, (await session.scalars(mine)).all(), day)
    return {organisation_id, *(member.organisation_id for member in members)}
