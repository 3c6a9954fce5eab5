"""The pool under every order of events that hypothesis finds: the books agree after each of them."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from server.app import standing_on
from server.settings import Settings
from tests import invented

from .pool_machine import PEOPLE, PoolMachine


def test_the_books_agree_whatever_happens(settings: Settings) -> None:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        standing = standing_on(settings)
        ground = loop.run_until_complete(standing.__aenter__())
        try:
            PoolMachine.loop, PoolMachine.ground = loop, ground
            PoolMachine.crowd = [
                loop.run_until_complete(invented.a_patient(ground, name=f"候补{number}")) for number in range(PEOPLE)
            ]
            run_state_machine_as_test(PoolMachine, settings=MACHINE)
        finally:
            loop.run_until_complete(standing.__aexit__(None, None, None))


MACHINE = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # what fails is shown as it happened: every smaller try takes seconds
    suppress_health_check=list(HealthCheck),
)
