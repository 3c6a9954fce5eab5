"""One keyring for all, one server per test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.foundation.keys import Keyring

from .world import World, a_keyring, a_world


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return a_keyring(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
async def world(keyring: Keyring) -> AsyncIterator[World]:
    async with a_world(keyring) as world:
        yield world
