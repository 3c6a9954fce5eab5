"""Years of bookings, made by SQL: as many as a county has, in a database of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg

from tests.people import Hospital, Somebody

DEPARTMENTS: Final = 20
SLOTS: Final = 4  # of a session
PLACES: Final = 30  # of a slot
_PATIENTS: Final = 200_000
_OWN: Final = 200  # bookings of the patient who asks


@dataclass(frozen=True, slots=True)
class Size:
    """How many bookings lie behind, and how many places are open on the coming six days."""

    bookings: int
    places: int

    @property
    def past(self) -> int:
        """Sessions that are over."""
        return -(-self.bookings // (SLOTS * PLACES))

    @property
    def coming(self) -> int:
        """Sessions that can be booked."""
        return -(-self.places // (SLOTS * PLACES))


def _id(kind: str, number: str) -> str:
    return f"('00000000-{kind}-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _department(session: str) -> str:
    house = _id("de9a", f"mod({session}, {DEPARTMENTS})")
    return f"CASE mod({session}, {DEPARTMENTS}) WHEN 0 THEN %(department)s::uuid ELSE {house} END"


def _day(session: str) -> str:
    """One session of a department on a past day, several on each of the coming six."""
    coming = f"1 + ({session} - %(past)s) * 6 / %(coming)s"
    past = f"-1 - {session} / {DEPARTMENTS}"
    return f"(%(today)s::date + (CASE WHEN {session} < %(past)s THEN {past} ELSE {coming} END)::int)"


def _at(session: str, hours: str) -> str:
    return f"(({_day(session)} + make_interval(hours => ({hours})::int)) AT TIME ZONE 'Asia/Shanghai')"


_MAKE: Final = (
    "INSERT INTO departments (id, organisation_id, name, name_en, pinyin, initials, place)"  # noqa: S608  # our own words
    f" SELECT {_id('de9a', 'n')}, %(house)s, '科室' || n, '', '', '', n FROM generate_series(1, {DEPARTMENTS - 1}) AS n",
    "INSERT INTO sessions (id, organisation_id, department_id, doctor_id, service, day, starts_at, ends_at, status,"  # noqa: S608  # our own words
    f" published_at, published_by, last_number) SELECT {_id('5e55', 'n')}, %(house)s, {_department('n')}, %(doctor)s,"
    f" 'follow_up', {_day('n')}, {_at('n', '8')}, {_at('n', '12')}, 'published', {_at('n', '0')}, %(doctor)s,"
    f" {SLOTS * PLACES} FROM generate_series(0, %(sessions)s - 1) AS n",
    "INSERT INTO slots (id, session_id, starts_at, ends_at, capacity, first_number, numbered)"  # noqa: S608  # our own words
    f" SELECT {_id('5107', f'n * {SLOTS} + k')}, {_id('5e55', 'n')}, {_at('n', '8 + k')}, {_at('n', '9 + k')},"
    f" {PLACES}, 1 + k * {PLACES}, {PLACES} FROM generate_series(0, %(sessions)s - 1) AS n, generate_series(0, {SLOTS - 1}) AS k",
    "INSERT INTO quotas (slot_id, quota, capacity, taken)"  # noqa: S608  # our own words
    f" SELECT {_id('5107', f'n * {SLOTS} + k')}, 'online', {PLACES}, CASE WHEN n < %(past)s THEN {PLACES} ELSE 0 END"
    f" FROM generate_series(0, %(sessions)s - 1) AS n, generate_series(0, {SLOTS - 1}) AS k",
)
_BOOK: Final = (
    "INSERT INTO bookings (id, slot_id, session_id, quota, patient_id, organisation_id, department_id, day, starts_at, number,"  # noqa: S608  # our own words
    " reference, status, booked_by, right_used, booked_at, late_cancel, channel)"
    f" SELECT {_id('b00c', 'b')}, {_id('5107', f'b / {PLACES}')}, {_id('5e55', 'n')}, 'online', patient, %(house)s,"
    f" {_department('n')}, {_day('n')}, {_at('n', f'8 + mod(b, {SLOTS * PLACES}) / {PLACES}')}, 1 + mod(b, {SLOTS * PLACES}),"
    " 'H' || b, (ARRAY['fulfilled', 'fulfilled', 'fulfilled', 'no_show', 'cancelled'])[1 + mod(b, 5)], patient, 'self',"
    f" {_at('n', '0')}, false, 'online'"
    " FROM generate_series(0::bigint, %(bookings)s - 1) AS b,"
    f" LATERAL (SELECT b / {SLOTS * PLACES} AS n, CASE mod(b, %(own_every)s) WHEN 0 THEN %(patient)s::uuid"
    f" ELSE {_id('9a71', f'mod(b * 7919, {_PATIENTS})')} END AS patient) AS each"
)


def write(dsn: str, size: Size, hospital: Hospital, doctor: Somebody, patient: Somebody, today: date) -> None:
    """Fill the database. `dsn` is the superuser's: other tables' keys are not checked, and indexes are made afterwards."""
    asked: dict[str, Any] = {
        "house": hospital.id,
        "department": hospital.department_id,
        "doctor": doctor.id,
        "patient": patient.id,
        "today": today,
        "past": size.past,
        "coming": size.coming,
        "sessions": size.past + size.coming,
        "bookings": size.bookings,
        "own_every": size.bookings // _OWN,
    }
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("ALTER TABLE sessions DROP CONSTRAINT ex_sessions_doctor_busy")  # one doctor has them all
        for statement in _MAKE:
            connection.execute(statement, asked)
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'bookings'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = 'bookings'::regclass)"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute(_BOOK, asked)
        for _, made_by in indexes:
            connection.execute(made_by)
        connection.execute("VACUUM (ANALYZE) bookings")
        connection.execute("ANALYZE")
