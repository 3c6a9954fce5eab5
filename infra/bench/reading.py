"""The worklist of a radiologist where a million examinations were ordered: pages over HTTP as the page asks for them.

Orders are made by SQL (what is sealed in them is empty: a list opens none of it), patients by the product itself, because a
page shows their names. A department of three reads what comes; one examination in a hundred waits, the rest is reported.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import uuid4

import aiohttp
import psycopg

from infra.refusal import Refusal
from server.foundation.ground import Ground
from tests import people
from tests.people import Hospital, Somebody

from .figures import percentile

PATIENTS: Final = 200
_WORKLIST: Final = "/api/imaging/worklist"
_PLANT: Final = """
INSERT INTO imaging_orders (id, number, accession_number, organisation_id, performing_organisation_id,
  reading_organisation_id, department_id, agreement_id, patient_id, requester_id, modality, body_part, procedure_code,
  urgency, content, status, version, ordered_at, changed_at, acquired_at, rejections, turnaround_s, queued_at, due_at,
  escalated, preliminary_by, preliminary_at, final_by, final_at, report_version, returned_version, critical)
SELECT uuidv7(), 'B' || n, 'B' || n, %(house)s, %(house)s, %(house)s, %(department)s, %(agreement)s,
  (%(patients)s::uuid[])[1 + n %% %(many)s], %(requester)s, (ARRAY['CT', 'DX', 'MR', 'US', 'CT', 'DX'])[1 + n %% 6],
  'CHEST', 'CT-CHEST', CASE WHEN n %% 20 = 0 THEN 'emergency' ELSE 'ordinary' END, ''::bytea, status, 5, at, at, at, 0,
  86400, at, at + interval '1 day', 2,
  CASE WHEN status <> 'queued' THEN %(junior)s::uuid END, CASE WHEN status <> 'queued' THEN at END,
  CASE WHEN status = 'acknowledged' THEN %(senior)s::uuid END, CASE WHEN status = 'acknowledged' THEN at END,
  CASE WHEN status = 'acknowledged' THEN 1 END, CASE WHEN status = 'acknowledged' THEN 1 END, 'none'
FROM generate_series(1, %(last)s) AS n,
  LATERAL (SELECT %(now)s - n * interval '30 seconds' AS at, CASE WHEN n %% 100 > 0 THEN 'acknowledged'
    WHEN n %% 300 = 0 THEN 'preliminary' ELSE 'queued' END AS status) AS each
"""
_QUERIES: Final[Sequence[Mapping[str, str]]] = (
    {"state": "queued"},
    {"state": "queued", "modality": "CT"},
    {"state": "queued", "urgency": "emergency"},
    {"state": "preliminary"},
    {"state": "reported"},
    {"state": "reported", "modality": "MR"},
)


@dataclass(frozen=True, slots=True)
class Department:
    """Who reads, whose pictures, and where."""

    hospital: Hospital
    readers: Sequence[Somebody]
    patients: Sequence[Somebody]


async def open_department(ground: Ground) -> Department:
    """A hospital whose radiologists read what its own patients were examined for."""
    hospital = await people.a_hospital(ground)
    readers = [await people.a_doctor(ground, hospital) for _ in range(3)]
    return Department(hospital, readers, [await people.a_patient(ground) for _ in range(PATIENTS)])


def plant(ground: Ground, superuser_dsn: str, department: Department, many: int) -> None:
    """So many orders, thirty seconds apart."""
    asked: dict[str, Any] = {
        "last": many,
        "house": department.hospital.id,
        "department": department.hospital.department_id,
        "agreement": uuid4(),
        "patients": [each.id for each in department.patients],
        "many": len(department.patients),
        "requester": department.readers[0].id,
        "junior": department.readers[0].id,
        "senior": department.readers[1].id,
        "now": ground.clock.now(),
    }
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute(_PLANT, asked)
        connection.execute("VACUUM (ANALYZE) imaging_orders")
        connection.execute("CHECKPOINT")  # what years bring came in a minute: on disk before pages are timed


async def pages(address: str, reader: Somebody, times: int) -> list[float]:
    """Milliseconds of so many pages: every part of the worklist, its first page and pages further on, in random order.

    Raises: Refusal when a page was refused or empty.
    """
    random, took = Random(1), []  # noqa: S311  # an order, no secret
    headers = {"Authorization": f"Bearer {reader.token}"}
    further: dict[int, str | None] = {}
    async with aiohttp.ClientSession(address, headers=headers) as session:
        for _ in range(times):
            number = random.randrange(len(_QUERIES))
            after = further.get(number)
            query = {**_QUERIES[number], **({"after": after} if after else {})}
            started = time.perf_counter()
            async with session.get(_WORKLIST, params=query) as answer:
                page = await answer.json()
            took.append((time.perf_counter() - started) * 1000)
            if answer.status != 200 or not page["items"]:
                raise Refusal(f"a page of the worklist was refused or empty: {answer.status} {query}")
            further[number] = page["next"] if random.random() < 0.8 else None
    return took


def p95(took: Sequence[float]) -> float:
    """What nineteen of twenty pages kept."""
    return percentile(took, 0.95)
