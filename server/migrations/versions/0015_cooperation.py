"""Cooperation agreements between institutions."""

revision = "0015_cooperation"
down_revision = "0014_formulary"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
