"""One installation and one patient's story for all privacy tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from server.app import standing_on

from .installation import Installation, installed
from .story import Story, told


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Everything that `make run` starts, on a folder of its own."""
    with installed() as installation:
        yield installation


@pytest.fixture(scope="session")
async def story(installation: Installation) -> AsyncIterator[Story]:
    """What a patient went through on it."""
    async with standing_on(installation.settings) as ground:
        yield await told(installation, ground)
