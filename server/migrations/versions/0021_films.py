"""Cloud film, marks on pictures."""

revision = "0021_films"
down_revision = "0020_exams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
