"""The worklist among a hundred thousand orders: each page is read from an index in its order, whatever is filtered by."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from server.foundation.database import driver_url
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.places import Place
from server.imaging.worklist import store
from server.imaging.worklist.store import Wanted
from server.settings import Settings
from tests.api import Api
from tests.serving import Served

from .centre import a_centre

ROWS = 100_000
_LIMIT = 51
_MIDDLE = Place(datetime(2026, 6, 15, tzinfo=UTC), UUID(int=2**127), "ordinary")
# 40 of 100 wait, 12 are claimed or to be reviewed, the rest is reported; 2 of 100 are emergencies.
_FILL = text(
    """
    INSERT INTO imaging_orders (id, number, accession_number, organisation_id, performing_organisation_id,
        reading_organisation_id, department_id, agreement_id, patient_id, requester_id, modality, body_part,
        procedure_code, urgency, content, status, version, ordered_at, changed_at, rejections, turnaround_s, queued_at,
        due_at, escalated, claimed_by, claimed_until, preliminary_by, preliminary_at, final_by, final_at,
        report_version, returned_version, critical)
    SELECT gen_random_uuid(), 'plan-' || i, 'p' || i, :township, :township, :county, :department,
        gen_random_uuid(), :patient, :worker, (ARRAY['CT', 'DX', 'MR', 'US'])[1 + i % 4], 'CHEST', 'ct-chest',
        CASE WHEN i % 50 = 0 THEN 'emergency' ELSE 'ordinary' END, '\\x00', status, 1, at, at, 0, 3600, at,
        at + interval '1 day', 0, CASE WHEN status = 'claimed' THEN :junior END,
        CASE WHEN status = 'claimed' THEN at END,
        CASE WHEN status IN ('preliminary', 'returned') THEN :junior END, at,
        CASE WHEN status = 'returned' THEN :senior END, CASE WHEN status = 'returned' THEN at END,
        CASE WHEN status = 'returned' THEN 2 END, CASE WHEN status = 'returned' THEN 2 END, 'none'
    FROM generate_series(1, :rows) AS i,
        LATERAL (SELECT timestamptz '2026-01-01' + i * interval '5 minutes' AS at,
            CASE WHEN i % 100 < 40 THEN 'queued' WHEN i % 100 < 48 THEN 'preliminary'
                WHEN i % 100 < 52 THEN 'claimed' ELSE 'returned' END AS status) AS made
    """
)


@dataclass(frozen=True, slots=True)
class Full:
    """A session that sees them, undone afterwards."""

    engine: AsyncEngine
    session: AsyncSession
    department_id: UUID
    junior_id: UUID


@pytest.fixture(scope="module")
async def full(settings: Settings, served: Served) -> AsyncIterator[Full]:
    """A hundred thousand orders of one department, in a transaction that is never committed."""
    async with Api(served.address) as api:
        centre = await a_centre(served.ground, api)
    engine = create_async_engine(driver_url(settings.owner_dsn))
    async with AsyncSession(engine) as session:
        ids = {
            "township": centre.township.id,
            "county": centre.county.id,
            "department": centre.county.department_id,
            "patient": centre.patient.id,
            "worker": centre.worker.id,
            "junior": centre.junior.id,
            "senior": centre.senior.id,
        }
        await session.execute(_FILL.bindparams(**ids, rows=ROWS))
        await session.execute(text("ANALYZE imaging_orders"))
        yield Full(engine, session, centre.county.department_id, centre.junior.id)
        await session.rollback()
    await engine.dispose()


@contextmanager
def _said(engine: AsyncEngine) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def _plan(full: Full, asked: Callable[[], Awaitable[Any]]) -> list[dict[str, Any]]:
    """The nodes of the plan by which a page is read."""
    with _said(full.engine) as sent:
        await asked()
    connection = await full.session.connection()
    nodes: list[dict[str, Any]] = []
    for statement, parameters in sent:
        explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        found = explained.scalar_one()
        nodes += _nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
    return nodes


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _wrong(nodes: list[dict[str, Any]]) -> list[str]:
    """What makes a page slower the more orders there are."""
    wrong = [f"{node['Node Type']} of all" for node in nodes if node["Node Type"] in ("Seq Scan", "Bitmap Heap Scan")]
    wrong += [
        f"{node['Rows Removed by Filter']} rows in vain"
        for node in nodes
        if node.get("Rows Removed by Filter", 0) > 200
    ]
    wrong += [
        f"{node['Actual Rows']} rows sorted"
        for node in nodes
        if "Sort" in node["Node Type"] and node["Actual Rows"] > 200
    ]
    wrong += [
        f"{blocks} blocks"
        for node in nodes
        if (blocks := node["Shared Hit Blocks"] + node["Shared Read Blocks"]) > 1500
    ]
    return wrong


def _pages() -> Iterator[tuple[str, Wanted, Place | None]]:
    for status in (Status.QUEUED, Status.PRELIMINARY, Status.CLAIMED):
        for modality in (None, "MR"):
            for urgency in (None, "emergency", "ordinary"):
                for after in (None, _MIDDLE):
                    name = f"{status} {modality} {urgency} {'later' if after else 'first'}"
                    yield name, Wanted(status, modality, None, urgency), after


async def test_every_page_of_the_worklist_is_read_from_an_index_in_its_order(full: Full) -> None:
    assert _wrong(await _plan(full, lambda: full.session.execute(text("SELECT count(*) FROM imaging_orders")))) != []
    wrong = {}
    for name, wanted, after in _pages():

        async def asked(wanted: Wanted = wanted, after: Place | None = after) -> Any:
            return await store.waiting(full.session, wanted, {full.department_id}, after, _LIMIT)

        if found := _wrong(await _plan(full, asked)):
            wrong[name] = found
    assert wrong == {}


async def test_so_is_what_was_reported_and_what_one_holds(full: Full) -> None:
    for modality in (None, "DX"):
        for after in (None, _MIDDLE):
            wanted = Wanted(modality=modality)

            async def asked(wanted: Wanted = wanted, after: Place | None = after) -> Any:
                return await store.reported(full.session, wanted, {full.department_id}, after, _LIMIT)

            assert _wrong(await _plan(full, asked)) == [], (modality, after)


async def test_so_is_a_page_of_several_departments(full: Full) -> None:
    departments = {full.department_id, uuid4(), uuid4()}
    plan = await _plan(full, lambda: store.waiting(full.session, Wanted(), departments, None, _LIMIT))
    assert _wrong(plan) == []


async def test_so_is_the_next_one(full: Full) -> None:
    for status in (Status.QUEUED, Status.PRELIMINARY):
        for modality in (None, "US"):
            wanted = Wanted(status, modality)

            async def asked(wanted: Wanted = wanted) -> Any:
                return await store.next_waiting(full.session, wanted, {full.department_id}, uuid4())

            assert _wrong(await _plan(full, asked)) == [], (status, modality)
