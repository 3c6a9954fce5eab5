"""Tables of device accounts and C-STORE peers. Of a token only its digest is kept; a row that is over stays, for the audit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Device(Row):
    """A device account: whose it is, what it may, the digest of its token, and whether it still stands."""

    __tablename__ = "imaging_devices"
    __table_args__ = (
        Index("uq_imaging_devices_token_digest", "token_digest", unique=True),
        Index("ix_imaging_devices_organisation_id_created_at", "organisation_id", "created_at"),
        CheckConstraint("scope IN ('dicom.store', 'dicom.read')", name="scope_known"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary)
    token_end: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Peer(Row):
    """A C-STORE peer: one address (or network) and one AE title, for one institution."""

    __tablename__ = "imaging_peers"
    __table_args__ = (
        Index(
            "uq_imaging_peers_standing", "address", "ae_title", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index("ix_imaging_peers_organisation_id_created_at", "organisation_id", "created_at"),
        Index("ix_imaging_peers_ae_title", "ae_title"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    ae_title: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
