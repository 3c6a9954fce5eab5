"""The ground of the benchmark: a hospital with its alliance, made by the product itself; sessions, people and logins by SQL.

What is made by SQL has numbers for ids, so that pgbench can name it as well. Every slot is of a session of its own, and
no two are of one department and day, so that one person may book in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from server.appointments.agreement import Terms, divided
from server.appointments.rules import Quota
from server.foundation.actor import Level, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.ids import new_id
from server.identity import service as identity
from server.identity.login_model import Login
from tests import people
from tests.people import Hospital, Somebody

SPREAD: Final = range(1000)
HOT: Final = 1000
SOLD_OUT: Final = range(1001, 1101)
RUSH: Final = range(1101, 1201)
PLACES: Final = 30
PEOPLE: Final = 24_000
ENDLESS: Final = 10_000_000
TERMS: Final = Terms.model_validate({"shares": {"township": 25, "village": 15}})

# One patient after the other for the bookings of one slot, and none of them twice (7919 and PEOPLE share no factor).
_STEP: Final = 7919
_DAYS, _A_DAY = 5, 8  # sessions lie on the next five days; a doctor has eight of one hour a day


def numbered(kind: str, number: int) -> UUID:
    """The id of the thing with this number; `kind` is four hexadecimal digits."""
    return UUID(f"00000000-{kind}-7000-8000-{number:012x}")


def numbered_sql(kind: str, number: str) -> str:
    """The same in SQL."""
    return f"('00000000-{kind}-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


SLOT, SESSION, DEPARTMENT, PATIENT, LOGIN = "5107", "5e55", "de9a", "9a71", "1091"


def patient_of(slot: int, count: int) -> int:
    """Whose booking is this slot's `count`th."""
    return (slot * 17 + count * _STEP) % PEOPLE


PATIENT_SQL: Final = f"((%(slot)s * 17 + %(count)s * {_STEP}) %% {PEOPLE})"


@dataclass(frozen=True, slots=True)
class County:
    """What was made: tokens of the patients in the order of their numbers, clinic workers by the level of their house."""

    hospital: Hospital
    tokens: Sequence[str]
    workers: Mapping[Level, Sequence[Somebody]]
    now: datetime


async def settle(ground: Ground, dsn: str) -> County:
    """Make it. `dsn` is the owner's."""
    hospital = await people.a_hospital(ground)
    doctors = [await people.a_doctor(ground, hospital) for _ in range(_doctor_of(RUSH[-1]) + 1)]
    workers = {
        level: [
            await people.a_member_of_staff(ground, Role.CLINIC_WORKER, house)
            for house in [await people.a_hospital(ground, level=level, internet=False) for _ in range(houses)]
            for _ in range(4)
        ]
        for level, houses in ((Level.TOWNSHIP, 5), (Level.VILLAGE, 10))
    }
    now = ground.clock.now()
    county = County(hospital, _tokens(ground, now), workers, now)
    with psycopg.connect(dsn) as connection:
        agreement_id = _ally(connection, county, doctors[0])
        _open_sessions(connection, county, doctors, agreement_id)
        _register(connection, county)
    return county


def _doctor_of(slot: int) -> int:
    return slot // _DAYS // _A_DAY


def _tokens(ground: Ground, now: datetime) -> list[str]:
    issue = ground.part(identity.Logins).issue
    return [
        issue(Login(id=numbered(LOGIN, each), person_id=numbered(PATIENT, each), role=Role.PATIENT), now)
        for each in range(PEOPLE)
    ]


def _ally(connection: psycopg.Connection[Any], county: County, maker: Somebody) -> UUID:
    alliance_id, agreement_id = new_id(county.now), new_id(county.now)
    houses = {county.hospital.id, *(each.organisation_id for level in county.workers.values() for each in level)}
    today = day_of(county.now)
    connection.execute(
        "INSERT INTO alliances (id, name, lead_id, created_at) VALUES (%s, '测试医共体', %s, %s)",
        [alliance_id, county.hospital.id, county.now],
    )
    connection.execute(
        "INSERT INTO alliance_members (alliance_id, organisation_id, joined_on)"
        " SELECT %s, house, %s FROM unnest(%s::uuid[]) AS house",
        [alliance_id, today - timedelta(days=1), list(houses)],
    )
    connection.execute(
        "INSERT INTO pool_agreements (id, organisation_id, alliance_id, terms, valid_from, made_at, made_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            agreement_id,
            county.hospital.id,
            alliance_id,
            Jsonb(TERMS.model_dump(mode="json")),
            today,
            county.now,
            maker.id,
        ],
    )
    return agreement_id


def _open_sessions(
    connection: psycopg.Connection[Any], county: County, doctors: Sequence[Somebody], agreement_id: UUID
) -> None:
    connection.execute(
        "INSERT INTO departments (id, organisation_id, name, name_en, pinyin, initials, place)"  # noqa: S608  # our own words
        f" SELECT {numbered_sql(DEPARTMENT, 'n')}, %s, '科室' || n, '', '', '', n FROM generate_series(0, %s::int) AS n",
        [county.hospital.id, RUSH[-1] // _DAYS],
    )
    start = f"(%(first)s::date + n %% {_DAYS} + make_interval(hours => 8 + n / {_DAYS} %% {_A_DAY}))"
    asked = {
        "first": day_of(county.now) + timedelta(days=1),
        "last": RUSH[-1],
        "house": county.hospital.id,
        "doctors": [each.id for each in doctors],
        "agreement": agreement_id,
        "hot": HOT,
        "rush": RUSH[0],
        "places": PLACES,
        "endless": ENDLESS,
        "now": county.now,
    }
    connection.execute(
        "INSERT INTO sessions (id, organisation_id, department_id, doctor_id, service, day, starts_at, ends_at, status,"  # noqa: S608  # our own words
        " published_at, published_by, agreement_id, last_number)"
        f" SELECT {numbered_sql(SESSION, 'n')}, %(house)s, {numbered_sql(DEPARTMENT, f'n / {_DAYS}')},"
        f" (%(doctors)s::uuid[])[n / {_DAYS * _A_DAY} + 1], 'follow_up', {start}::date,"
        f" {start} AT TIME ZONE 'Asia/Shanghai', ({start} + interval '1 hour') AT TIME ZONE 'Asia/Shanghai',"
        " 'published', %(now)s, (%(doctors)s::uuid[])[1], CASE WHEN n >= %(rush)s THEN %(agreement)s::uuid END, 1"
        " FROM generate_series(0, %(last)s::int) AS n",
        asked,
    )
    connection.execute(
        "INSERT INTO slots (id, session_id, starts_at, ends_at, capacity, first_number, numbered)"  # noqa: S608  # our own words
        f" SELECT {numbered_sql(SLOT, 'n')}, {numbered_sql(SESSION, 'n')}, {start} AT TIME ZONE 'Asia/Shanghai',"
        f" ({start} + interval '1 hour') AT TIME ZONE 'Asia/Shanghai', places, 1, places"
        " FROM generate_series(0, %(last)s::int) AS n,"
        " LATERAL (SELECT CASE WHEN n > %(hot)s THEN %(places)s ELSE %(endless)s END AS places) AS each",
        asked,
    )
    _open_quotas(connection, SPREAD, {Quota.ONLINE: ENDLESS})
    _open_quotas(connection, range(HOT, HOT + 1), {Quota.ONLINE: ENDLESS})
    _open_quotas(connection, SOLD_OUT, {Quota.ONLINE: PLACES}, taken=PLACES)
    _open_quotas(connection, RUSH, divided(TERMS, [PLACES])[0])


def _open_quotas(
    connection: psycopg.Connection[Any], slots: range, quotas: Mapping[Quota, int], taken: int = 0
) -> None:
    for quota, capacity in quotas.items():
        connection.execute(
            "INSERT INTO quotas (slot_id, quota, capacity, taken)"  # noqa: S608  # our own words
            f" SELECT {numbered_sql(SLOT, 'n')}, %s, %s, %s FROM generate_series(%s::int, %s::int) AS n",
            [str(quota), capacity, taken, slots[0], slots[-1]],
        )


def _register(connection: psycopg.Connection[Any], county: County) -> None:
    """Patients whom the hospital knows (a follow-up has a first visit before it), each signed in."""
    asked = {"last": PEOPLE - 1, "now": county.now, "house": county.hospital.id}
    patient = numbered_sql(PATIENT, "n")
    of_all = "FROM generate_series(0, %(last)s::int) AS n"
    connection.execute(
        "INSERT INTO people (id, kind, name_sealed, sex, birth_date, guardian_only, created_at, version)"  # our own words
        f" SELECT {patient}, 'patient', '\\x00', 'male', date '1935-01-01' + n, false, %(now)s, 1 {of_all}",
        asked,
    )
    connection.execute(
        "INSERT INTO patient_organisations (person_id, organisation_id, since)"  # our own words
        f" SELECT {patient}, %(house)s, %(now)s {of_all}",
        asked,
    )
    connection.execute(
        "INSERT INTO logins (id, person_id, role, device, created_at, seen_at, expires_at)"  # our own words
        f" SELECT {numbered_sql(LOGIN, 'n')}, {patient}, 'patient', '', %(now)s, %(now)s,"
        f" %(now)s + interval '1 day' {of_all}",
        asked,
    )
