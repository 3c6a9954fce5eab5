"""Meetings of remote consultations: guests, lobby, opinions, summaries, reports."""

revision = "0017_meetings"
down_revision = "0016_remote"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
