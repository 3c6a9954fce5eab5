"""The release at the agreement's hour: to the second, once, late, on two machines, and to who waits first."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from server.appointments import jobs, ledger, releasing, waiting
from server.appointments.agreement import ReleaseStep, Terms
from server.appointments.errors import PlacesLeft
from server.appointments.facts import SessionFacts
from server.appointments.model import QuotaRelease, QuotaRow, Session, Slot
from server.appointments.rules import Quota
from server.foundation.actor import SYSTEM
from server.foundation.clock import SHANGHAI, Clock, database_time, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import invented, pools
from tests.api import Api
from tests.invented import Someone
from tests.pools import OPEN, Pool

from .clockwork import A_SECOND, at, blocked, inbox, places, shanghai, waiting_of


@pytest.fixture(scope="module")
async def pool(ground: Ground) -> Pool:
    """A village reserves 30 %, a township 20 %; at 08:00, three days before, the village's move up, a day later all."""
    return await pools.a_pool(ground)


async def _releases(ground: Ground, session: SessionFacts) -> int:
    async with ground.database.session() as reading:
        counted = select(func.count(QuotaRelease.slot_id)).join(Slot, Slot.id == QuotaRelease.slot_id)
        return (await reading.execute(counted.where(Slot.session_id == session.id))).scalar_one()


async def test_places_move_at_eight_and_not_a_second_before(ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool)
    due = shanghai(session.day - timedelta(days=3), 8)
    await jobs.release.run(at(ground, due - A_SECOND))
    assert await places(ground, session) == {"village": (3, 0), "township": (2, 0), "online": (5, 0)}
    await jobs.release.run(at(ground, due))
    assert await places(ground, session) == {"township": (5, 0), "online": (5, 0)}


async def test_what_is_taken_stays_and_a_second_run_moves_nothing(api: Api, ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool, slots=2)
    patient = await invented.a_patient(ground)
    await pools.consents_to(ground, patient, pool.village)
    (slot, _) = await _slots(ground, session)
    body = {"patient_id": str(patient.id), "diagnosed_in_person": True}
    booked = (await api.signed_in(pool.village.token).post(f"/api/slots/{slot}/bookings", body)).ok()
    assert booked["quota"] == "village"
    due = at(ground, shanghai(session.day - timedelta(days=3), 8))
    for _ in range(2):
        await jobs.release.run(due)
        assert await places(ground, session) == {"village": (1, 1), "township": (9, 0), "online": (10, 0)}
    assert await _releases(ground, session) == 2
    (await api.signed_in(pool.village.token).post(f"/api/bookings/{booked['id']}/cancel")).ok()
    assert await places(ground, session) == {"township": (10, 0), "online": (10, 0)}


async def test_a_release_days_late_ends_where_it_would_have(ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool)
    await jobs.release.run(at(ground, shanghai(session.day, 8, 59)))
    assert await places(ground, session) == {"online": (10, 0)}


async def test_a_session_that_has_begun_is_left_as_it_was(ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool)
    await jobs.release.run(at(ground, session.starts_at))
    assert await places(ground, session) == {"village": (3, 0), "township": (2, 0), "online": (5, 0)}


async def test_steps_in_the_wrong_order_lead_to_the_same_place(ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool)
    slots = await _slots(ground, session)
    for step in reversed(pools.CHAIN):
        async with unit_of_work(ground, SYSTEM) as work:
            await ledger.release(await work.raw(), slots, step, work.now)
    assert await places(ground, session) == {"online": (10, 0)}


async def test_two_workers_release_once(ground: Ground, pool: Pool) -> None:
    sessions = [await pools.a_session(ground, pool, slots=4) for _ in range(3)]
    due = at(ground, shanghai(sessions[0].day - timedelta(days=2), 8))
    await asyncio.gather(*(jobs.release.run(due) for _ in range(4)))
    for session in sessions:
        assert await places(ground, session) == {"online": (40, 0)}
        assert await _releases(ground, session) == 8


async def test_midnight_is_chinas(ground: Ground) -> None:
    step = ReleaseStep(step=1, from_quota=Quota.VILLAGE, to_quota=Quota.ONLINE, days_before=1, at=time(0))
    pool = await pools.a_pool(ground, Terms(shares={Quota.VILLAGE: 30}, opens=OPEN, chain=(step,)))
    session = await pools.a_session(ground, pool)
    midnight = shanghai(session.day - timedelta(days=1), 0)
    assert midnight.astimezone().utctimetuple().tm_hour == 16  # the evening before, where the server counts
    await jobs.release.run(at(ground, midnight - A_SECOND))
    assert await places(ground, session) == {"village": (3, 0), "online": (7, 0)}
    await jobs.release.run(at(ground, midnight))
    assert await places(ground, session) == {"online": (10, 0)}


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)], ids=["fast", "slow"])
async def test_a_wall_clock_an_hour_off_changes_nothing(ground: Ground, wrong: timedelta) -> None:
    """Due in half an hour by the database: a fast wall clock would release already, a slow one not even then."""
    due = (ground.clock.now() + timedelta(minutes=30)).astimezone(SHANGHAI).replace(second=0, microsecond=0)
    step = ReleaseStep(step=1, from_quota=Quota.VILLAGE, to_quota=Quota.ONLINE, days_before=3, at=due.time())
    pool = await pools.a_pool(ground, Terms(shares={Quota.VILLAGE: 30}, opens=OPEN, chain=(step,)))
    ahead = day_of(due) - day_of(ground.clock.now()) + timedelta(days=3)
    session = await pools.a_session(ground, pool, days_ahead=ahead.days)
    passed = timedelta()

    async def read() -> datetime:
        async with ground.database.engine.connect() as connection:
            return await database_time(connection) + passed

    async def run() -> None:
        clock = Clock(wall=lambda: ground.clock.now() + wrong)
        await clock.measure(read)
        assert abs(clock.offset_s + (wrong - passed).total_seconds()) < 5
        machine = at(ground, clock.now())
        await jobs.release.run(machine)

    await run()
    assert await places(ground, session) == {"village": (3, 0), "online": (7, 0)}
    passed = timedelta(minutes=31)
    await run()
    assert await places(ground, session) == {"online": (10, 0)}


async def test_drafts_and_stopped_sessions_release_nothing(ground: Ground, pool: Pool) -> None:
    before = {"village": (3, 0), "township": (2, 0), "online": (5, 0)}
    draft, stopped = await pools.a_session(ground, pool), await pools.a_session(ground, pool)
    async with unit_of_work(ground, SYSTEM) as work:
        for session, status in ((draft, "draft"), (stopped, "closed")):
            await work.session.execute(update(Session).where(Session.id == session.id).values(status=status))
    due = at(ground, shanghai(draft.day - timedelta(days=2), 8))
    await jobs.release.run(due)
    assert await places(ground, draft) == await places(ground, stopped) == before
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(update(Session).where(Session.id == draft.id).values(status="published"))
    await jobs.release.run(due)
    assert await places(ground, draft) == {"online": (10, 0)}


async def test_no_place_is_lost_where_the_next_row_was_never_made(ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool)
    async with unit_of_work(ground, SYSTEM) as work:
        slots = select(Slot.id).where(Slot.session_id == session.id)
        township = (await work.session.scalars(select(QuotaRow).where(QuotaRow.slot_id.in_(slots)))).all()
        await work.session.delete(next(row for row in township if row.quota == "township"))
    await jobs.release.run(at(ground, shanghai(session.day - timedelta(days=3), 8)))
    assert await places(ground, session) == {"township": (3, 0), "online": (5, 0)}


async def test_released_places_go_to_who_waits_before_anybody_else(api: Api, ground: Ground, pool: Pool) -> None:
    session = await pools.a_session(ground, pool)
    crowd = [await invented.a_patient(ground) for _ in range(8)]
    (slot,) = await _slots(ground, session)
    for each in crowd[:5]:
        body = {"patient_id": str(each.id), "diagnosed_in_person": True}
        (await api.signed_in(each.token).post(f"/api/slots/{slot}/bookings", body)).ok()
    for each in crowd[5:7]:
        mine = api.signed_in(each.token)
        (await mine.post(f"/api/sessions/{session.id}/waitings", {"patient_id": str(each.id)})).ok()
    due = at(ground, shanghai(session.day - timedelta(days=2), 8))
    await jobs.release.run(due)
    assert await places(ground, session) == {"online": (10, 7)}
    entries = await waiting_of(ground, session.id)
    assert [entries[each.id].status for each in crowd[5:7]] == ["offered", "offered"]
    assert entries[crowd[5].id].offered_at == due.clock.now()
    assert await inbox(api.signed_in(crowd[5].token)) == ["place-offered"]


async def test_who_joins_just_before_the_release_is_offered_a_place(ground: Ground, pool: Pool) -> None:
    """The release waits for the one who is joining and not yet seen, and then serves the list."""
    session, (patient, due) = await _sold_out(ground, pool), await _at_due(ground)
    async with unit_of_work(due, patient.actor) as work:
        await waiting.join(work, session.id, patient.id)
        released = asyncio.create_task(_release(due))
        await blocked(ground, "sessions")
    await released
    assert (await waiting_of(ground, session.id))[patient.id].status == "offered"
    assert await places(ground, session) == {"online": (10, 6)}


async def test_who_joins_just_after_the_release_is_told_that_there_are_places(ground: Ground, pool: Pool) -> None:
    session, (patient, due) = await _sold_out(ground, pool), await _at_due(ground)
    async with unit_of_work(due, SYSTEM) as work:
        for portion in await releasing.due(work):
            assert await releasing.release(work, portion) == []
        joining = asyncio.create_task(_join(due, session, patient))
        await blocked(ground, "sessions")
    with pytest.raises(PlacesLeft):
        await joining


async def _at_due(ground: Ground) -> tuple[Someone, Ground]:
    """Somebody, and the hour at which everything moves to ONLINE for sessions in ten days."""
    day = day_of(ground.clock.now()) + timedelta(days=10)
    return await invented.a_patient(ground), at(ground, shanghai(day - timedelta(days=2), 8))


async def _sold_out(ground: Ground, pool: Pool) -> SessionFacts:
    """A session in ten days with five places online, all taken, and five reserved."""
    session = await pools.a_session(ground, pool)
    async with unit_of_work(ground, SYSTEM) as work:
        online = (
            QuotaRow.slot_id.in_(select(Slot.id).where(Slot.session_id == session.id)),
            QuotaRow.quota == "online",
        )
        await work.session.execute(update(QuotaRow).where(*online).values(taken=QuotaRow.capacity))
    return session


async def _release(ground: Ground) -> None:
    await jobs.release.run(ground)


async def _join(ground: Ground, session: SessionFacts, patient: Someone) -> None:
    async with unit_of_work(ground, patient.actor) as work:
        await waiting.join(work, session.id, patient.id)


async def _slots(ground: Ground, session: SessionFacts) -> list[UUID]:
    async with ground.database.session() as reading:
        found = await reading.scalars(select(Slot.id).where(Slot.session_id == session.id).order_by(Slot.starts_at))
        return list(found)
