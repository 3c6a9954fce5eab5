"""The rush at opening time: thousands ask at once for the same few slots; then every answer is compared with the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from random import Random
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from server.appointments.rules import Quota
from server.foundation.actor import Level

from .county import PATIENT, PEOPLE, RUSH, SLOT, County, numbered, numbered_sql
from .figures import zipf_shares
from .load import Answer

ATTEMPTS: Final = 20_000
EXPONENT: Final = 1.1
# Who asks, and which quotas serve them.
_ANYONE: Final = (0.60, None, frozenset({Quota.ONLINE}))
_TOWNSHIP: Final = (0.25, Level.TOWNSHIP, frozenset({Quota.TOWNSHIP, Quota.ONLINE}))
_VILLAGE: Final = (0.15, Level.VILLAGE, frozenset({Quota.VILLAGE, Quota.ONLINE}))
_ASKERS: Final = (_ANYONE, _TOWNSHIP, _VILLAGE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who asks for a place for a patient: with which token, for whose clinic, served by which quotas."""

    slot: int
    patient: int
    token: str
    quotas: frozenset[Quota]
    house: UUID | None = None


def plan(county: County, many: int, random: Random) -> list[Attempt]:
    """Everybody once, in the order in which they ask."""
    wanted = random.sample(RUSH, k=len(RUSH))  # the most wanted first
    slots = random.choices(wanted, weights=zipf_shares(len(wanted), EXPONENT), k=many)
    kinds = random.choices(_ASKERS, weights=[share for share, _, _ in _ASKERS], k=many)
    patients = random.sample(range(PEOPLE), k=many)
    attempts = []
    for slot, patient, (_, level, quotas) in zip(slots, patients, kinds, strict=True):
        if level is None:
            attempts.append(Attempt(slot, patient, county.tokens[patient], quotas))
        else:
            worker = random.choice(county.workers[level])
            attempts.append(Attempt(slot, patient, worker.token, quotas, worker.organisation_id))
    return attempts


def record_consents(dsn: str, attempts: Iterable[Attempt], now: datetime) -> None:
    """Whoever is brought by a clinic has let that clinic act."""
    brought = [(each.patient, each.house) for each in attempts if each.house is not None]
    patient = numbered_sql(PATIENT, "n")
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO consents (id, person_id, patient_id, purpose, version, text_sha256, language, organisation_id,"  # noqa: S608  # our own words
            f" given_by, given_at) SELECT gen_random_uuid(), {patient}, {patient}, 'act_for_me', '2026-11', '', 'zh',"
            f" house, {patient}, %s FROM unnest(%s::int[], %s::uuid[]) AS brought (n, house)",
            [now, [number for number, _ in brought], [house for _, house in brought]],
        )


@dataclass(frozen=True, slots=True)
class Booked:
    """A live booking as the database has it."""

    id: UUID
    slot: UUID
    quota: Quota
    patient: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Books:
    """The database after the rush: capacity and taken of every ledger row, and the live bookings."""

    rows: Mapping[tuple[UUID, Quota], tuple[int, int]]
    bookings: Sequence[Booked]


def read_books(dsn: str) -> Books:
    """What the database says of the slots of the rush."""
    slots = [numbered(SLOT, each) for each in RUSH]
    with psycopg.connect(dsn) as connection:
        rows: list[Any] = connection.execute(
            "SELECT slot_id, quota, capacity, taken FROM quotas WHERE slot_id = ANY(%s)", [slots]
        ).fetchall()
        bookings: list[Any] = connection.execute(
            "SELECT id, slot_id, quota, patient_id, number FROM bookings WHERE slot_id = ANY(%s)"
            " AND status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled')",
            [slots],
        ).fetchall()
    return Books(
        {(slot, Quota(quota)): (capacity, taken) for slot, quota, capacity, taken in rows},
        [Booked(id_, slot, Quota(quota), patient, number) for id_, slot, quota, patient, number in bookings],
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that must be nought.

    `lost`: acknowledged, and not there. `untold`: there, and nobody was told. `unequal`: ledger rows that do not say how
    many bookings there are. `other`: answers that are neither a place nor "full".
    """

    oversold: int
    undersold: int
    duplicates: int
    errors_5xx: int
    lost: int
    untold: int
    unequal: int
    other: int

    @property
    def exact(self) -> bool:
        """Whether it all is."""
        return not any(getattr(self, each.name) for each in fields(self))


def judge(attempts: Sequence[Attempt], answers: Sequence[Answer], books: Books) -> Verdict:
    """The answers against the database. Pure.

    No place came back in the rush, so one that is free at the end was free whenever somebody entitled to it was refused.
    """
    told = [_told(answer) for answer in answers]
    given = [found for found in told if isinstance(found, UUID)]
    refused = [each for each, found in zip(attempts, told, strict=True) if found == "slot-full"]
    live = Counter((each.slot, each.quota) for each in books.bookings)
    there = {each.id for each in books.bookings}
    entitled = Counter((numbered(SLOT, each.slot), quota) for each in refused for quota in each.quotas)
    broken = sum(answer.status >= 500 or answer.status == 0 for answer in answers)
    return Verdict(
        oversold=sum(max(live[row] - capacity, 0) for row, (capacity, _) in books.rows.items()),
        undersold=sum(
            min(capacity - live[row], entitled[row])
            for row, (capacity, _) in books.rows.items()
            if capacity > live[row]
        ),
        duplicates=_again((each.slot, each.number) for each in books.bookings)
        + _again((each.slot, each.patient) for each in books.bookings)
        + _again(given),
        errors_5xx=broken,
        lost=len(set(given) - there),
        untold=len(there - set(given)),
        unequal=sum(live[row] != taken for row, (_, taken) in books.rows.items()),
        other=len(answers) - len(given) - len(refused) - broken,
    )


def _told(answer: Answer) -> UUID | str | None:
    """The booking, or the code of the refusal; None for an answer that is neither."""
    if answer.status == 201:
        return UUID(orjson.loads(answer.body)["id"])
    return str(orjson.loads(answer.body)["code"]) if answer.status == 409 else None


def _again(things: Iterable[object]) -> int:
    return sum(count - 1 for count in Counter(things).values())
