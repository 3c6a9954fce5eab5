"""Fifty times something is killed under load: the long form of tests/integration/appointments/test_kills.py."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests import killing

pytestmark = pytest.mark.more
CYCLES = 50


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="ly-kill-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def test_fifty_kills_lose_nothing_and_sell_nothing_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SEED", "20261122"))
    async with killing.a_site(folder) as site:
        counted = await killing.killed_and_compared(site, cycles=CYCLES, seed=seed)
    with capsys.disabled():
        print(  # noqa: T201  # the figures are what it is run for
            f"\nseed {seed}: {counted.cycles} kills, {len(counted.acknowledged)} bookings acknowledged and found,"
            f" {counted.refused} refused, {counted.unknown} of unknown outcome, {counted.replayed} settled by their key"
        )
    assert counted.cycles == CYCLES
    assert counted.unknown == counted.replayed > 0
