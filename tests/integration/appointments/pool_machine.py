"""The pool as a machine that hypothesis drives: whatever happens in whatever order, the books agree.

What the machine believes is little on purpose: the order in which people joined a waiting list, and what it was told.
Everything else is read from the database and compared with itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from server.appointments import booking, holding, jobs, service, waiting
from server.appointments.board import Board
from server.appointments.booking import Asked
from server.appointments.facts import GivenPlaceView, SessionFacts
from server.appointments.model_agreed import BookingPolicy
from server.foundation.actor import SYSTEM, Actor
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.errand import Errand
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import invented, pools
from tests.invented import Someone

Answer = TypeVar("Answer")
PEOPLE, MOST_SESSIONS = 7, 3


class MovedClock:
    """The ground's clock, some time ahead."""

    def __init__(self, ground: Ground) -> None:
        self._real = ground.clock
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The real time and what was added to it."""
        return self._real.now() + self.ahead

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class PoolMachine(RuleBasedStateMachine):
    """Publish, hold, confirm, book, cancel, wait, release, stop, miss. Set `loop` and `ground` before it runs."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    ground: ClassVar[Ground]
    crowd: ClassVar[list[Someone]]

    def run(self, work: Awaitable[Answer]) -> Answer:
        """Wait for it on the machine's loop."""
        return self.loop.run_until_complete(work)

    def tried(self, work: Coroutine[Any, Any, Answer]) -> Answer | None:
        """The same; a refusal is an answer too, an error of ours is not."""
        try:
            return self.run(work)
        except Problem as refusal:
            if refusal.status >= 500:
                raise
            return None

    @initialize()
    def a_fresh_alliance(self) -> None:
        self.real_clock = self.ground.clock
        self.clock = MovedClock(self.ground)
        self.ground.clock = self.clock  # type: ignore[assignment]  # a clock in all that is asked of one
        self.ground.part(Board).changed_rules()
        self.pool = self.run(pools.a_pool(self.ground))
        self.sessions: list[SessionFacts] = []
        self.slots: list[UUID] = []
        self.joined: dict[UUID, list[UUID]] = {}
        self.held: list[UUID] = []
        self.run(self._two_no_shows_suspend())
        for patient in self.crowd[:2]:
            self.run(pools.consents_to(self.ground, patient, self.pool.village))
            self.run(pools.consents_to(self.ground, patient, self.pool.township))
        for days, capacity in ((4, 3), (4, 2)):
            self._publish(days, 1, capacity)
        self._clinics_book(self.slots[0])

    def teardown(self) -> None:
        if hasattr(self, "real_clock"):
            self.ground.clock = self.real_clock

    # --- what people do

    @precondition(lambda self: len(self.sessions) < MOST_SESSIONS)
    @rule(days=st.integers(2, 6), slots=st.integers(1, 2), capacity=st.integers(1, 6))
    def publish(self, days: int, slots: int, capacity: int) -> None:
        self._publish(days, slots, capacity)

    def _publish(self, days: int, slots: int, capacity: int) -> None:
        department = self.run(invented.a_department(self.ground, self.pool.hospital_id))
        session = self.run(
            pools.a_session(
                self.ground, self.pool, days_ahead=days, slots=slots, capacity=capacity, department_id=department
            )
        )
        self.sessions.append(session)
        self.slots.extend(self.run(self._slots_of(session)))

    @rule(
        data=st.data(),
        people=st.sets(st.integers(0, PEOPLE - 1), min_size=1),
        holds=st.sets(st.integers(0, PEOPLE - 1)),
    )
    def rush(self, data: st.DataObject, people: set[int], holds: set[int]) -> None:
        slot_id = data.draw(st.sampled_from(self.slots))
        crowd = [(self.crowd[each].actor, self.crowd[each], each in holds) for each in sorted(people)]
        self.run(self._all_at_once(slot_id, crowd))

    @rule(data=st.data())
    def the_village_comes_and_waits(self, data: st.DataObject) -> None:
        """The day of the opening: the clinics book for theirs, everybody else tries, and who got nothing waits."""
        session = data.draw(st.sampled_from(self.sessions))
        order = data.draw(st.permutations(range(PEOPLE)))
        slot_id = self.run(self._slots_of(session))[0]
        self._clinics_book(slot_id)
        self.run(self._all_at_once(slot_id, [(self.crowd[each].actor, self.crowd[each], False) for each in order]))
        self._wait(session, order)

    def _clinics_book(self, slot_id: UUID) -> None:
        clinics = [(self.pool.village.actor, self.crowd[0], False), (self.pool.township.actor, self.crowd[1], False)]
        self.run(self._all_at_once(slot_id, clinics))

    async def _all_at_once(self, slot_id: UUID, crowd: list[tuple[Actor, Someone, bool]]) -> None:
        answers = await asyncio.gather(*(self._book(slot_id, *each) for each in crowd), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not (isinstance(answer, Problem) and answer.status < 500):
                raise answer

    async def _book(self, slot_id: UUID, actor: Actor, patient: Someone, hold: bool) -> None:
        seen: list[GivenPlaceView] = []

        def dump(view: GivenPlaceView) -> bytes:
            seen.append(view)
            return b"{}"

        errand = Errand(self.ground, actor, dump=dump)
        await booking.book(errand, slot_id, Asked(patient.id, diagnosed_in_person=True, hold=hold))
        if hold:
            self.held.append(seen[-1].id)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        booking_id = data.draw(st.sampled_from(self.held))
        self.tried(self._as_owner(booking_id, partial(holding.confirm, booking_id=booking_id)))

    @precondition(lambda self: self.slots)
    @rule(data=st.data())
    def cancel_some(self, data: st.DataObject) -> None:
        live = self.run(self._live())
        for booking_id in data.draw(st.lists(st.sampled_from(live), unique=True, max_size=3)) if live else ():
            self.tried(self._as_owner(booking_id, partial(service.cancel, booking_id=booking_id)))

    @rule(data=st.data(), people=st.sets(st.integers(0, PEOPLE - 1), min_size=1, max_size=3))
    def wait(self, data: st.DataObject, people: set[int]) -> None:
        self._wait(data.draw(st.sampled_from(self.sessions)), sorted(people))

    def _wait(self, session: SessionFacts, people: Sequence[int]) -> None:
        async def join(patient: Someone) -> UUID:
            async with unit_of_work(self.ground, patient.actor) as work:
                return (await waiting.join(work, session.id, patient.id)).id

        for person in people:
            if joined := self.tried(join(self.crowd[person])):
                self.joined.setdefault(session.id, []).append(joined)

    @precondition(lambda self: any(self.joined.values()))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        waiting_id = data.draw(st.sampled_from([each for joined in self.joined.values() for each in joined]))

        async def go() -> None:
            async with unit_of_work(self.ground, SYSTEM) as work:
                found = await work.session.execute(
                    text("SELECT patient_id FROM waitings WHERE id = :id"), {"id": waiting_id}
                )
                patient_id = found.scalar_one()
            owner = next(each for each in self.crowd if each.id == patient_id)
            async with unit_of_work(self.ground, owner.actor) as work:
                await waiting.leave(work, waiting_id)

        self.tried(go())

    @rule(data=st.data(), seriously=st.integers(0, 4))
    def stop_clinic(self, data: st.DataObject, seriously: int) -> None:
        if seriously:
            return
        session = data.draw(st.sampled_from(self.sessions))

        async def stop() -> None:
            async with unit_of_work(self.ground, self.pool.scheduler.actor) as work:
                await service.stop(work, session.id, "医师临时停诊")

        self.tried(stop())

    # --- what time does

    @rule(hours=st.sampled_from([0.1, 0.1, 0.6, 6]))
    def time_passes(self, hours: float) -> None:
        self.clock.ahead += timedelta(hours=hours)
        self.ground.part(Board).changed_rules()

    @rule()
    def a_release_is_due(self) -> None:
        """It is past eight, three days (and then two) before: what nobody took moves on."""
        eight = datetime.combine(day_of(self.clock.now()) + timedelta(days=1), time(8, 0, 1), tzinfo=SHANGHAI)
        self.clock.ahead += eight - self.clock.now()
        self.ground.part(Board).changed_rules()
        self.run(jobs.release.run(self.ground))

    @rule()
    def a_place_comes_back_after_its_release(self) -> None:
        """Its row has moved on meanwhile: the place must follow."""
        self.a_release_is_due()
        moved = self._rows(
            "SELECT b.id FROM bookings b JOIN quota_releases r ON r.slot_id = b.slot_id AND r.from_quota = b.quota"
            " WHERE b.slot_id = ANY(:slots) AND b.status = 'booked' ORDER BY b.id"
        )
        for (booking_id,) in moved[:1]:
            self.tried(self._as_owner(booking_id, partial(service.cancel, booking_id=booking_id)))

    @rule(twice=st.booleans())
    def scans_run(self, twice: bool) -> None:  # hypothesis passes it by name
        for _ in range(2 if twice else 1):
            for scan in (jobs.expire_holds, jobs.release, jobs.clear_waiting, jobs.mark_no_shows):
                self.run(scan.run(self.ground))

    # --- what always holds

    @invariant()
    def quotas_add_up(self) -> None:
        assert (
            self._rows(
                "SELECT s.id FROM slots s JOIN quotas q ON q.slot_id = s.id WHERE s.id = ANY(:slots)"
                " GROUP BY s.id HAVING sum(q.capacity) <> s.capacity"
            )
            == []
        )

    @invariant()
    def taken_is_what_is_booked_and_held(self) -> None:
        assert (
            self._rows(
                "SELECT q.slot_id, q.quota, q.taken, count(b.id) FROM quotas q LEFT JOIN bookings b ON b.slot_id = q.slot_id"
                " AND b.quota = q.quota AND b.status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled', 'no_show')"
                " WHERE q.slot_id = ANY(:slots) GROUP BY q.slot_id, q.quota, q.taken HAVING q.taken <> count(b.id)"
            )
            == []
        )

    @invariant()
    def nobody_is_booked_twice(self) -> None:
        assert (
            self._rows(
                "SELECT patient_id, department_id, day FROM bookings WHERE slot_id = ANY(:slots)"
                " AND status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled')"
                " GROUP BY patient_id, department_id, day HAVING count(*) > 1"
            )
            == []
        )

    @invariant()
    def no_number_is_given_twice(self) -> None:
        assert (
            self._rows(
                "SELECT session_id, number FROM bookings WHERE slot_id = ANY(:slots)"
                " AND status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled')"
                " GROUP BY session_id, number HAVING count(*) > 1"
            )
            == []
        )

    @invariant()
    def nothing_is_released_twice(self) -> None:
        """What a row lost is what its one release moved: capacities and releases tell the same story."""
        assert (
            self._rows(
                "SELECT slot_id, from_quota FROM quota_releases WHERE slot_id = ANY(:slots)"
                " GROUP BY slot_id, from_quota HAVING count(*) > 1"
            )
            == []
        )
        assert (
            self._rows(
                "SELECT q.slot_id, q.quota FROM quota_releases r"
                " JOIN quotas q ON q.slot_id = r.slot_id AND q.quota = r.from_quota"
                " WHERE r.slot_id = ANY(:slots) AND q.capacity <> q.taken"
            )
            == []
        )

    @invariant()
    def nobody_is_overtaken(self) -> None:
        """Offers follow the order of joining: whoever still waits joined after everybody with the same right who was offered,
        and no place that somebody waiting could take is free.
        """
        assert (
            self._rows(
                "SELECT early.id FROM waitings early JOIN waitings late ON late.session_id = early.session_id"
                " AND late.place > early.place AND late.offered_at IS NOT NULL"
                " WHERE early.status = 'waiting' AND late.offered_at > early.joined_at AND early.quotas = late.quotas"
                " AND early.session_id = ANY(:sessions) AND NOT EXISTS (SELECT 1 FROM bookings b"
                " JOIN sessions s ON s.id = early.session_id WHERE b.patient_id = early.patient_id"
                " AND b.department_id = s.department_id AND b.day = s.day)"
            )
            == []
        )
        assert (
            self._rows(
                "SELECT w.id FROM waitings w JOIN sessions s ON s.id = w.session_id AND s.status = 'published'"
                " JOIN slots t ON t.session_id = s.id AND t.starts_at > :now"
                " JOIN quotas q ON q.slot_id = t.id AND q.quota = ANY(w.quotas) AND q.is_open AND q.taken < q.capacity"
                " WHERE w.status = 'waiting' AND w.session_id = ANY(:sessions)"
                " AND :now < ((s.day - 1) + time '23:00') AT TIME ZONE 'Asia/Shanghai'"
                " AND NOT EXISTS (SELECT 1 FROM bookings b WHERE b.patient_id = w.patient_id"
                " AND b.department_id = s.department_id AND b.day = s.day"
                " AND b.status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled'))"
                " AND NOT EXISTS (SELECT 1 FROM booking_suspensions x WHERE x.patient_id = w.patient_id"
                " AND x.organisation_id = s.organisation_id AND x.lifted_at IS NULL AND x.ends_at > :now)"
            )
            == []
        )

    # --- reading

    async def _two_no_shows_suspend(self) -> None:
        async with unit_of_work(self.ground, SYSTEM) as work:
            work.session.add(
                BookingPolicy(
                    organisation_id=self.pool.hospital_id,
                    limits={"no_shows": 2},
                    changed_at=work.now,
                    changed_by=self.pool.scheduler.id,
                    version=1,
                )
            )

    def _rows(self, statement: str) -> list[Any]:
        async def read() -> list[Any]:
            async with unit_of_work(self.ground, SYSTEM) as work:
                sessions = [each.id for each in self.sessions]
                given = {"slots": self.slots, "sessions": sessions, "now": work.now}
                wanted = {name: value for name, value in given.items() if f":{name}" in statement}
                return list(await work.session.execute(text(statement), wanted))

        return self.run(read()) if getattr(self, "slots", None) else []

    async def _slots_of(self, session: SessionFacts) -> list[UUID]:
        async with unit_of_work(self.ground, SYSTEM) as work:
            found = await service.sessions_between(work, session.day, session.day, doctor_id=session.doctor_id)
            return [slot.id for _, slots in found for slot in slots]

    async def _live(self) -> list[UUID]:
        async with unit_of_work(self.ground, SYSTEM) as work:
            found = await work.session.execute(
                text(
                    "SELECT id FROM bookings WHERE slot_id = ANY(:slots) AND status IN ('held', 'booked') ORDER BY id"
                ),
                {"slots": self.slots},
            )
            return list(found.scalars())

    async def _as_owner(self, booking_id: UUID, act: Any) -> None:
        async with unit_of_work(self.ground, SYSTEM) as work:
            patient_id = (await service.booking(work, booking_id)).patient_id
        owner = next(each for each in self.crowd if each.id == patient_id)
        async with unit_of_work(self.ground, owner.actor) as work:
            await act(work)
