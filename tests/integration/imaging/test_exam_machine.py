"""Examinations under every order of events that hypothesis finds: the books hold after each; with a broken rule they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server.app import standing_on
from server.foundation.actor import SYSTEM, Actor
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.lifecycle import Lifecycle
from server.foundation.work import unit_of_work
from server.imaging.orders import returning, store
from server.imaging.orders.lifecycle import LIFE, Status
from server.settings import HttpSettings, Settings
from tests.api import Api
from tests.integration.appointments.pool_machine import MovedClock
from tests.ports import free_port
from tests.serving import serving

from . import exam_acts, exam_books
from .exam_acts import CLINIC, RADIOLOGIST, Act, Cast

Answer = TypeVar("Answer")
MACHINE = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # what fails is shown as it happened: every smaller try takes seconds
    suppress_health_check=list(HealthCheck),
    database=None,
)
MUTATED = settings(MACHINE, max_examples=40, stateful_step_count=15, derandomize=True)
MOST = 3
# Rows somebody might write by mistake: the act, its verb, and from where it would then be possible as well.
MUTANTS = [
    ("cancel", "cancel", Status.PRELIMINARY, "cancel of what somebody had signed"),
    ("cancel", "cancel", Status.RETURNED, "cancel after two had signed"),
    ("claim", "claim", Status.RETURNED, "claim after two had signed"),
    ("reject", "reject_quality", Status.RETURNED, "reject_quality after two had signed"),
    ("send back", "send_back", Status.RETURNED, "send_back after two had signed"),
    ("acknowledge", "acknowledge", Status.ACKNOWLEDGED, "acknowledge of what was acknowledged"),
]
# The act that takes an order one step along its way, by its status; who does it is drawn.
_FURTHER: dict[str, str] = {
    "ordered": "pictures",
    "quality_rejected": "pictures",
    "queued": "claim",
    "claimed": "preliminary",
    "preliminary": "final",
    "final": "confirm critical",
    "returned": "acknowledge",
    "amended": "acknowledge",
    "acknowledged": "amend",
}


class ExamMachine(RuleBasedStateMachine):
    """Order, take pictures, read, sign, return, amend, and critical values in between. Set `loop` and `cast` before it runs.

    `tempted` names a status and an act that somebody tries on whatever is found in it; for tables that are broken there.
    """

    loop: ClassVar[asyncio.AbstractEventLoop]
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

    @initialize()
    def a_morning(self) -> None:
        self.ground: Ground = self.cast.ground
        self.real_clock = self.ground.clock
        self.clock = MovedClock(self.ground)
        self.ground.clock = self.clock  # type: ignore[assignment]  # a clock in all that is asked of one
        self.orders: list[UUID] = [self.run(exam_acts.order(self.cast))]
        self.signed: dict[tuple[UUID, int], str] = {}

    def teardown(self) -> None:
        if hasattr(self, "real_clock"):
            self.ground.clock = self.real_clock

    # --- what people do

    @precondition(lambda self: len(self.orders) < MOST)
    @rule()
    def order(self) -> None:
        self.orders.append(self.run(exam_acts.order(self.cast)))

    @rule(which=st.integers(0, MOST - 1), steps=st.integers(1, 5), who=st.integers(0, 2))
    def further(self, which: int, steps: int, who: int) -> None:
        for turn in range(steps):
            self._further(which, who + turn)

    @rule(which=st.integers(0, MOST - 1), name=st.sampled_from(sorted(RADIOLOGIST)), who=st.integers(0, 2))
    def a_radiologist_does(self, which: int, name: str, who: int) -> None:
        self._try(which, RADIOLOGIST[name], self.cast.radiologists[who])

    @rule(which=st.integers(0, MOST - 1), name=st.sampled_from(sorted(CLINIC)))
    def the_clinic_does(self, which: int, name: str) -> None:
        self._try(which, CLINIC[name], self.cast.worker)

    @rule(minutes=st.sampled_from([5, 40, 200]), scanned=st.booleans())
    def time_passes(self, minutes: int, scanned: bool) -> None:  # hypothesis passes it by name
        self.clock.ahead += timedelta(minutes=minutes)
        if scanned:
            self.run(exam_acts.scans(self.ground))

    # --- what always holds

    @invariant()
    def the_books_hold(self) -> None:
        if not getattr(self, "orders", None):
            return

        async def read() -> list[exam_books.Book]:
            async with unit_of_work(self.ground, SYSTEM) as work:
                return await exam_books.read(work.session, self.orders)

        found = exam_books.wrongs(self.run(read()), self.signed)
        assert not found, found

    # --- who would do what next

    def _id(self, which: int) -> UUID:
        return self.orders[which % len(self.orders)]

    def _try(self, which: int, act: Act, who: Actor) -> None:
        self.tried(exam_acts.act(self.cast, self._id(which), act, who))
        self._tempt(which)

    def _further(self, which: int, turn: int) -> None:
        status, holder, author = self.run(self._stands(self._id(which)))
        name = _FURTHER.get(status)
        if name is None:
            return
        who = self.cast.worker if name in CLINIC else self._reader(holder, author, turn)
        self._try(which, (CLINIC if name in CLINIC else RADIOLOGIST)[name], who)

    def _reader(self, holder: UUID | None, author: UUID | None, turn: int) -> Actor:
        """Whoever holds the claim; otherwise one who has not signed yet."""
        readers = self.cast.radiologists
        free = [each for each in readers if each.person_id == holder] or [
            each for each in readers if each.person_id != author
        ]
        return free[turn % len(free)]

    def _tempt(self, which: int) -> None:
        """Give in to the temptation, when this one is where it leads to."""
        status, name = self.tempted or ("", "")
        if not name or self.run(self._stands(self._id(which)))[0] != status:
            return
        act = CLINIC.get(name) or RADIOLOGIST[name]
        people = (self.cast.worker,) if name in CLINIC else self.cast.radiologists
        for who in people:
            self.tried(exam_acts.act(self.cast, self._id(which), act, who))
        self.the_books_hold()  # at once: what follows would be refused by the database itself

    async def _stands(self, order_id: UUID) -> tuple[str, UUID | None, UUID | None]:
        async with unit_of_work(self.ground, SYSTEM) as work:
            row = await store.by_id(work.session, order_id)
            assert row is not None
            return row.status, row.claimed_by, row.preliminary_by


@pytest.fixture
def stage(settings: Settings) -> Iterator[None]:
    """A process and people of its own for each test, on a loop of its own."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        standing = standing_on(settings)
        ground = loop.run_until_complete(standing.__aenter__())
        try:
            ExamMachine.loop = loop
            ExamMachine.cast = loop.run_until_complete(_cast(settings, ground))
            yield
        finally:
            loop.run_until_complete(standing.__aexit__(None, None, None))


async def _cast(settings: Settings, ground: Ground) -> Cast:
    there = settings.model_copy(update={"http": HttpSettings(port=free_port())})
    async with serving(there, ground) as served, Api(served.address) as api:
        return await exam_acts.a_cast(ground, api)


@contextmanager
def _also_from(verb: str, status: Status) -> Iterator[None]:
    """The lifecycle table with one status more from which a verb is possible."""
    whole = dict(vars(LIFE))
    rows = [replace(row, before=row.before | {status}) if row.verb == verb else row for row in LIFE.steps]
    vars(LIFE).update(vars(Lifecycle(*rows)))  # in place: everybody who imported the table sees it
    try:
        yield
    finally:
        vars(LIFE).update(whole)


def _is_possible(verb: str, status: Status) -> bool:
    return any(row.verb == verb and status in row.before for row in LIFE.steps)


def test_the_books_hold_whatever_happens(stage: None) -> None:
    run_state_machine_as_test(ExamMachine, settings=MACHINE)


@pytest.mark.parametrize(("act", "verb", "status", "wrong"), MUTANTS)
def test_a_step_that_must_not_be_is_found(
    stage: None, monkeypatch: pytest.MonkeyPatch, act: str, verb: str, status: Status, wrong: str
) -> None:
    monkeypatch.setattr(ExamMachine, "tempted", (str(status), act))
    assert not _is_possible(verb, status)
    with _also_from(verb, status), pytest.raises(AssertionError, match=wrong):
        run_state_machine_as_test(ExamMachine, settings=MUTATED)
    assert not _is_possible(verb, status)


def test_a_report_returned_past_a_critical_value_is_found(stage: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExamMachine, "tempted", (str(Status.PRELIMINARY), "open critical"))
    monkeypatch.setattr(returning, "UNSETTLED", frozenset())
    with pytest.raises(AssertionError, match="return while a critical value was open"):
        run_state_machine_as_test(ExamMachine, settings=MUTATED)
