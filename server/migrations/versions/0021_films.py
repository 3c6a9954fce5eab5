"""Cloud film, marks on pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0021_films"
down_revision = "0020_exams"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    _films()
    _marks()


def _films() -> None:
    op.create_table(
        "imaging_films",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("secret_digest", sa.LargeBinary, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", sa.Uuid),
        sa.Column("wrong_tries", sa.Integer, nullable=False),
        sa.Column("locked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_films"),
        sa.CheckConstraint("expires_at > made_at", name="ck_imaging_films_ends_after_it_began"),
        sa.CheckConstraint("wrong_tries >= 0", name="ck_imaging_films_counts"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="ck_imaging_films_revoked_by_whom"),
        *_references(
            "imaging_films",
            study_id="imaging_studies",
            patient_id="people",
            organisation_id="organisations",
            made_by="people",
            revoked_by="people",
        ),
    )
    op.create_index("uq_imaging_films_secret_digest", "imaging_films", ["secret_digest"], unique=True)
    op.create_index("ix_imaging_films_study_id_made_at", "imaging_films", ["study_id", "made_at"])
    op.create_table(
        "imaging_film_accesses",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("film_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_film_accesses"),
        sa.CheckConstraint(
            "outcome IN ('opened', 'wrong_digits', 'expired', 'revoked', 'locked')",
            name="ck_imaging_film_accesses_outcome_known",
        ),
        sa.CheckConstraint("device IN ('phone', 'computer')", name="ck_imaging_film_accesses_device_known"),
        *_references("imaging_film_accesses", film_id="imaging_films"),
    )
    op.create_index("ix_imaging_film_accesses_film_id_at", "imaging_film_accesses", ["film_id", "at"])


def _marks() -> None:
    op.create_table(
        "imaging_marks",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("instance_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("frame", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("meeting_id", sa.Uuid),
        sa.Column("by_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.Column("removed_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_marks"),
        sa.CheckConstraint(
            "kind IN ('length', 'angle', 'ellipse', 'arrow', 'text')", name="ck_imaging_marks_kind_known"
        ),
        sa.CheckConstraint("frame >= 1", name="ck_imaging_marks_frame_counts_from_one"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="ck_imaging_marks_removed_by_whom"),
        *_references(
            "imaging_marks",
            study_id="imaging_studies",
            instance_id="imaging_instances",
            patient_id="people",
            by_id="people",
            organisation_id="organisations",
            removed_by="people",
        ),
    )
    op.create_index("ix_imaging_marks_study_id_at", "imaging_marks", ["study_id", "at"])
