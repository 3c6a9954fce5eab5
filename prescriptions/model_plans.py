"""The table of confirmed plans: what patients agreed to before a long-term prescription was signed. Never changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Confirmation(Row):
    """患者确认: the patient's side agreed to a long-term plan exactly as it was shown (B26)."""

    __tablename__ = "plan_confirmations"
    __table_args__ = (UniqueConstraint("prescription_id", "plan_digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    plan_digest: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(Text)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    by_right: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
