"""The fixture of the identity tests."""

from __future__ import annotations

import pytest

from server.foundation.ground import Ground

from .desk import Desk


@pytest.fixture
def desk_of(ground: Ground) -> Desk:
    """The shortcuts on the tests' ground."""
    return Desk(ground)
