"""A practice of its own for each test."""

from __future__ import annotations

import pytest

from server.foundation.ground import Ground
from tests.api import Api

from .practice import Practice, a_practice


@pytest.fixture
async def practice(ground: Ground, api: Api) -> Practice:
    """A visit that goes on."""
    return await a_practice(ground, api)
