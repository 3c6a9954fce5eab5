"""Imaging examinations: orders, reports, critical values, recognition."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_exams"
down_revision = "0019_devices"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    op.execute("CREATE SEQUENCE imaging_order_numbers MAXVALUE 999999 CYCLE CACHE 1")
    op.create_table(
        "imaging_orders",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("accession_number", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("performing_organisation_id", sa.Uuid, nullable=False),
        sa.Column("reading_organisation_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("agreement_id", sa.Uuid, nullable=False),
        sa.Column("head_id", sa.Uuid),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("requester_id", sa.Uuid, nullable=False),
        sa.Column("modality", sa.Text, nullable=False),
        sa.Column("body_part", sa.Text, nullable=False),
        sa.Column("procedure_code", sa.Text, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ordered_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("acquired_at", INSTANT),
        sa.Column("rejected_at", INSTANT),
        sa.Column("rejected_code", sa.Text),
        sa.Column("rejections", sa.Integer, nullable=False),
        sa.Column("turnaround_s", sa.Integer, nullable=False),
        sa.Column("queued_at", INSTANT),
        sa.Column("due_at", INSTANT),
        sa.Column("escalated", sa.Integer, nullable=False),
        sa.Column("escalated_at", INSTANT),
        sa.Column("claimed_by", sa.Uuid),
        sa.Column("claimed_until", INSTANT),
        sa.Column("preliminary_by", sa.Uuid),
        sa.Column("preliminary_at", INSTANT),
        sa.Column("final_by", sa.Uuid),
        sa.Column("final_at", INSTANT),
        sa.Column("report_version", sa.Integer),
        sa.Column("returned_version", sa.Integer),
        sa.Column("returned_at", INSTANT),
        sa.Column("acknowledged_by", sa.Uuid),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("critical", sa.Text, nullable=False),
        sa.CheckConstraint(
            "NOT (status IN ('queued', 'claimed', 'preliminary')) OR due_at IS NOT NULL",
            name="ck_imaging_orders_queued_has_due",
        ),
        sa.CheckConstraint(
            "critical IN ('none', 'open', 'called_back', 'acknowledged')", name="ck_imaging_orders_critical_known"
        ),
        sa.CheckConstraint(
            "status <> 'claimed' OR claimed_by IS NOT NULL", name="ck_imaging_orders_claimed_by_someone"
        ),
        sa.CheckConstraint(
            "status NOT IN ('final', 'returned', 'acknowledged', 'amended')"
            " OR (preliminary_by IS NOT NULL AND final_by IS NOT NULL AND final_at IS NOT NULL"
            " AND report_version IS NOT NULL)",
            name="ck_imaging_orders_reported_by_two",
        ),
        sa.CheckConstraint("urgency IN ('emergency', 'ordinary')", name="ck_imaging_orders_urgency_known"),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="ck_imaging_orders_claim_whole"),
        sa.CheckConstraint(
            "final_by IS NULL OR final_by <> preliminary_by", name="ck_imaging_orders_nobody_finalises_alone"
        ),
        sa.CheckConstraint(
            "returned_version IS NULL OR returned_version <= report_version",
            name="ck_imaging_orders_returned_was_signed",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_orders"),
        sa.UniqueConstraint("number", name="uq_imaging_orders_number"),
        sa.UniqueConstraint(
            "performing_organisation_id",
            "accession_number",
            name="uq_imaging_orders_performing_organisation_id_accession_number",
        ),
        *_references(
            "imaging_orders",
            acknowledged_by="people",
            claimed_by="people",
            department_id="departments",
            final_by="people",
            head_id="people",
            organisation_id="organisations",
            patient_id="people",
            performing_organisation_id="organisations",
            preliminary_by="people",
            reading_organisation_id="organisations",
            requester_id="people",
        ),
    )
    op.create_index(
        "ix_imaging_orders_claimed_by",
        "imaging_orders",
        ["claimed_by"],
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )
    op.create_index(
        "ix_imaging_orders_claimed_until",
        "imaging_orders",
        ["claimed_until"],
        postgresql_where=sa.text("claimed_until IS NOT NULL"),
    )
    op.create_index(
        "ix_imaging_orders_due",
        "imaging_orders",
        ["due_at"],
        postgresql_where=sa.text("status IN ('queued', 'claimed', 'preliminary') AND escalated < 2"),
    )
    op.create_index(
        "ix_imaging_orders_organisation_id_ordered_at", "imaging_orders", ["organisation_id", "ordered_at", "id"]
    )
    op.create_index("ix_imaging_orders_patient_id_ordered_at", "imaging_orders", ["patient_id", "ordered_at"])
    op.create_index(
        "ix_imaging_orders_performing_ordered_at", "imaging_orders", ["performing_organisation_id", "ordered_at", "id"]
    )
    op.create_index("ix_imaging_orders_reading_final_at", "imaging_orders", ["reading_organisation_id", "final_at"])
    op.create_index(
        "ix_imaging_orders_reported",
        "imaging_orders",
        ["department_id", "final_at", "id"],
        postgresql_where=sa.text("final_at IS NOT NULL"),
    )
    op.create_index(
        "ix_imaging_orders_reported_modality",
        "imaging_orders",
        ["department_id", "modality", "final_at", "id"],
        postgresql_where=sa.text("final_at IS NOT NULL"),
    )
    op.create_index(
        "ix_imaging_orders_worklist",
        "imaging_orders",
        ["department_id", "status", "urgency", "due_at", "id"],
        postgresql_where=sa.text("status IN ('queued', 'claimed', 'preliminary')"),
    )
    op.create_index(
        "ix_imaging_orders_worklist_modality",
        "imaging_orders",
        ["department_id", "status", "modality", "urgency", "due_at", "id"],
        postgresql_where=sa.text("status IN ('queued', 'claimed', 'preliminary')"),
    )
    op.create_table(
        "imaging_order_steps",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.Column("by_role", sa.Text),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("code", sa.Text),
        sa.Column("text", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_order_steps"),
        *_references("imaging_order_steps", order_id="imaging_orders"),
    )
    op.create_index("ix_imaging_order_steps_order_id_at", "imaging_order_steps", ["order_id", "at"])
    op.create_table(
        "imaging_order_studies",
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        sa.Column("complete_at", INSTANT),
        sa.PrimaryKeyConstraint("study_id", name="pk_imaging_order_studies"),
        *_references("imaging_order_studies", order_id="imaging_orders"),
    )
    op.create_index("ix_imaging_order_studies_order_id", "imaging_order_studies", ["order_id"])
    op.create_table(
        "imaging_accession_counts",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "day", name="pk_imaging_accession_counts"),
        *_references("imaging_accession_counts", organisation_id="organisations"),
    )
    op.create_table(
        "imaging_criticals",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("reading_organisation_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("opened_by", sa.Uuid, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("called_back_at", INSTANT),
        sa.Column("acknowledged_by", sa.Uuid),
        sa.Column("acknowledged_name", sa.LargeBinary),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("escalated", sa.Integer, nullable=False),
        sa.Column("escalated_at", INSTANT),
        sa.CheckConstraint(
            "(status = 'acknowledged') = (acknowledged_by IS NOT NULL AND acknowledged_name IS NOT NULL"
            " AND acknowledged_at IS NOT NULL)",
            name="ck_imaging_criticals_acknowledged_by_name",
        ),
        sa.CheckConstraint(
            "status <> 'called_back' OR called_back_at IS NOT NULL",
            name="ck_imaging_criticals_called_back_at_some_time",
        ),
        sa.CheckConstraint(
            "status IN ('open', 'called_back', 'acknowledged')", name="ck_imaging_criticals_status_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_criticals"),
        *_references(
            "imaging_criticals",
            acknowledged_by="people",
            opened_by="people",
            order_id="imaging_orders",
            organisation_id="organisations",
            reading_organisation_id="organisations",
        ),
    )
    op.create_index(
        "ix_imaging_criticals_due",
        "imaging_criticals",
        ["due_at"],
        postgresql_where=sa.text("status IN ('open', 'called_back') AND escalated < 2"),
    )
    op.create_index("ix_imaging_criticals_order_id", "imaging_criticals", ["order_id"])
    op.create_index("ix_imaging_criticals_reading", "imaging_criticals", ["reading_organisation_id", "opened_at"])
    op.create_index("ix_imaging_criticals_requesting", "imaging_criticals", ["organisation_id", "opened_at"])
    op.create_index(
        "uq_imaging_criticals_unsettled",
        "imaging_criticals",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('open', 'called_back')"),
    )
    op.create_table(
        "imaging_critical_calls",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("critical_id", sa.Uuid, nullable=False),
        sa.Column("by_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_critical_calls"),
        *_references("imaging_critical_calls", by_id="people", critical_id="imaging_criticals"),
    )
    op.create_index("ix_imaging_critical_calls_critical_id_at", "imaging_critical_calls", ["critical_id", "at"])
    op.create_table(
        "imaging_drafts",
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_imaging_drafts"),
        *_references("imaging_drafts", author_id="people", order_id="imaging_orders"),
    )
    op.create_table(
        "imaging_report_versions",
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("of_number", sa.Integer),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(kind = 'amendment') = (reason IS NOT NULL)", name="ck_imaging_report_versions_amended_with_reason"
        ),
        sa.CheckConstraint("(kind = 'preliminary') = (of_number IS NULL)", name="ck_imaging_report_versions_of_what"),
        sa.CheckConstraint(
            "kind IN ('preliminary', 'final', 'amendment')", name="ck_imaging_report_versions_kind_known"
        ),
        sa.CheckConstraint("of_number < number", name="ck_imaging_report_versions_of_an_earlier_one"),
        sa.PrimaryKeyConstraint("order_id", "number", name="pk_imaging_report_versions"),
        sa.UniqueConstraint("signature_id", name="uq_imaging_report_versions_signature_id"),
        *_references(
            "imaging_report_versions", author_id="people", order_id="imaging_orders", signature_id="signatures"
        ),
    )
    op.create_index(
        "ix_imaging_report_versions_author_id_signed_at", "imaging_report_versions", ["author_id", "signed_at"]
    )
    op.create_table(
        "imaging_templates",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("modality", sa.Text, nullable=False),
        sa.Column("body_part", sa.Text, nullable=False),
        sa.Column("content", postgresql.JSONB, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_templates"),
        *_references("imaging_templates", made_by="people", organisation_id="organisations", owner_id="people"),
    )
    op.create_index(
        "ix_imaging_templates_organisation_id_owner_id", "imaging_templates", ["organisation_id", "owner_id"]
    )
    op.create_index(
        "uq_imaging_templates_own", "imaging_templates", ["owner_id", "organisation_id", "name"], unique=True
    )
    op.create_index(
        "uq_imaging_templates_shared",
        "imaging_templates",
        ["organisation_id", "name"],
        unique=True,
        postgresql_where=sa.text("owner_id IS NULL"),
    )
    op.create_table(
        "imaging_recognitions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("report_version", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("by_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("words", sa.LargeBinary),
        sa.Column("new_order_id", sa.Uuid),
        sa.Column("modality", sa.Text, nullable=False),
        sa.Column("body_part", sa.Text, nullable=False),
        sa.CheckConstraint("(decision = 'refused') = (code IS NOT NULL)", name="ck_imaging_recognitions_refusal_coded"),
        sa.CheckConstraint(
            "(decision = 'refused') = (new_order_id IS NOT NULL)", name="ck_imaging_recognitions_refused_for_an_order"
        ),
        sa.CheckConstraint("decision IN ('accepted', 'refused')", name="ck_imaging_recognitions_decision_known"),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_recognitions"),
        *_references(
            "imaging_recognitions",
            by_id="people",
            new_order_id="imaging_orders",
            order_id="imaging_orders",
            organisation_id="organisations",
            patient_id="people",
        ),
    )
    op.create_index("ix_imaging_recognitions_order_id", "imaging_recognitions", ["order_id"])
    op.create_index("ix_imaging_recognitions_organisation_id_at", "imaging_recognitions", ["organisation_id", "at"])
