"""Remote consultations: requests, their steps, experts, materials, resumable uploads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016_remote"
down_revision = "0015_cooperation"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    _places()
    _requests()
    _people_and_papers()
    _uploads()


def _places() -> None:
    op.create_table(
        "reserved_places",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("quota", sa.Text, nullable=False),
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("given_back_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_reserved_places"),
        sa.CheckConstraint(
            "given_back_at IS NULL OR given_back_at >= taken_at", name="ck_reserved_places_given_back_after"
        ),
        *_references("reserved_places", slot_id="slots"),
    )
    op.create_index("ix_reserved_places_slot_id", "reserved_places", ["slot_id"])
    op.create_index(
        "uq_reserved_places_live",
        "reserved_places",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("given_back_at IS NULL"),
    )


def _requests() -> None:
    op.execute("CREATE SEQUENCE remote_request_numbers MAXVALUE 999999 CYCLE CACHE 1")
    op.create_table(
        "remote_requests",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("requester_id", sa.Uuid, nullable=False),
        sa.Column("from_organisation_id", sa.Uuid, nullable=False),
        sa.Column("to_organisation_id", sa.Uuid),
        sa.Column("agreement_id", sa.Uuid),
        sa.Column("department_id", sa.Uuid),
        sa.Column("head_id", sa.Uuid),
        sa.Column("title_wanted", sa.Text),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("times", JSONB, nullable=False),
        sa.Column("asap", sa.Boolean, nullable=False),
        sa.Column("patient_present", sa.Boolean, nullable=False),
        sa.Column("encounter_id", sa.Uuid),
        sa.Column("consent_id", sa.Uuid),
        sa.Column("price_fen", sa.Integer),
        sa.Column("starts_at", INSTANT),
        sa.Column("ends_at", INSTANT),
        sa.Column("answer_due_at", INSTANT),
        sa.Column("report_due_at", INSTANT),
        sa.Column("escalate_at", INSTANT),
        sa.Column("escalation", sa.Integer, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("answered_at", INSTANT),
        sa.Column("signed_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("used", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_remote_requests"),
        sa.UniqueConstraint("number", name="uq_remote_requests_number"),
        sa.CheckConstraint("urgency IN ('emergency', 'urgent', 'ordinary')", name="ck_remote_requests_urgency_known"),
        sa.CheckConstraint("mode IN ('video', 'offline')", name="ck_remote_requests_mode_known"),
        sa.CheckConstraint("used IN ('adopted', 'partly', 'not')", name="ck_remote_requests_used_known"),
        sa.CheckConstraint(
            "status IN ('draft', 'consented', 'submitted', 'returned', 'declined', 'accepted', 'scheduled',"
            " 'in_session', 'reporting', 'signed', 'delivered', 'closed', 'cancelled')",
            name="ck_remote_requests_status_known",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_remote_requests_runs_forward"),
        sa.CheckConstraint(
            "status IN ('draft', 'cancelled') OR (consent_id IS NOT NULL AND encounter_id IS NOT NULL)",
            name="ck_remote_requests_consented",
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'consented', 'cancelled')"
            " OR (agreement_id IS NOT NULL AND to_organisation_id IS NOT NULL)",
            name="ck_remote_requests_agreed",
        ),
        *_references(
            "remote_requests",
            agreement_id="cooperation_agreements",
            consent_id="consents",
            department_id="departments",
            encounter_id="encounters",
            from_organisation_id="organisations",
            head_id="people",
            patient_id="people",
            requester_id="people",
            to_organisation_id="organisations",
        ),
    )
    op.create_index("ix_remote_requests_to_organisation_id_status", "remote_requests", ["to_organisation_id", "status"])
    op.create_index("ix_remote_requests_requester_id_changed_at", "remote_requests", ["requester_id", "changed_at"])
    op.create_index("ix_remote_requests_patient_id", "remote_requests", ["patient_id"])
    op.create_index("ix_remote_requests_encounter_id", "remote_requests", ["encounter_id"])
    op.create_index(
        "ix_remote_requests_escalate_at",
        "remote_requests",
        ["escalate_at"],
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.create_table(
        "remote_steps",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.Column("by_role", sa.Text),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("code", sa.Text),
        sa.Column("text", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_remote_steps"),
        *_references("remote_steps", request_id="remote_requests"),
    )
    op.create_index("ix_remote_steps_request_id_at", "remote_steps", ["request_id", "at"])


def _people_and_papers() -> None:
    op.create_table(
        "remote_experts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("lead", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.Column("by_clock", sa.Boolean, nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_remote_experts"),
        sa.CheckConstraint(
            "state IN ('asked', 'coming', 'joined', 'signed', 'declined', 'released')",
            name="ck_remote_experts_state_known",
        ),
        *_references(
            "remote_experts", organisation_id="organisations", person_id="people", request_id="remote_requests"
        ),
    )
    op.create_index(
        "uq_remote_experts_live",
        "remote_experts",
        ["request_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('declined', 'released')"),
    )
    op.create_index(
        "uq_remote_experts_lead",
        "remote_experts",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("lead AND state NOT IN ('declined', 'released')"),
    )
    op.create_index("ix_remote_experts_person_id_state", "remote_experts", ["person_id", "state"])
    op.create_table(
        "remote_materials",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("upload_id", sa.Uuid),
        sa.Column("attachment_id", sa.Uuid),
        sa.Column("study_id", sa.Uuid),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_remote_materials"),
        sa.CheckConstraint("kind IN ('document', 'photo', 'ecg', 'dicom')", name="ck_remote_materials_kind_known"),
        sa.CheckConstraint(
            "num_nonnulls(upload_id, attachment_id, study_id) > 0", name="ck_remote_materials_is_something"
        ),
        *_references("remote_materials", added_by="people", attachment_id="attachments", request_id="remote_requests"),
    )
    op.create_index("ix_remote_materials_request_id", "remote_materials", ["request_id"])
    op.create_index("ix_remote_materials_study_id", "remote_materials", ["study_id"])
    op.create_table(
        "remote_consents",
        sa.Column("consent_id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("relation", sa.Text),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name="pk_remote_consents"),
        sa.CheckConstraint("given_by IN ('patient', 'guardian', 'relative')", name="ck_remote_consents_giver_known"),
        sa.CheckConstraint("given_by = 'patient' OR relation IS NOT NULL", name="ck_remote_consents_relation_said"),
        *_references("remote_consents", consent_id="consents", request_id="remote_requests"),
    )
    op.create_index("ix_remote_consents_request_id", "remote_consents", ["request_id"])


def _uploads() -> None:
    op.create_table(
        "file_uploads",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Uuid),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("part_bytes", sa.Integer, nullable=False),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("digest", sa.Text),
        sa.Column("attachment_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_file_uploads"),
        sa.CheckConstraint("(digest IS NULL) = (finished_at IS NULL)", name="ck_file_uploads_finished_as_what"),
        sa.CheckConstraint(
            "attachment_id IS NULL OR finished_at IS NOT NULL", name="ck_file_uploads_kept_when_finished"
        ),
        sa.CheckConstraint("purpose IN ('remote_material', 'imaging_zip')", name="ck_file_uploads_purpose_known"),
        sa.CheckConstraint("size > 0 AND part_bytes > 0", name="ck_file_uploads_has_size"),
        *_references(
            "file_uploads",
            added_by="people",
            attachment_id="attachments",
            organisation_id="organisations",
            patient_id="people",
        ),
    )
    op.create_index("ix_file_uploads_added_by_touched_at", "file_uploads", ["added_by", "touched_at"])
    op.create_index("ix_file_uploads_touched_at", "file_uploads", ["touched_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("vault_name", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk_upload_parts"),
        sa.CheckConstraint("number >= 0 AND size > 0", name="ck_upload_parts_is_a_part"),
        *_references("upload_parts", upload_id="file_uploads"),
    )
