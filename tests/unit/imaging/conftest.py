"""The decoding children, shared by the tests that look at pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.imaging.dicom.pool import DecoderPool


@pytest.fixture(scope="session")
async def pool() -> AsyncIterator[DecoderPool]:
    """As a process has it."""
    pool = DecoderPool()
    yield pool
    await pool.close()
