"""Who acts: roles, levels and the actor that every use case is told of. What a role may do lives with its capability."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
LoginId = NewType("LoginId", UUID)


class Role(StrEnum):
    """In what capacity a person acts; one login has exactly one."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    DOCTOR = "doctor"
    CLINIC_WORKER = "clinic_worker"
    PHARMACIST = "pharmacist"
    SCHEDULER = "scheduler"
    ADMINISTRATOR = "administrator"
    REGULATOR = "regulator"
    GUEST = "guest"


PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN})
STAFF: Final = frozenset(Role) - PATIENT_SIDE - {Role.GUEST}


class Level(StrEnum):
    """Where an organisation stands in the health system, from the top."""

    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Kind(StrEnum):
    """Whether a person acts, or the system on a schedule; nobody, before sign-in."""

    HUMAN = "human"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, as the verified login says; never taken from a request body."""

    kind: Kind
    person_id: PersonId | None = None
    role: Role | None = None
    login_id: LoginId | None = None
    organisation_id: OrganisationId | None = None
    level: Level | None = None
    second_factor_at: datetime | None = None
    bound_to: UUID | None = None  # of a guest who holds a link to one thing: that thing, and there is no login

    @property
    def person(self) -> PersonId:
        """The acting person; an error of ours when nobody has signed in."""
        assert self.person_id is not None, "a route that needs a person must not be PUBLIC"
        return self.person_id

    @property
    def organisation(self) -> OrganisationId:
        """The organisation a member of staff acts for; an error of ours for patients."""
        assert self.organisation_id is not None, "a permission for staff only reached someone without an organisation"
        return self.organisation_id


NOBODY: Final = Actor(Kind.NOBODY)
SYSTEM: Final = Actor(Kind.SYSTEM)
