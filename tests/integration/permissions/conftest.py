"""The matrix's world, built once for all of its tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api import Api
from tests.serving import Served

from .world import World, a_world


@pytest.fixture(scope="session")
async def world(served: Served) -> AsyncIterator[World]:
    """Two health systems with everybody in them."""
    async with Api(served.address) as api:
        yield await a_world(served.ground, api)
