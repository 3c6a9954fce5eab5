"""Imaging examinations: orders, reports, critical values, recognition."""

revision = "0020_exams"
down_revision = "0019_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
