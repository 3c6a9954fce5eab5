"""Whom a file names, told apart within an upload by a blind digest and kept only under seal."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import orjson

from server.foundation.work import Work
from server.imaging.studies.facts import Named

from .model import NamedPerson

_PURPOSE = "imaging-arrival-person"


@dataclass(frozen=True, slots=True)
class Person:
    """What files say of somebody."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str

    @property
    def named(self) -> Named:
        """As matching compares it."""
        return Named(patient_name=self.name, file_id=self.number, birth_date=self.birth_date, sex=self.sex)

    def digest(self, work: Work, arrival_id: UUID) -> bytes:
        """The same for the same person in this upload, and nothing outside it."""
        said = "\x1f".join((self.name, self.number, self.birth_date, self.sex))
        return work.ground.fields.index(_PURPOSE, said, arrival_id)


def sealed(work: Work, arrival_id: UUID, whom: bytes, person: Person) -> bytes:
    """The person for the row."""
    text = orjson.dumps([person.name, person.number, person.birth_date, person.sex]).decode()
    return work.ground.fields.seal(text, "imaging_arrival_people", "sealed", _row(arrival_id, whom), None)


def opened(work: Work, row: NamedPerson) -> Person:
    """The person of a row."""
    cell = ("imaging_arrival_people", "sealed", _row(row.arrival_id, row.whom))
    return Person(*orjson.loads(work.ground.fields.open(row.sealed, *cell, None)))


def _row(arrival_id: UUID, whom: bytes) -> str:
    return f"{arrival_id}/{whom.hex()}"
