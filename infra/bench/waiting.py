"""The ground of the review queue: prescriptions that wait, made by SQL; pharmacists made by the product itself.

What is sealed is empty here: a claim opens nothing. So many stand for a county's busiest days after a long holiday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from server.foundation.clock import day_of
from server.foundation.ground import Ground
from tests import people
from tests.people import Hospital, Somebody

WAITING: Final = 5000
PHARMACISTS: Final = 64
_DECISIONS: Final = "(ARRAY['passed', 'warning', 'confirm', 'not_covered'])[1 + n %% 4]"


@dataclass(frozen=True, slots=True)
class Desk:
    """A hospital's pharmacists, who wrote what waits for them, and for whom."""

    hospital: Hospital
    pharmacists: Sequence[Somebody]
    prescriber: Somebody
    patient: Somebody
    now: datetime


async def open_desk(ground: Ground, pharmacists: int = PHARMACISTS) -> Desk:
    """A hospital where so many pharmacists review."""
    hospital = await people.a_hospital(ground)
    prescriber = await people.a_doctor(ground, hospital)
    staff = [await people.a_pharmacist(ground, hospital) for _ in range(pharmacists)]
    return Desk(hospital, staff, prescriber, await people.a_patient(ground), ground.clock.now())


def plant(superuser_dsn: str, desk: Desk, many: int = WAITING) -> None:
    """So many prescriptions in review, one a second, all of one visit of which nobody made the booking."""
    asked = {
        "last": many,
        "house": desk.hospital.id,
        "department": desk.hospital.department_id,
        "visit": uuid4(),
        "encounter": uuid4(),
        "doctor": desk.prescriber.id,
        "patient": desk.patient.id,
        "day": day_of(desk.now),
        "now": desk.now,
    }
    with psycopg.connect(superuser_dsn) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "INSERT INTO encounters (id, patient_id, organisation_id, doctor_id, kind, source_id, opened_at, legal_hold)"
            " VALUES (%(encounter)s, %(patient)s, %(house)s, %(doctor)s, 'follow_up', %(visit)s, %(now)s, false)",
            asked,
        )
        connection.execute(
            "INSERT INTO visits (id, number, booking_id, encounter_id, session_id, patient_id, doctor_id, organisation_id,"
            " department_id, day, slot_starts_at, slot_ends_at, session_ends_at, place_number, booked_right, status, calls,"
            " misses) VALUES (%(visit)s, %(visit)s, gen_random_uuid(), %(encounter)s, gen_random_uuid(), %(patient)s,"
            " %(doctor)s, %(house)s, %(department)s, %(day)s, %(now)s, %(now)s, %(now)s, 1, 'self', 'closed', 0, 0)",
            asked,
        )
        connection.execute(
            "INSERT INTO prescriptions (id, number, organisation_id, department_id, visit_id, encounter_id, patient_id,"  # noqa: S608  # our own words
            " prescriber_id, kind, status, version, long_term, days, created_at, changed_at, decision, emergency, signed_at,"
            " digest, signature_id, valid_until, submitted_at, queue_at)"
            " SELECT gen_random_uuid(), %(house)s || '-' || n, %(house)s, %(department)s, %(visit)s, %(encounter)s,"
            " %(patient)s, %(doctor)s, CASE WHEN n %% 10 = 0 THEN 'tcm_pieces' ELSE 'western' END, 'in_review', 1,"
            f" n %% 3 = 0, 28, %(now)s, %(now)s, {_DECISIONS}, n %% 50 = 0, %(now)s, 'd' || n, gen_random_uuid(),"
            " %(now)s::timestamptz + interval '1 day', at, at - (n %% 7) * interval '5 minutes'"
            " FROM generate_series(1, %(last)s::int) AS n, LATERAL (SELECT %(now)s::timestamptz - n * interval '1 second' AS at)",
            asked,
        )


def put_back(superuser_dsn: str) -> None:
    """Nobody has claimed: the next run finds what the last one found. Audit rows stay; nothing removes those."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute("UPDATE prescriptions SET status = 'in_review', claimed_by = NULL, claimed_until = NULL")
        connection.execute("TRUNCATE prescription_steps, idempotency_keys")
        connection.execute("VACUUM (FULL, ANALYZE) prescriptions")
        connection.execute("CHECKPOINT")


def claims_of(superuser_dsn: str) -> Mapping[UUID, UUID]:
    """Who has what, as the database has it."""
    with psycopg.connect(superuser_dsn) as connection:
        rows: list[Any] = connection.execute(
            "SELECT id, claimed_by FROM prescriptions WHERE status = 'claimed'"
        ).fetchall()
    return dict(rows)
