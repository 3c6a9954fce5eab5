"""A centre of its own for each test."""

from __future__ import annotations

import pytest

from server.foundation.ground import Ground
from tests.api import Api

from .centre import Centre, a_centre


@pytest.fixture
async def centre(ground: Ground, api: Api) -> Centre:
    """A township that orders, a county that reads."""
    return await a_centre(ground, api)
