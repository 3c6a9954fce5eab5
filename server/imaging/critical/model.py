"""Tables of critical values and of the calls about them. Who was reached and what was said is sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row

_UNSETTLED = "status IN ('open', 'called_back')"


class ImagingCritical(Row):
    """One critical value of one order; at most one is unsettled at a time. `content` is `opening.Told`, sealed."""

    __tablename__ = "imaging_criticals"
    __table_args__ = (
        Index("uq_imaging_criticals_unsettled", "order_id", unique=True, postgresql_where=text(_UNSETTLED)),
        Index("ix_imaging_criticals_order_id", "order_id"),
        Index("ix_imaging_criticals_reading", "reading_organisation_id", "opened_at"),
        Index("ix_imaging_criticals_requesting", "organisation_id", "opened_at"),
        Index("ix_imaging_criticals_due", "due_at", postgresql_where=text(f"{_UNSETTLED} AND escalated < 2")),
        CheckConstraint("status IN ('open', 'called_back', 'acknowledged')", name="status_known"),
        CheckConstraint(
            "(status = 'acknowledged') = (acknowledged_by IS NOT NULL AND acknowledged_name IS NOT NULL"
            " AND acknowledged_at IS NOT NULL)",
            name="acknowledged_by_name",
        ),
        CheckConstraint("status <> 'called_back' OR called_back_at IS NOT NULL", name="called_back_at_some_time"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_orders.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    reading_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    code: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    called_back_at: Mapped[datetime | None]  # the first call that reached somebody
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    acknowledged_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    acknowledged_at: Mapped[datetime | None]
    escalated: Mapped[int] = mapped_column(default=0)  # 0 nobody, 1 both institutions, 2 the centre's head
    escalated_at: Mapped[datetime | None]


class ImagingCriticalCall(Row):
    """One call-back: who called, and, sealed, who was reached and what was said. Evidence: written once."""

    __tablename__ = "imaging_critical_calls"
    __table_args__ = (Index("ix_imaging_critical_calls_critical_id_at", "critical_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    critical_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_criticals.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
