"""The life of prescriptions as a machine that hypothesis drives: whoever tries whatever in whatever order, the books hold.

`further` takes a prescription one step along its way, so that plays get far; `anything` has anybody try anything, and
nearly always is refused. What must hold is read from the rows alone (`rx_books`), never from the lifecycle table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from datetime import timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from prescriptions import store
from prescriptions.dispensing import store as counters
from prescriptions.model import Prescription
from server.foundation.actor import SYSTEM, Actor
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests.integration.appointments.pool_machine import MovedClock

from . import rx_acts, rx_books
from .rx_acts import MOST, Act, Cast, Chance

Answer = TypeVar("Answer")
# What is done instead of the next step, by status and how the dice fell.
_ASIDE = {
    ("claimed", 0): rx_acts.REVIEWER["return"],
    ("claimed", 1): rx_acts.REVIEWER["reject"],
    ("valid", 2): rx_acts.DOCTOR["void"],
}
dice = st.builds(Chance, st.integers(0, 11), st.integers(0, 11))


class RxMachine(RuleBasedStateMachine):
    """Write, sign, review, redeem, dispense, deliver, end. Set `loop`, `ground` and `cast` before it runs.

    `tempted` names a status and an act that somebody tries on whatever is found in it; for tables that are broken there.
    """

    loop: ClassVar[asyncio.AbstractEventLoop]
    ground: ClassVar[Ground]
    cast: ClassVar[Cast]
    tempted: ClassVar[tuple[str, str] | None] = None

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

    @initialize(chance=dice)
    def a_morning(self, chance: Chance) -> None:
        self.real_clock = self.ground.clock
        self.clock = MovedClock(self.ground)
        self.ground.clock = self.clock  # type: ignore[assignment]  # a clock in all that is asked of one
        self.rx = [self.run(rx_acts.draft(self.cast, 0, chance))]
        for _ in range(chance.who % 3):
            self._further(0, chance)

    def teardown(self) -> None:
        if hasattr(self, "real_clock"):
            self.ground.clock = self.real_clock
            self.run(rx_acts.forget(self.ground, getattr(self, "rx", [])))

    # --- what people do

    @precondition(lambda self: len(self.rx) < MOST)
    @rule(chance=dice)
    def draft(self, chance: Chance) -> None:
        self.rx.append(self.run(rx_acts.draft(self.cast, len(self.rx), chance)))

    @rule(which=st.integers(0, MOST - 1), steps=st.integers(1, 6), chance=dice)
    def further(self, which: int, steps: int, chance: Chance) -> None:
        for _ in range(steps):
            self._further(which, chance)

    @rule(which=st.integers(0, MOST - 1), name=st.sampled_from(sorted(rx_acts.DOCTOR)), chance=dice)
    def the_doctor_does(self, which: int, name: str, chance: Chance) -> None:
        self._try(which, rx_acts.DOCTOR[name], self.cast.doctor, chance)

    # --- what time does

    @rule(hours=st.sampled_from([0.2, 0.2, 6, 30]), scanned=st.booleans())
    def time_passes(self, hours: float, scanned: bool) -> None:  # hypothesis passes it by name
        self.clock.ahead += timedelta(hours=hours)
        if scanned:
            self.run(rx_acts.scans(self.ground))
        for which in range(len(self.rx)):
            self._tempt(which, Chance(0, 0))

    # --- what always holds

    @invariant()
    def the_books_hold(self) -> None:
        async def read() -> rx_books.Books:
            async with unit_of_work(self.ground, SYSTEM) as work:
                return await rx_books.read(work.session, self.rx)

        found = rx_books.wrongs(self.run(read())) if getattr(self, "rx", None) else []
        assert not found, found

    # --- who would do what next

    def _id(self, which: int) -> UUID:
        return self.rx[which % len(self.rx)]

    def _try(self, which: int, act: Act, who: Actor, chance: Chance) -> None:
        self.tried(rx_acts.act(self.cast, self._id(which), act, who, chance))

    def _further(self, which: int, chance: Chance) -> None:
        act, who = self.run(self._next(self._id(which), chance))
        if act is not None:
            self._try(which, act, who, chance)
        self._tempt(which, chance)

    def _tempt(self, which: int, chance: Chance) -> None:
        """Give in to the temptation, when this one is where it leads to."""
        status, name = self.tempted or ("", "")
        if not name or self.run(self._status(self._id(which))) != status:
            return
        whose = (
            (rx_acts.DOCTOR, self.cast.doctor),
            (rx_acts.REVIEWER, self.cast.reviewers[0]),
            (rx_acts.COUNTER, self._at_the_counter(self._id(which), chance)),
            (rx_acts.PATIENT, self.cast.patient),
        )
        for acts, who in whose:
            if name in acts:
                self._try(which, acts[name], who, chance)

    async def _status(self, rx_id: UUID) -> str:
        async with unit_of_work(self.ground, SYSTEM) as work:
            rx = await store.by_id(work.session, rx_id)
            return rx.status if rx else ""

    async def _next(self, rx_id: UUID, chance: Chance) -> tuple[Act | None, Actor]:
        async with unit_of_work(self.ground, SYSTEM) as work:
            rx = await store.by_id(work.session, rx_id)
            assert rx is not None
            held = await counters.open_redemption(work.session, rx_id)
            waits = await counters.unchecked(work.session, held.id) if held else None
        if act := _ASIDE.get((rx.status, chance.how_much)):
            return act, self.cast.doctor if rx.status == "valid" else self._reviewer(rx, chance)
        if rx.status in ("draft", "checked", "returned"):
            return rx_acts.DOCTOR["resign" if rx.status == "returned" else "sign"], self.cast.doctor
        if rx.status in ("in_review", "claimed"):
            return rx_acts.REVIEWER["claim" if rx.status == "in_review" else "approve"], self._reviewer(rx, chance)
        if rx.status == "valid":
            return rx_acts.COUNTER["redeem"], chance.of(chance.of(self.cast.counters))
        name = {"dispensed": "hand over" if chance.who % 2 else "consign", "in_delivery": "travel"}.get(rx.status)
        if rx.status in ("locked", "partial"):
            name = "check" if waits else "dispense"
        counter = self._counter_of(held.organisation_id if held else None)
        seats = tuple(who for who in counter if waits is None or who.person_id != waits.dispenser_id)
        return (rx_acts.COUNTER[name] if name else None), chance.of(seats)

    def _reviewer(self, rx: Prescription, chance: Chance) -> Actor:
        """Whoever holds the claim; otherwise one who may."""
        holders = tuple(who for who in self.cast.reviewers if who.person_id == rx.claimed_by)
        return holders[0] if holders else chance.of(self.cast.reviewers[:2])

    def _at_the_counter(self, rx_id: UUID, chance: Chance) -> Actor:
        async def holder() -> UUID | None:
            async with unit_of_work(self.ground, SYSTEM) as work:
                held = await counters.open_redemption(work.session, rx_id)
                return held.organisation_id if held else None

        found: Actor = chance.of(self._counter_of(self.run(holder())))
        return found

    def _counter_of(self, organisation_id: UUID | None) -> tuple[Actor, Actor]:
        held = [pair for pair in self.cast.counters if pair[0].organisation_id == organisation_id]
        return held[0] if held else self.cast.counters[0]


class Everybody(RxMachine):
    """The same, and reviewers, pharmacies and the patient try what is not theirs to do, or not now."""

    @rule(which=st.integers(0, MOST - 1), name=st.sampled_from(sorted(rx_acts.REVIEWER)), chance=dice)
    def a_reviewer_does(self, which: int, name: str, chance: Chance) -> None:
        self._try(which, rx_acts.REVIEWER[name], chance.of(self.cast.reviewers), chance)

    @rule(
        which=st.integers(0, MOST - 1), name=st.sampled_from(sorted(rx_acts.COUNTER)), chance=dice, held=st.booleans()
    )
    def a_pharmacy_does(
        self, which: int, name: str, chance: Chance, held: bool
    ) -> None:  # hypothesis passes it by name
        who = self._at_the_counter(self._id(which), chance) if held else chance.of(chance.of(self.cast.counters))
        self._try(which, rx_acts.COUNTER[name], who, chance)

    @rule(which=st.integers(0, MOST - 1), name=st.sampled_from(sorted(rx_acts.PATIENT)), chance=dice)
    def the_patient_does(self, which: int, name: str, chance: Chance) -> None:
        self._try(which, rx_acts.PATIENT[name], self.cast.patient, chance)
