"""A patient's record that was registered twice: the one that was merged points to the one that is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0009_patient_links"
down_revision = "0008_pool"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("replaced_by", sa.Uuid))
    op.add_column("people", sa.Column("replaced_at", sa.DateTime(timezone=True)))
    op.create_foreign_key("fk_people_replaced_by_people", "people", "people", ["replaced_by"], ["id"])
    op.create_check_constraint("ck_people_not_own_replacement", "people", "replaced_by <> id")
    op.create_check_constraint(
        "ck_people_replaced_once",
        "people",
        "(replaced_by IS NULL) = (replaced_at IS NULL) AND (replaced_by IS NULL OR kind = 'patient')",
    )
    op.create_index(
        "ix_people_replaced_by", "people", ["replaced_by"], postgresql_where=sa.text("replaced_by IS NOT NULL")
    )
