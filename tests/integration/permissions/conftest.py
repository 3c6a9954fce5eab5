"""The matrix, asked once for all tests that judge it."""

from __future__ import annotations

import pytest

from tests.api import Api

from .table import Matrix, filled
from .world import World


@pytest.fixture(scope="session")
async def matrix(forgetful: Api, world: World) -> Matrix:
    """The whole matrix asked, each cell in a transaction that is undone."""
    return await filled(forgetful, world)
