"""Names, ID numbers and phones of patients: sealed into the row, opened for those who may know, found by blind index.

Everything about one patient is sealed with that patient's data key, so destroying the key forgets the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from server.foundation import data_keys
from server.foundation.fields import DataKey
from server.foundation.work import Work

from .model import PatientLookup, Person

EVERYWHERE: Final = "*"
ID_NUMBER: Final = "id-number"
PHONE: Final = "phone"
FORGOTTEN: Final = "（已注销）"

_TABLE: Final = "people"


def seal(work: Work, person: Person, column: str, text: str, key: DataKey | None) -> bytes:
    """The text for that column of that person."""
    return work.ground.fields.seal(text, _TABLE, column, person.id, key)


def opened(work: Work, person: Person, column: str, sealed: bytes | None, key: DataKey | None) -> str | None:
    """What that column holds."""
    return None if sealed is None else work.ground.fields.open(sealed, _TABLE, column, person.id, key)


async def key_of(work: Work, person: Person) -> DataKey:
    """The patient's data key. Raises: DataKeyDestroyed."""
    return await data_keys.fetch(work.session, work.ground.fields, person.id)


async def names(work: Work, people: Iterable[Person]) -> dict[UUID, str]:
    """The names of these people, patients' ones opened; one query for all keys."""
    rows = list(people)
    sealed = [person.id for person in rows if person.name is None]
    keys = await data_keys.fetch_all(work.session, work.ground.fields, sealed) if sealed else {}
    found: dict[UUID, str] = {}
    for person in rows:
        if person.name is not None:
            found[person.id] = person.name
        elif key := keys.get(person.id):
            found[person.id] = opened(work, person, "name", person.name_sealed, key) or FORGOTTEN
        else:
            found[person.id] = FORGOTTEN
    return found


def lookup(work: Work, person_id: UUID, purpose: str, value: str, scope: UUID | str) -> PatientLookup:
    """The row by which that value will be found in that scope."""
    digest = work.ground.fields.index(purpose, value, scope)
    return PatientLookup(person_id=person_id, purpose=purpose, scope=str(scope), digest=digest)


def digests(work: Work, purpose: str, value: str, scope: UUID | str) -> list[bytes]:
    """Under which digests that value may lie in that scope."""
    return work.ground.fields.indexes(purpose, value, scope)
