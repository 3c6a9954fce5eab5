"""Many rows in one statement on the raw connection, for the few places where a row at a time costs too much.

Each column goes as one array in PostgreSQL's binary form, made here: the driver's own lists cost four times as much.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple

import orjson
import psycopg
from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase

from .database import Row

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = _EPOCH.date()
_ARRAY: Final = struct.Struct("!iiIii")  # dimensions, has nulls, element type, length, lower bound
_NULL: Final = b"\xff\xff\xff\xff"


class Packed(bytes):
    """A parameter in binary form already; the statement casts it to its type."""


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer | None:
        return obj


psycopg.adapters.register_dumper(Packed, _PackedDumper)


class _Kind(NamedTuple):
    """A type of the database: its number, and how a value is written in binary, its length before it."""

    oid: int
    write: Callable[[Any], bytes]


def _sized(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def _instant(value: datetime) -> bytes:
    since = value - _EPOCH
    return struct.pack("!iq", 8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


_KINDS: Final[dict[str, _Kind]] = {
    "UUID": _Kind(2950, lambda value: b"\0\0\0\x10" + value.bytes),
    "TEXT": _Kind(25, lambda value: _sized(value.encode())),
    "BYTEA": _Kind(17, _sized),
    "BOOLEAN": _Kind(16, lambda value: b"\0\0\0\x01\x01" if value else b"\0\0\0\x01\0"),
    "INTEGER": _Kind(23, lambda value: struct.pack("!ii", 4, value)),
    "TIMESTAMP WITH TIME ZONE": _Kind(1184, _instant),
    "DATE": _Kind(1082, lambda value: struct.pack("!ii", 4, (value - _FIRST_DAY).days)),
    "JSONB": _Kind(3802, lambda value: _sized(b"\x01" + orjson.dumps(value))),
}


async def insert_many(
    connection: AsyncConnection[Any], kind: type[Row], rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False
) -> None:
    """Write rows of one table; all name the same columns. `unless_there` leaves out those whose key exists already."""
    if not rows:
        return
    names = tuple(rows[0])
    statement, kinds = _statement(kind, names, unless_there)
    columns = [[row[name] for row in rows] for name in names]
    await connection.execute(
        statement, [_packed(each, column) if each else column for each, column in zip(kinds, columns, strict=True)]
    )


def packed(type_name: str, values: Sequence[Any]) -> Packed:
    """An array of that type (such as UUID) as a parameter, for statements that ask about many."""
    return _packed(_KINDS[type_name], values)


def _packed(kind: _Kind, values: Sequence[Any]) -> Packed:
    before, part, nulls, parts = object(), b"", False, []
    for value in values:
        if value is not before:  # many columns of a batch say the same in every row
            before, part = value, _NULL if value is None else kind.write(value)
            nulls = nulls or value is None
        parts.append(part)
    return Packed(_ARRAY.pack(1, nulls, kind.oid, len(values), 1) + b"".join(parts))


@cache
def _statement(kind: type[Row], names: tuple[str, ...], unless_there: bool) -> tuple[str, tuple[_Kind | None, ...]]:
    table = _table(kind)
    types = [table.c[name].type.compile(_DIALECT) for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    arrays = ", ".join(f"%s::{each}[]" for each in types)
    tail = " ON CONFLICT DO NOTHING" if unless_there else ""
    statement = f'INSERT INTO "{table.name}" ({listed}) SELECT * FROM unnest({arrays}){tail}'  # noqa: S608  # names of our own tables
    return statement, tuple(_KINDS.get(each) for each in types)


def _table(kind: type[DeclarativeBase]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table), "a Row is a table"
    return table
