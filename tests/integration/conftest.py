"""One world for the permission matrix and for fuzzing, built once; and an API that forgets what was done to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api import Api
from tests.serving import Served

from .permissions.forgetting import forgetting
from .permissions.world import World, a_world


@pytest.fixture(scope="session")
async def world(served: Served) -> AsyncIterator[World]:
    """Two health systems with everybody in them."""
    async with Api(served.address) as api:
        yield await a_world(served.ground, api)


@pytest.fixture(scope="session")
async def forgetful(served: Served, world: World) -> AsyncIterator[Api]:
    """The API over transactions that are undone; it believes the world's callers."""
    believed = {}
    for who in world.callers.values():
        assert served.ground.authenticate is not None
        believed[who.token] = await served.ground.authenticate(who.token)
    async with forgetting(served.ground, believed) as address, Api(address) as api:
        yield api
