"""What a hospital reads itself is under no agreement."""

from alembic import op

revision = "0024_own_reading"
down_revision = "0023_device_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("imaging_orders", "agreement_id", nullable=True)
