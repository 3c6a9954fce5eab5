"""Prescriptions under every order of events that hypothesis finds: the books hold after each; with a broken table they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from prescriptions import drafting
from prescriptions.lifecycle import LIFE, Status
from server.app import standing_on
from server.foundation.ground import Ground
from server.foundation.lifecycle import Lifecycle
from server.settings import HttpSettings, Settings
from tests.api import Api
from tests.ports import free_port
from tests.serving import serving

from .rx_acts import Cast, a_cast
from .rx_machine import Everybody, RxMachine

MACHINE = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # what fails is shown as it happened: every smaller try takes seconds
    suppress_health_check=list(HealthCheck),
    database=None,
)
MUTATED = settings(MACHINE, max_examples=60, stateful_step_count=20, derandomize=True)
# Rows somebody might write by mistake: the verb, and from where it would then be possible as well.
MUTANTS = [
    ("withdraw", "withdraw", Status.EXPIRED, "withdraw after expire ended it"),
    ("void", "void", Status.DISPENSED, "void after all of it was dispensed"),
    ("hand over", "hand_over", Status.LOCKED, "hand_over of what was not dispensed"),
    ("give rest back", "give_rest_back", Status.DISPENSED, "give_rest_back after all of it was dispensed"),
    ("request return", "request_return", Status.VALID, "request_return of what was not dispensed"),
]
# Found as well, after more plays.
RARER = [
    ("extend", "extend", Status.EXPIRED, "extend after expire ended it"),
    ("withdraw", "withdraw", Status.VOIDED, "withdraw after void ended it"),
    ("resign", "resign", Status.REJECTED, "resign after reject ended it"),
    ("amend", "amend", Status.PARTIAL, "amend after it was dispensed"),
    ("claim", "claim", Status.RETURNED, "claim of what no doctor has signed as it stands"),
]


@pytest.fixture
def stage(settings: Settings) -> Iterator[None]:
    """A process and people of its own for each test, on a loop of its own; one visit serves all plays."""
    patched = pytest.MonkeyPatch()
    patched.setattr(drafting, "MOST_A_VISIT", 10_000)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        standing = standing_on(settings)
        ground = loop.run_until_complete(standing.__aenter__())
        try:
            RxMachine.loop, RxMachine.ground = loop, ground
            RxMachine.cast = loop.run_until_complete(_cast(settings, ground))
            yield
        finally:
            loop.run_until_complete(standing.__aexit__(None, None, None))
            patched.undo()


async def _cast(settings: Settings, ground: Ground) -> Cast:
    there = settings.model_copy(update={"http": HttpSettings(port=free_port())})
    async with serving(there, ground) as served, Api(served.address) as api:
        return await a_cast(ground, api)


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
    run_state_machine_as_test(Everybody, settings=MACHINE)


@pytest.mark.parametrize(
    ("act", "verb", "status", "wrong"), [*MUTANTS, *(pytest.param(*each, marks=pytest.mark.more) for each in RARER)]
)
def test_a_step_that_must_not_be_is_found(
    stage: None, monkeypatch: pytest.MonkeyPatch, act: str, verb: str, status: Status, wrong: str
) -> None:
    monkeypatch.setattr(RxMachine, "tempted", (str(status), act))
    assert not _is_possible(verb, status)
    with _also_from(verb, status), pytest.raises(AssertionError, match=wrong):
        run_state_machine_as_test(RxMachine, settings=MUTATED)
    assert not _is_possible(verb, status)
