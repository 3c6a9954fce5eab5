"""Commands of prescriptions set up their own log; the next test finds it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """The log's set-up of before the test, after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
