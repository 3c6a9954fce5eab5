"""The table of messages: one row per telling and channel; what it says and where it goes is sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class MessageRow(Row):
    """One message. `personal` says that it is sealed with the person's own data key."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("channel IN ('inbox', 'sms', 'email')", name="channel_known"),
        CheckConstraint("state IN ('queued', 'delivered', 'failed', 'expired')", name="state_known"),
        Index("ix_messages_person_id_created_at", "person_id", "created_at"),
        Index("ix_messages_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None]
    template: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    personal: Mapped[bool]
    address: Mapped[bytes | None] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
