"""Remote consultations: requests, their steps, experts, materials, resumable uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0016_remote"
down_revision = "0015_cooperation"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    _uploads()


def _uploads() -> None:
    op.create_table(
        "file_uploads",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Uuid),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("part_bytes", sa.Integer, nullable=False),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("digest", sa.Text),
        sa.Column("attachment_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_file_uploads"),
        sa.CheckConstraint("(digest IS NULL) = (finished_at IS NULL)", name="ck_file_uploads_finished_as_what"),
        sa.CheckConstraint(
            "attachment_id IS NULL OR finished_at IS NOT NULL", name="ck_file_uploads_kept_when_finished"
        ),
        sa.CheckConstraint("purpose IN ('remote_material', 'imaging_zip')", name="ck_file_uploads_purpose_known"),
        sa.CheckConstraint("size > 0 AND part_bytes > 0", name="ck_file_uploads_has_size"),
        *_references(
            "file_uploads",
            added_by="people",
            attachment_id="attachments",
            organisation_id="organisations",
            patient_id="people",
        ),
    )
    op.create_index("ix_file_uploads_added_by_touched_at", "file_uploads", ["added_by", "touched_at"])
    op.create_index("ix_file_uploads_touched_at", "file_uploads", ["touched_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("vault_name", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk_upload_parts"),
        sa.CheckConstraint("number >= 0 AND size > 0", name="ck_upload_parts_is_a_part"),
        *_references("upload_parts", upload_id="file_uploads"),
    )
