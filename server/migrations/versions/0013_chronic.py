"""Chronic care: confirmed plans, renewals, counselling, questions to the pharmacist, refused drugs."""

import sqlalchemy as sa
from alembic import op

revision = "0013_chronic"
down_revision = "0012_dispensing"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    op.create_table(
        "plan_confirmations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("plan_digest", sa.Text, nullable=False),
        sa.Column("text_version", sa.Text, nullable=False),
        sa.Column("by_id", sa.Uuid, nullable=False),
        sa.Column("by_right", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan_confirmations"),
        sa.UniqueConstraint("prescription_id", "plan_digest", name="uq_plan_confirmations_prescription_id_plan_digest"),
        *_references("plan_confirmations", by_id="people", prescription_id="prescriptions"),
    )
    op.create_table(
        "renewals",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("words", sa.LargeBinary),
        sa.Column("decided_at", INSTANT),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("drawn_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_renewals"),
        sa.CheckConstraint("(status = 'drawn') = (drawn_id IS NOT NULL)", name="ck_renewals_drawn_as_what"),
        sa.CheckConstraint(
            "status IN ('asked', 'accepted', 'declined', 'drawn', 'lapsed')", name="ck_renewals_status_known"
        ),
        *_references(
            "renewals",
            asked_by="people",
            doctor_id="people",
            drawn_id="prescriptions",
            organisation_id="organisations",
            patient_id="people",
            prescription_id="prescriptions",
        ),
    )
    op.create_index("ix_renewals_doctor_id_status", "renewals", ["doctor_id", "organisation_id", "status"])
    op.create_index("ix_renewals_patient_id_asked_at", "renewals", ["patient_id", "asked_at"])
    op.create_index(
        "uq_renewals_open",
        "renewals",
        ["prescription_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('asked', 'accepted')"),
    )
    op.create_table(
        "counselling_notes",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("pharmacist_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counselling_notes"),
        *_references(
            "counselling_notes",
            organisation_id="organisations",
            pharmacist_id="people",
            prescription_id="prescriptions",
        ),
    )
    op.create_index("ix_counselling_notes_prescription_id_at", "counselling_notes", ["prescription_id", "at"])
    op.create_table(
        "medication_questions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("answered_by", sa.Uuid),
        sa.Column("answered_at", INSTANT),
        sa.Column("answer", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_medication_questions"),
        sa.CheckConstraint("answered_at IS NULL OR answered_at >= at", name="ck_medication_questions_answered_after"),
        *_references(
            "medication_questions",
            answered_by="people",
            asked_by="people",
            organisation_id="organisations",
            prescription_id="prescriptions",
        ),
    )
    op.create_index(
        "ix_medication_questions_open",
        "medication_questions",
        ["organisation_id", "at"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("ix_medication_questions_prescription_id_at", "medication_questions", ["prescription_id", "at"])
    op.create_table(
        "drug_refusals",
        sa.Column("item_id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("by_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_drug_refusals"),
        *_references("drug_refusals", by_id="people", item_id="prescription_items", prescription_id="prescriptions"),
    )
    op.create_index("ix_drug_refusals_prescription_id", "drug_refusals", ["prescription_id"])
