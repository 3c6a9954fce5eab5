"""Five times in a row something is killed under load; fifty times in `make test-more`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests import killing


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="ly-kill-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def test_nothing_acknowledged_is_lost_and_nothing_sold_twice(folder: Path) -> None:
    async with killing.a_site(folder) as site:
        counted = await killing.killed_and_compared(site, cycles=5, seed=20261122)
    assert counted.cycles == 5
    assert len(counted.acknowledged) > 100
    assert counted.unknown > 0, "nobody was hit: the kills came too early or too late"
