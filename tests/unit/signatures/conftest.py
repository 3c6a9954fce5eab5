"""Each test of a signature runs with both algorithms."""

from __future__ import annotations

from functools import cache

import pytest

from .signing import ALGORITHMS, Hand, a_hand, an_authority


@cache
def _hand(algorithm: str) -> Hand:
    return a_hand(an_authority(algorithm))


@pytest.fixture(params=ALGORITHMS)
def hand(request: pytest.FixtureRequest) -> Hand:
    """The doctor who signs."""
    return _hand(request.param)
