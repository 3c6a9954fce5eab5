"""A clinic of its own for each test."""

from __future__ import annotations

import pytest

from server.foundation.ground import Ground
from tests.api import Api

from .bridge import Bridge, a_bridge
from .clinic import Clinic, a_clinic


@pytest.fixture
async def clinic(ground: Ground, api: Api) -> Clinic:
    """A doctor's session that begins soon."""
    return await a_clinic(ground, api)


@pytest.fixture
async def bridge(ground: Ground, api: Api) -> Bridge:
    """Two institutions that cooperate."""
    return await a_bridge(ground, api)
