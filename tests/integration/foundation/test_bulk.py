"""Rows written in bulk read back as they were: every type that is packed here, the driver's own for the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.foundation.bulk import _KINDS, packed
from server.foundation.database import raw_connection
from server.foundation.ground import Ground

_INSTANT = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
VALUES: dict[str, list[Any]] = {
    "UUID": [uuid4(), UUID(int=0), UUID(int=2**128 - 1)],
    "TEXT": ["", "号源池", "a,{}\"\\ '"],
    "BYTEA": [b"", bytes(range(256))],
    "BOOLEAN": [True, False],
    "INTEGER": [0, -1, 2**31 - 1, -(2**31)],
    "TIMESTAMP WITH TIME ZONE": [
        _INSTANT,
        datetime(1931, 1, 2, tzinfo=UTC),
        datetime(2199, 12, 31, 23, 59, tzinfo=UTC),
    ],
    "DATE": [date(2026, 11, 22), date(1935, 1, 1)],
    "JSONB": [{"right": "self", "n": 1, "none": None}, {}, {"词": [True, 1.5]}],
}


@pytest.mark.parametrize("kind", sorted(_KINDS))
async def test_what_is_packed_reads_back(ground: Ground, kind: str) -> None:
    values = VALUES[kind]
    for written in (values, [None, *values, None], values[:1] * 3, [None]):
        async with ground.database.session() as session:
            raw = await raw_connection(session)
            asked = f"SELECT each FROM unnest(%s::{kind}[]) AS each"  # noqa: S608  # a type's name
            found = await raw.execute(asked, [packed(kind, written)])
            assert [row[0] for row in await found.fetchall()] == written


async def test_an_instant_of_another_zone_is_the_same_instant(ground: Ground) -> None:
    there = _INSTANT.astimezone(timezone(timedelta(hours=8)))
    async with ground.database.session() as session:
        raw = await raw_connection(session)
        found = await raw.execute("SELECT unnest(%s::timestamptz[])", [packed("TIMESTAMP WITH TIME ZONE", [there])])
        assert await found.fetchone() == (_INSTANT,)
