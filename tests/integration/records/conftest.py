"""A patient in care, anew for each test."""

from __future__ import annotations

import pytest

from server.foundation.ground import Ground
from tests.api import Api

from .care import Care, a_care


@pytest.fixture
async def care(ground: Ground, api: Api) -> Care:
    """A patient in the care of a doctor."""
    return await a_care(ground, api)
