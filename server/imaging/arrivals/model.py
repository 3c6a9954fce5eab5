"""Tables of uploads by page: the upload, its files by digest, and whom the files name (sealed, gone when it is over)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Arrival(Row):
    """One upload by one person, perhaps for a patient, an order or a remote request."""

    __tablename__ = "imaging_arrivals"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'finished', 'withdrawn', 'lapsed')", name="state_known"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when"),
        Index("ix_imaging_arrivals_open", "touched_at", postgresql_where=text("state = 'open'")),
        Index("ix_imaging_arrivals_by_id_created_at", "by_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    order_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    words: Mapped[bytes | None] = mapped_column(LargeBinary)


class ArrivedFile(Row):
    """One file of an upload, by its content. `whom` says which of the upload's named people it names."""

    __tablename__ = "imaging_arrival_files"
    __table_args__ = (
        CheckConstraint("state IN ('kept', 'same', 'quarantined', 'refused')", name="state_known"),
        Index("ix_imaging_arrival_files_study_id", "study_id"),
    )

    arrival_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_arrivals.id"), primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    study_uid: Mapped[str | None] = mapped_column(Text)
    study_id: Mapped[UUID | None] = mapped_column(ForeignKey("imaging_studies.id"))
    whom: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class NamedPerson(Row):
    """Whom files of an upload name: told apart by a blind digest, said in full only under seal."""

    __tablename__ = "imaging_arrival_people"

    arrival_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_arrivals.id"), primary_key=True)
    whom: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
