"""Many rows in one statement on the raw connection, for the few places where a row at a time costs too much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from .database import Row

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


async def insert_many(
    connection: AsyncConnection[Any], kind: type[Row], rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False
) -> None:
    """Write rows of one table; all name the same columns. `unless_there` leaves out those whose key exists already."""
    if not rows:
        return
    names = tuple(rows[0])
    columns = [[_dumped(kind, name, row[name]) for row in rows] for name in names]
    await connection.execute(_statement(kind, names, unless_there), columns)


@cache
def _statement(kind: type[Row], names: tuple[str, ...], unless_there: bool) -> str:
    table = _table(kind)
    listed = ", ".join(f'"{name}"' for name in names)
    arrays = ", ".join(f"%s::{table.c[name].type.compile(_DIALECT)}[]" for name in names)
    tail = " ON CONFLICT DO NOTHING" if unless_there else ""
    return f'INSERT INTO "{table.name}" ({listed}) SELECT * FROM unnest({arrays}){tail}'  # noqa: S608  # names of our own tables


@cache
def _holds_json(kind: type[Row], name: str) -> bool:
    return isinstance(_table(kind).c[name].type, JSONB)


def _dumped(kind: type[Row], name: str, value: Any) -> Any:
    return Jsonb(value) if value is not None and _holds_json(kind, name) else value


def _table(kind: type[DeclarativeBase]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table), "a Row is a table"
    return table
