"""What a device is called that read a record: devices are no people, and their lines carry their name."""

import sqlalchemy as sa
from alembic import op

revision = "0023_device_reads"
down_revision = "0022_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record_reads", sa.Column("device_name", sa.Text))
