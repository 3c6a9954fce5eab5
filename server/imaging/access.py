"""Who may see a study: one question, asked by every route that gives a byte of it, and by lists.

A right is given by one of several *givers*: the record itself here, others by the folders that know (orders, meetings,
films). The composition root names them all in one tuple, so that none can be forgotten in one route and not in another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.records import service as records


class Right(StrEnum):
    """By what right somebody sees a study."""

    SELF = "self"
    GUARDIAN = "guardian"
    CARE = "care"
    CLINIC = "clinic"
    OWNER = "owner"
    READING = "reading"
    MEETING = "meeting"
    FILM = "film"


STAFF_RIGHTS: Final = frozenset({Right.CARE, Right.CLINIC, Right.OWNER, Right.READING})


@dataclass(frozen=True, slots=True)
class StudyRef:
    """What a giver is told of a study."""

    id: UUID
    organisation_id: OrganisationId
    patient_id: PersonId | None
    order_id: UUID | None


Giver = Callable[[Work, StudyRef], Awaitable[Right | None]]


@dataclass(frozen=True, slots=True)
class Rights:
    """Every giver of the product, asked in this order; a part of the ground."""

    givers: tuple[Giver, ...]


async def may_see_study(work: Work, study: StudyRef) -> Right | None:
    """By what right the actor sees this study, or None.

    Rule: imaging-1
    """
    for gives in work.part(Rights).givers:
        right = await gives(work, study)
        if right is not None:
            return right
    return None


async def require_may_see_study(work: Work, study: StudyRef) -> Right:
    """The same, refused like an unknown id. Raises: Unknown."""
    right = await may_see_study(work, study)
    if right is None:
        raise Unknown
    return right


async def by_record(work: Work, study: StudyRef) -> Right | None:
    """The right that reading the patient's record gives; a guest has none, and a study without patient is in no record."""
    if study.patient_id is None or work.actor.person_id is None or work.actor.role is Role.GUEST:
        return None
    right = await records.may_read(work, study.patient_id)
    return Right(right.value) if right is not None else None


async def by_owning(work: Work, study: StudyRef) -> Right | None:
    """While nobody's, a study is seen by the clinic workers and doctors of the institution that it came to."""
    if study.patient_id is not None or work.actor.organisation_id != study.organisation_id:
        return None
    return Right.OWNER if work.actor.role in (Role.CLINIC_WORKER, Role.DOCTOR) else None
