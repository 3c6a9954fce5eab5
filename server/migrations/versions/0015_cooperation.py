"""Cooperation agreements between institutions and their history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015_cooperation"
down_revision = "0014_formulary"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    op.execute("CREATE SEQUENCE cooperation_numbers MAXVALUE 999999 CYCLE CACHE 1")
    op.create_table(
        "cooperation_agreements",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("asking_organisation_id", sa.Uuid),
        sa.Column("asking_alliance_id", sa.Uuid),
        sa.Column("server_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("specialties", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("urgent_answer_min", sa.Integer, nullable=False),
        sa.Column("ordinary_answer_h", sa.Integer, nullable=False),
        sa.Column("report_h", sa.Integer, nullable=False),
        sa.Column("imaging_emergency_min", sa.Integer, nullable=False),
        sa.Column("imaging_ordinary_h", sa.Integer, nullable=False),
        sa.Column("prices", JSONB, nullable=False),
        sa.Column("routing", JSONB, nullable=False),
        sa.Column("head_id", sa.Uuid),
        sa.Column("document_name", sa.Text),
        sa.Column("document_size", sa.Integer),
        sa.Column("document_sha256", sa.Text),
        sa.Column("made_by", sa.Uuid),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("told_expiring_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_cooperation_agreements"),
        sa.UniqueConstraint("number", name="uq_cooperation_agreements_number"),
        sa.CheckConstraint(
            "(asking_organisation_id IS NULL) <> (asking_alliance_id IS NULL)",
            name="ck_cooperation_agreements_one_requester",
        ),
        sa.CheckConstraint("asking_organisation_id <> server_id", name="ck_cooperation_agreements_two_sides"),
        sa.CheckConstraint("valid_from <= valid_until", name="ck_cooperation_agreements_valid_forward"),
        sa.CheckConstraint(
            "status IN ('proposed', 'in_force', 'declined', 'ended', 'expired')",
            name="ck_cooperation_agreements_status_known",
        ),
        sa.CheckConstraint(
            "scopes <@ ARRAY['consultation', 'imaging'] AND cardinality(scopes) > 0",
            name="ck_cooperation_agreements_scopes_known",
        ),
        sa.CheckConstraint(
            "least(urgent_answer_min, ordinary_answer_h, report_h, imaging_emergency_min, imaging_ordinary_h) > 0",
            name="ck_cooperation_agreements_clocks_run",
        ),
        *_references(
            "cooperation_agreements",
            head_id="people",
            made_by="people",
            asking_alliance_id="alliances",
            asking_organisation_id="organisations",
            server_id="organisations",
        ),
    )
    op.create_index("ix_cooperation_agreements_server_id_status", "cooperation_agreements", ["server_id", "status"])
    op.create_index(
        "ix_cooperation_agreements_asking_organisation_id", "cooperation_agreements", ["asking_organisation_id"]
    )
    op.create_index("ix_cooperation_agreements_asking_alliance_id", "cooperation_agreements", ["asking_alliance_id"])
    op.create_table(
        "cooperation_steps",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agreement_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cooperation_steps"),
        *_references(
            "cooperation_steps", agreement_id="cooperation_agreements", by_id="people", organisation_id="organisations"
        ),
    )
    op.create_index("ix_cooperation_steps_agreement_id_at", "cooperation_steps", ["agreement_id", "at"])
