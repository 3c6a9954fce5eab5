"""Imaging devices: accounts, DICOM peers, what waits to be matched, uploads by page."""

revision = "0019_devices"
down_revision = "0018_imaging"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
