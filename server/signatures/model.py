"""Tables of signatures: the test authority, signers' certificates with their wrapped keys, and what was signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class AuthorityRow(Row):
    """The root of our test authority; one."""

    __tablename__ = "signing_authorities"
    __table_args__ = (Index("uq_signing_authorities_one", text("(true)"), unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate: Mapped[str] = mapped_column(Text)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class CertificateRow(Row):
    """A signer's certificate and key (wrapped with the purpose `fields`)."""

    __tablename__ = "signing_certificates"
    __table_args__ = (
        UniqueConstraint("kid"),
        CheckConstraint("not_before < not_after", name="valid_forward"),
        Index("ix_signing_certificates_person_id", "person_id"),
    )

    serial: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID]
    kid: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    certificate: Mapped[str] = mapped_column(Text)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(Text)


class SignatureRow(Row):
    """One signature; only ever added. The document is not here, only its digest."""

    __tablename__ = "signatures"
    __table_args__ = (Index("ix_signatures_signer_id_at", "signer_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    signer_id: Mapped[UUID]
    certificate_serial: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    typ: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    jws: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
