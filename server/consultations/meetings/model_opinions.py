"""Tables of opinions: drafts and signed versions, and the editions of the report that they make up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Opinion(Row):
    """What one expert writes on one request, or the joint summary. Sealed with the patient's key; `seq` counts saves."""

    __tablename__ = "opinions"
    __table_args__ = (
        Index("uq_opinions_author", "request_id", "kind", "author_id", unique=True),
        CheckConstraint("kind IN ('opinion', 'summary')", name="kind_known"),
        CheckConstraint("seq >= 1 AND version >= 0", name="counts"),
        CheckConstraint("version > 0 OR draft IS NOT NULL", name="says_something"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    seq: Mapped[int]
    version: Mapped[int]
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]


class OpinionVersion(Row):
    """One signed version; only ever added, so the original stays (meetings-8)."""

    __tablename__ = "opinion_versions"
    __table_args__ = (
        UniqueConstraint("opinion_id", "version"),
        CheckConstraint("(version = 1) = (reason IS NULL)", name="amended_why"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    opinion_id: Mapped[UUID] = mapped_column(ForeignKey("opinions.id"))
    version: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    signature_id: Mapped[UUID] = mapped_column(ForeignKey("signatures.id"))
    signed_at: Mapped[datetime]


class ReportEdition(Row):
    """One edition of the report: the signed versions of which it consists. The first when signing was complete."""

    __tablename__ = "consultation_reports"
    __table_args__ = (
        UniqueConstraint("request_id", "edition"),
        CheckConstraint("edition >= 1 AND cardinality(parts) >= 1", name="has_parts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"))
    edition: Mapped[int]
    parts: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    made_at: Mapped[datetime]
