"""Tables of signatures: authorities, practitioners' keys, signers' certificates, and what was signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class AuthorityRow(Row):
    """Who certifies: our test authority, one for each algorithm, with its key; or a cloud CA's root, without."""

    __tablename__ = "signing_authorities"
    __table_args__ = (
        Index("uq_signing_authorities_own", "algorithm", unique=True, postgresql_where=text("wrapped_key IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    algorithm: Mapped[str] = mapped_column(Text)
    certificate: Mapped[str] = mapped_column(Text)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class PractitionerKeyRow(Row):
    """A practitioner's key pair. The private part is sealed by the PIN and then by the master key; a cloud CA's never came."""

    __tablename__ = "practitioner_keys"
    __table_args__ = (
        Index("uq_practitioner_keys_person", "person_id", unique=True, postgresql_where=text("retired_at IS NULL")),
        CheckConstraint("(retired_at IS NULL) = (retired_because IS NULL)", name="retired_for_a_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    keeper: Mapped[str] = mapped_column(Text)
    algorithm: Mapped[str] = mapped_column(Text)
    kid: Mapped[str] = mapped_column(Text, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    stretching: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
    failures: Mapped[int]
    paused_until: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    retired_because: Mapped[str | None] = mapped_column(Text)


class CertificateRow(Row):
    """A signer's certificate for one organisation and licence. Those from before PINs have no key any more."""

    __tablename__ = "signing_certificates"
    __table_args__ = (
        CheckConstraint("not_before < not_after", name="valid_forward"),
        Index("ix_signing_certificates_person_id", "person_id"),
        Index("ix_signing_certificates_key_id", "key_id"),
    )

    serial: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("signing_authorities.id"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner_keys.id"))
    kid: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    certificate: Mapped[str] = mapped_column(Text)
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
