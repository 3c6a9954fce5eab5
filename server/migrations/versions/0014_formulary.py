"""What institutions bring: their own list of drugs, its imports, and official code tables."""

import sqlalchemy as sa
from alembic import op

revision = "0014_formulary"
down_revision = "0013_chronic"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "institution_drugs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("local_code", sa.Text, nullable=False),
        sa.Column("drug_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("trade_name", sa.Text, nullable=False),
        sa.Column("strength", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("manufacturer", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("price", sa.Numeric(12, 4)),
        sa.Column("stock", sa.Numeric(12, 2)),
        sa.Column("insurance_code", sa.Text, nullable=False),
        sa.Column("payment_limit", sa.Text, nullable=False),
        sa.Column("antimicrobial_grade", sa.Text),
        sa.Column("spelled", sa.Text, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("stock >= 0", name="ck_institution_drugs_stock_counts"),
        sa.CheckConstraint("price >= 0", name="ck_institution_drugs_price_counts"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_institution_drugs_organisation_id_organisations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_institution_drugs"),
        sa.UniqueConstraint("organisation_id", "local_code", name="uq_institution_drugs_organisation_id_local_code"),
    )
    op.create_index("ix_institution_drugs_organisation_id_drug_id", "institution_drugs", ["organisation_id", "drug_id"])
    op.create_table(
        "institution_imports",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Uuid, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("not_covered", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_institution_imports_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_institution_imports_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_institution_imports"),
    )
    op.create_index("ix_institution_imports_organisation_id_at", "institution_imports", ["organisation_id", "at"])
    op.create_table(
        "code_tables",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("system", name="pk_code_tables"),
    )
    op.create_table(
        "code_entries",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("spelled", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["system"], ["code_tables.system"], name="fk_code_entries_system_code_tables"),
        sa.PrimaryKeyConstraint("system", "code", name="pk_code_entries"),
    )
