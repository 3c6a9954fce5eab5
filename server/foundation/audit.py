"""Audit rows: who did what to which thing, written in the transaction of the effect, never changed afterwards.

Personal data stays out: people and things appear by id, facts are coarse codes and counts, and what looks like a name
or a number of a person is refused here. Sealing the rows is `audit_seal.py`. The three tables are append-only for the
application role (SELECT, INSERT), and triggers refuse UPDATE, DELETE and TRUNCATE to everybody, the owner included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from .actor import Actor
from .canonical import canonical
from .codes import is_coarse, is_code
from .database import Row

Fact = str | int | bool | None

_WORD: Final = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_LARGEST_EXACT: Final = 2**53 - 1  # beyond it two JSON readers may not agree


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id; decimal text on our side."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL and casts."""
        return "xid8"


class AuditRow(Row):
    """One act. `tx` is given by the database: by it the sealer knows that no earlier row can come any more."""

    __tablename__ = "audit_rows"
    __table_args__ = (
        Index("ix_audit_rows_tx_id", "tx", "id"),
        Index("ix_audit_rows_patient_id_at", "patient_id", "at"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  # SQLAlchemy reads it once; nobody needs `tx` back

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tx: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    role: Mapped[str | None] = mapped_column(Text)
    login_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    patient_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Fact]] = mapped_column(JSONB)


class AuditPosition(Row):
    """Where a row stands in the sealed log, and the leaf it was sealed with."""

    __tablename__ = "audit_positions"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_id: Mapped[UUID] = mapped_column(unique=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Row):
    """A signed head. `frontier` only saves the sealer from reading every leaf again; the verifier does not trust it."""

    __tablename__ = "audit_heads"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    log: Mapped[UUID]
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    kid: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)


class NotForTheAudit(ValueError):
    """A fact or name that must not be written: it may be personal, or it would not read back exactly."""


def row(
    *,
    id: UUID,  # noqa: A002  # the column's name, as the caller says it
    at: datetime,
    actor: Actor,
    action: str,
    kind: str,
    subject: str,
    patient_id: UUID | None,
    facts: Mapping[str, Fact | UUID],
) -> AuditRow:
    """The row for one act. Raises: NotForTheAudit, an error of ours."""
    return AuditRow(
        **values(
            id=id, at=at, actor=actor, action=action, kind=kind, subject=subject, patient_id=patient_id, facts=facts
        )
    )


def values(
    *,
    id: UUID,  # noqa: A002  # the column's name, as the caller says it
    at: datetime,
    actor: Actor,
    action: str,
    kind: str,
    subject: str,
    patient_id: UUID | None,
    facts: Mapping[str, Fact | UUID],
) -> dict[str, Any]:
    """The same as column values, for those who write many at once. Raises: NotForTheAudit."""
    for word in (action, kind):
        if not _WORD.fullmatch(word):
            raise NotForTheAudit(f"not a word for an action or a kind of thing: {word!r}")
    return {
        "id": id,
        "at": at,
        "actor_kind": actor.kind.value,
        "actor_id": actor.person_id,
        "role": actor.role.value if actor.role else None,
        "login_id": actor.login_id,
        "organisation_id": actor.organisation_id,
        "action": action,
        "kind": kind,
        "subject": _code("subject", subject),
        "patient_id": patient_id,
        "facts": {name: _fact(name, value) for name, value in facts.items()},
    }


def record_of(row: AuditRow) -> dict[str, Any]:
    """A stored row as the JSON record that is hashed and exported."""
    return {
        "id": str(row.id),
        "tx": str(row.tx),
        "at": instant_text(row.at),
        "actor_kind": row.actor_kind,
        "actor_id": _text(row.actor_id),
        "role": row.role,
        "login_id": _text(row.login_id),
        "organisation_id": _text(row.organisation_id),
        "action": row.action,
        "kind": row.kind,
        "subject": row.subject,
        "patient_id": _text(row.patient_id),
        "facts": row.facts,
    }


def record_bytes(row: AuditRow) -> bytes:
    """The canonical bytes of a stored row's record: what the leaf is made of."""
    return canonical(record_of(row))


def instant_text(instant: datetime) -> str:
    """An instant as records write it: UTC, always six decimals, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _fact(name: str, value: Fact | UUID) -> Fact:
    if not _WORD.fullmatch(name):
        raise NotForTheAudit(f"not a name for a fact: {name!r}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_EXACT or not is_coarse(value):
            raise NotForTheAudit(f"the fact {name} is no coarse number")
        return int(value)
    if not isinstance(value, str | UUID):
        raise NotForTheAudit(f"the fact {name} is neither a code nor a count")
    return _code(name, str(value))


def _code(name: str, value: str) -> str:
    if not is_code(value):
        raise NotForTheAudit(f"{name} is not a code: it may be a person's name, words or number")
    return str(value)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
