"""Prescriptions: what is written, signed, checked, reviewed and done with them; and the health summary that they need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_prescriptions"
down_revision = "0010_signing_pins"
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
        "health_facts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("said_by", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("withdrawn_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_health_facts"),
        sa.CheckConstraint("source IN ('doctor', 'patient')", name="ck_health_facts_source_known"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="ck_health_facts_withdrawn_whole"),
        *_references(
            "health_facts",
            organisation_id="organisations",
            patient_id="people",
            said_by="people",
            withdrawn_by="people",
        ),
    )
    op.create_index("ix_health_facts_patient_id_at", "health_facts", ["patient_id", "at"])
    op.execute("CREATE SEQUENCE prescription_numbers MAXVALUE 999999 CYCLE CACHE 1")
    op.create_table(
        "prescriptions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("visit_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("prescriber_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("long_term", sa.Boolean, nullable=False),
        sa.Column("days", sa.Integer),
        sa.Column("continues_id", sa.Uuid),
        sa.Column("continues_as", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("check_run_id", sa.Uuid),
        sa.Column("decision", sa.Text),
        sa.Column("drawn_at", INSTANT),
        sa.Column("signed_at", INSTANT),
        sa.Column("digest", sa.Text),
        sa.Column("signature_id", sa.Uuid),
        sa.Column("second_signature_id", sa.Uuid),
        sa.Column("valid_until", INSTANT),
        sa.Column("extended_note", sa.LargeBinary),
        sa.Column("submitted_at", INSTANT),
        sa.Column("queue_at", INSTANT),
        sa.Column("emergency", sa.Boolean, nullable=False),
        sa.Column("claimed_by", sa.Uuid),
        sa.Column("claimed_until", INSTANT),
        sa.Column("reviewer_id", sa.Uuid),
        sa.Column("review_signature_id", sa.Uuid),
        sa.Column("review_code", sa.Text),
        sa.Column("decided_at", INSTANT),
        sa.Column("locked_by_organisation_id", sa.Uuid),
        sa.Column("locked_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("told_expiring_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_prescriptions"),
        sa.CheckConstraint(
            "status NOT IN ('valid', 'locked', 'partial', 'dispensed', 'handed_over', 'in_delivery', 'delivered')"
            " OR (signature_id IS NOT NULL AND review_signature_id IS NOT NULL AND valid_until IS NOT NULL)",
            name="ck_prescriptions_approved_is_signed",
        ),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="ck_prescriptions_claim_whole"),
        sa.CheckConstraint("status <> 'claimed' OR claimed_by IS NOT NULL", name="ck_prescriptions_claimed_by_someone"),
        sa.CheckConstraint("days IS NULL OR days > 0", name="ck_prescriptions_days_positive"),
        sa.CheckConstraint("kind IN ('western', 'tcm_pieces')", name="ck_prescriptions_kind_known"),
        sa.CheckConstraint(
            "status NOT IN ('locked', 'partial') OR locked_by_organisation_id IS NOT NULL",
            name="ck_prescriptions_locked_by_someone",
        ),
        sa.CheckConstraint(
            "reviewer_id IS NULL OR reviewer_id <> prescriber_id", name="ck_prescriptions_not_own_review"
        ),
        sa.UniqueConstraint("number", name="uq_prescriptions_number"),
        *_references(
            "prescriptions",
            continues_id="prescriptions",
            department_id="departments",
            encounter_id="encounters",
            locked_by_organisation_id="organisations",
            organisation_id="organisations",
            patient_id="people",
            prescriber_id="people",
            visit_id="visits",
        ),
    )
    op.create_index(
        "ix_prescriptions_claims", "prescriptions", ["claimed_until"], postgresql_where=sa.text("status = 'claimed'")
    )
    op.create_index("ix_prescriptions_continues_id", "prescriptions", ["continues_id"])
    op.create_index(
        "ix_prescriptions_ending",
        "prescriptions",
        ["valid_until"],
        postgresql_where=sa.text("status IN ('valid', 'in_review', 'claimed', 'returned')"),
    )
    op.create_index(
        "ix_prescriptions_locked_by_organisation_id",
        "prescriptions",
        ["locked_by_organisation_id"],
        postgresql_where=sa.text("locked_by_organisation_id IS NOT NULL"),
    )
    op.create_index("ix_prescriptions_patient_id_signed_at", "prescriptions", ["patient_id", "signed_at"])
    op.create_index("ix_prescriptions_prescriber_id_created_at", "prescriptions", ["prescriber_id", "created_at"])
    op.create_index(
        "ix_prescriptions_queue",
        "prescriptions",
        ["organisation_id", "queue_at", "id"],
        postgresql_where=sa.text("status = 'in_review'"),
    )
    op.create_index("ix_prescriptions_visit_id", "prescriptions", ["visit_id"])
    op.create_table(
        "prescription_versions",
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("overrides", sa.LargeBinary),
        sa.Column("digest", sa.Text),
        sa.Column("signature_id", sa.Uuid),
        sa.Column("second_signature_id", sa.Uuid),
        sa.PrimaryKeyConstraint("prescription_id", "version", name="pk_prescription_versions"),
        *_references("prescription_versions", prescription_id="prescriptions"),
    )
    op.create_table(
        "prescription_items",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        sa.Column("dispensed", sa.Numeric(12, 3), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescription_items"),
        sa.CheckConstraint(
            "dispensed >= 0 AND dispensed <= quantity", name="ck_prescription_items_never_more_than_prescribed"
        ),
        sa.CheckConstraint("quantity > 0", name="ck_prescription_items_quantity_positive"),
        sa.UniqueConstraint(
            "prescription_id", "version", "line", name="uq_prescription_items_prescription_id_version_line"
        ),
        *_references("prescription_items", prescription_id="prescriptions"),
    )
    op.create_table(
        "prescription_checks",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("data_version", sa.Text, nullable=False),
        sa.Column("outcome", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescription_checks"),
        *_references("prescription_checks", prescription_id="prescriptions"),
    )
    op.create_index("ix_prescription_checks_prescription_id_at", "prescription_checks", ["prescription_id", "at"])
    op.create_table(
        "prescription_steps",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.Column("by_role", sa.Text),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("code", sa.Text),
        sa.Column("text", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_prescription_steps"),
        *_references("prescription_steps", prescription_id="prescriptions"),
    )
    op.create_index("ix_prescription_steps_prescription_id_at", "prescription_steps", ["prescription_id", "at"])
    op.create_table(
        "prescription_templates",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", postgresql.JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescription_templates"),
        sa.UniqueConstraint(
            "doctor_id", "organisation_id", "name", name="uq_prescription_templates_doctor_id_organisation_id_name"
        ),
        *_references("prescription_templates", doctor_id="people", organisation_id="organisations"),
    )
    op.create_table(
        "prescription_rule_counts",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("overridden", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "day", "rule", name="pk_prescription_rule_counts"),
        sa.CheckConstraint("overridden >= 0 AND overridden <= shown", name="ck_prescription_rule_counts_counts"),
        *_references("prescription_rule_counts", organisation_id="organisations"),
    )
    _reviews()


def _reviews() -> None:
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("pharmacist_id", sa.Uuid, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("signature_id", sa.Uuid),
        sa.Column("waited_s", sa.Integer, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_decisions"),
        sa.CheckConstraint(
            "(decision = 'approve') = (signature_id IS NOT NULL)", name="ck_review_decisions_approved_is_signed"
        ),
        sa.CheckConstraint("decision IN ('approve', 'return', 'reject')", name="ck_review_decisions_decision_known"),
        sa.CheckConstraint("(decision = 'approve') = (code IS NULL)", name="ck_review_decisions_reason_coded"),
        sa.CheckConstraint("waited_s >= 0", name="ck_review_decisions_waited_forward"),
        *_references(
            "review_decisions", prescription_id="prescriptions", organisation_id="organisations", pharmacist_id="people"
        ),
    )
    op.create_index(
        "ix_review_decisions_organisation_id_decided_at", "review_decisions", ["organisation_id", "decided_at"]
    )
    op.create_index("ix_review_decisions_pharmacist_id_decided_at", "review_decisions", ["pharmacist_id", "decided_at"])
    op.create_index("ix_review_decisions_prescription_id", "review_decisions", ["prescription_id"])
    op.create_table(
        "review_messages",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("author_role", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_messages"),
        *_references("review_messages", prescription_id="prescriptions", author_id="people"),
    )
    op.create_index("ix_review_messages_prescription_id_at", "review_messages", ["prescription_id", "at"])
    op.create_table(
        "post_reviews",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("sample_id", sa.Uuid, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("drawn_by", sa.Uuid, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("codes", postgresql.ARRAY(sa.Text)),
        sa.Column("words", sa.LargeBinary),
        sa.Column("judged_by", sa.Uuid),
        sa.Column("judged_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_post_reviews"),
        sa.CheckConstraint("(verdict = 'unsuitable') = (cardinality(codes) > 0)", name="ck_post_reviews_fault_coded"),
        sa.CheckConstraint("(verdict IS NULL) = (judged_by IS NULL)", name="ck_post_reviews_judged_by_someone"),
        sa.CheckConstraint("verdict IN ('suitable', 'unsuitable')", name="ck_post_reviews_verdict_known"),
        *_references(
            "post_reviews",
            prescription_id="prescriptions",
            organisation_id="organisations",
            drawn_by="people",
            judged_by="people",
        ),
    )
    op.create_index(
        "ix_post_reviews_open", "post_reviews", ["organisation_id", "id"], postgresql_where=sa.text("verdict IS NULL")
    )
    op.create_index("ix_post_reviews_organisation_id_drawn_at", "post_reviews", ["organisation_id", "drawn_at"])
    op.create_index("uq_post_reviews_prescription_id", "post_reviews", ["prescription_id"], unique=True)
    op.create_table(
        "prescribing_rights",
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("granted_by", sa.Uuid),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("doctor_id", "organisation_id", name="pk_prescribing_rights"),
        sa.CheckConstraint(
            "grade IN ('non_restricted', 'restricted', 'special', 'none')", name="ck_prescribing_rights_grade_known"
        ),
        *_references("prescribing_rights", doctor_id="people", granted_by="people", organisation_id="organisations"),
    )
