"""Pictures: studies, series, instances, what was quarantined."""

revision = "0018_imaging"
down_revision = "0017_meetings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
