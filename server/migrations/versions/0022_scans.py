"""Scans of signed cooperation agreements; the columns that none was ever written to go."""

import sqlalchemy as sa
from alembic import op

revision = "0022_scans"
down_revision = "0021_films"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cooperation_scans",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agreement_id", sa.Uuid, nullable=False),
        sa.Column("replaces_id", sa.Uuid),
        sa.Column("vault_name", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cooperation_scans"),
        sa.UniqueConstraint("replaces_id", name="uq_cooperation_scans_replaces_id"),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_cooperation_scans_{column}_{other}")
            for column, other in (
                ("agreement_id", "cooperation_agreements"),
                ("replaces_id", "cooperation_scans"),
                ("added_by", "people"),
                ("organisation_id", "organisations"),
            )
        ),
    )
    op.create_index("ix_cooperation_scans_agreement_id", "cooperation_scans", ["agreement_id"])
    for column in ("document_name", "document_size", "document_sha256"):
        op.drop_column("cooperation_agreements", column)
