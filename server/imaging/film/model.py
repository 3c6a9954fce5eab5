"""Tables of cloud film: the links, and every attempt to open one. No secret is stored, only its digest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Film(Row):
    """One link to one study. `wrong_tries` counts wrong digits since they last fitted."""

    __tablename__ = "imaging_films"
    __table_args__ = (
        Index("uq_imaging_films_secret_digest", "secret_digest", unique=True),
        Index("ix_imaging_films_study_id_made_at", "study_id", "made_at"),
        CheckConstraint("expires_at > made_at", name="ends_after_it_began"),
        CheckConstraint("wrong_tries >= 0", name="counts"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_whom"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_studies.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    wrong_tries: Mapped[int]
    locked_at: Mapped[datetime | None]


class FilmAccess(Row):
    """One attempt to open a link; only ever added. Neither address nor browser is kept, only phone or computer."""

    __tablename__ = "imaging_film_accesses"
    __table_args__ = (
        Index("ix_imaging_film_accesses_film_id_at", "film_id", "at"),
        CheckConstraint("outcome IN ('opened', 'wrong_digits', 'expired', 'revoked', 'locked')", name="outcome_known"),
        CheckConstraint("device IN ('phone', 'computer')", name="device_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    film_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_films.id"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(Text)
