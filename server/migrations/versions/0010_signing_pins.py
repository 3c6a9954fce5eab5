"""Signing PINs: a key for each practitioner, sealed by the PIN; certificates name their key and authority.

The keys of earlier certificates were sealed by the master key alone; they are destroyed here. Their signatures stay valid.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_signing_pins"
down_revision = "0009_patient_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("uq_signing_authorities_one", table_name="signing_authorities")
    op.add_column("signing_authorities", sa.Column("algorithm", sa.Text(), nullable=True))
    op.execute("UPDATE signing_authorities SET algorithm = 'ES256'")
    op.alter_column("signing_authorities", "algorithm", nullable=False)
    op.alter_column("signing_authorities", "wrapped_key", nullable=True)
    op.create_index(
        "uq_signing_authorities_own",
        "signing_authorities",
        ["algorithm"],
        unique=True,
        postgresql_where=sa.text("wrapped_key IS NOT NULL"),
    )
    op.create_table(
        "practitioner_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("keeper", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("stretching", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_because IS NULL)", name="ck_practitioner_keys_retired_for_a_reason"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_practitioner_keys"),
        sa.UniqueConstraint("kid", name="uq_practitioner_keys_kid"),
    )
    op.create_index(
        "uq_practitioner_keys_person",
        "practitioner_keys",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.drop_constraint("uq_signing_certificates_kid", "signing_certificates", type_="unique")
    op.drop_column("signing_certificates", "wrapped_key")
    op.add_column("signing_certificates", sa.Column("authority_id", sa.Uuid(), nullable=True))
    op.add_column("signing_certificates", sa.Column("key_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE signing_certificates SET authority_id = (SELECT id FROM signing_authorities)")
    op.alter_column("signing_certificates", "authority_id", nullable=False)
    op.create_foreign_key(
        "fk_signing_certificates_authority_id_signing_authorities",
        "signing_certificates",
        "signing_authorities",
        ["authority_id"],
        ["id"],
    )
    op.create_foreign_key(
        "fk_signing_certificates_key_id_practitioner_keys",
        "signing_certificates",
        "practitioner_keys",
        ["key_id"],
        ["id"],
    )
    op.create_index("ix_signing_certificates_key_id", "signing_certificates", ["key_id"], unique=False)
