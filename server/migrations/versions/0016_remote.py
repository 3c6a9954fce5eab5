"""Remote consultations: requests, their steps, experts, materials, resumable uploads."""

revision = "0016_remote"
down_revision = "0015_cooperation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
