"""The history of what concerns a patient (a prescription, a request, an order): for each step of its life one row and one
line of audit.

The rows are evidence, so the application may only add and read them (`server/migrations/rights.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from sqlalchemy import BigInteger, Identity, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from . import data_keys
from .actor import Kind, PersonId
from .database import Row
from .work import Work


class Living(Protocol):
    """What has a life: whose it is, and where it stands after the step."""

    @property
    def id(self) -> UUID: ...
    @property
    def patient_id(self) -> UUID: ...
    @property
    def status(self) -> str: ...
    @property
    def version(self) -> int: ...


class HistoryRow(Row):
    """One step: who did what when, and why. A table adds the column that says of what, and names it in `OF`."""

    __abstract__ = True
    OF: ClassVar[str]

    id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, Identity())  # two steps of one transaction have one time
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)  # after the step
    version: Mapped[int]
    by_id: Mapped[UUID | None]
    by_role: Mapped[str | None] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    code: Mapped[str | None] = mapped_column(Text)
    text: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed with the patient's key


async def write_step(
    work: Work,
    history: type[HistoryRow],
    kind: str,
    thing: Living,
    verb: str,
    *,
    code: str | None = None,
    text: str | None = None,
) -> None:
    """One row of `history` and one of audit; `code` and `text` say why. `kind` is the thing's word in audit's actions."""
    row_id, actor = work.new_id(), work.actor
    sealed = None
    if text:
        key = await data_keys.fetch(work.session, work.ground.fields, thing.patient_id)
        sealed = work.ground.fields.seal(text, history.__tablename__, "text", row_id, key)
    row = history(
        id=row_id,
        at=work.now,
        verb=verb,
        status=thing.status,
        version=thing.version,
        by_id=actor.person_id,
        by_role=str(actor.role) if actor.role else str(Kind.SYSTEM),
        organisation_id=actor.organisation_id,
        code=code,
        text=sealed,
    )
    setattr(row, history.OF, thing.id)
    work.session.add(row)
    await work.session.flush()
    work.audit(
        f"{kind}.{verb}",
        kind.replace("-", "_"),
        thing.id,
        patient_id=PersonId(thing.patient_id),
        status=thing.status,
        version=thing.version,
    )
