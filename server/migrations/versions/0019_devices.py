"""Imaging devices: accounts, DICOM peers, what waits to be matched, uploads by page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_devices"
down_revision = "0018_imaging"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    _devices()
    _matching()
    _arrivals()


def _devices() -> None:
    op.create_table(
        "imaging_devices",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("token_digest", sa.LargeBinary, nullable=False),
        sa.Column("token_end", sa.Text, nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("renewed_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_devices"),
        sa.CheckConstraint("scope IN ('dicom.store', 'dicom.read')", name="ck_imaging_devices_scope_known"),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name="ck_imaging_devices_revoked_by_somebody"
        ),
        *_references("imaging_devices", organisation_id="organisations", created_by="people", revoked_by="people"),
    )
    op.create_index("uq_imaging_devices_token_digest", "imaging_devices", ["token_digest"], unique=True)
    op.create_index(
        "ix_imaging_devices_organisation_id_created_at", "imaging_devices", ["organisation_id", "created_at"]
    )
    op.create_table(
        "imaging_peers",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("ae_title", sa.Text, nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_peers"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_imaging_peers_ended_by_somebody"),
        *_references("imaging_peers", organisation_id="organisations", created_by="people", ended_by="people"),
    )
    op.create_index(
        "uq_imaging_peers_standing",
        "imaging_peers",
        ["address", "ae_title"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_imaging_peers_organisation_id_created_at", "imaging_peers", ["organisation_id", "created_at"])
    op.create_index("ix_imaging_peers_ae_title", "imaging_peers", ["ae_title"])


def _matching() -> None:
    op.create_table(
        "imaging_matchings",
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("patient_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid),
        sa.Column("differences", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("words", sa.LargeBinary),
        sa.PrimaryKeyConstraint("study_id", name="pk_imaging_matchings"),
        sa.CheckConstraint("state IN ('waiting', 'attached', 'rejected')", name="ck_imaging_matchings_state_known"),
        sa.CheckConstraint(
            "reason IN ('no_accession', 'accession_unknown', 'nothing_to_compare', 'differs', 'order_over', 'by_hand')",
            name="ck_imaging_matchings_reason_known",
        ),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="ck_imaging_matchings_decided_when"),
        sa.CheckConstraint(
            "(state = 'attached') = (patient_id IS NOT NULL)", name="ck_imaging_matchings_attached_to_whom"
        ),
        sa.CheckConstraint("(state = 'rejected') = (words IS NOT NULL)", name="ck_imaging_matchings_rejected_why"),
        *_references(
            "imaging_matchings",
            study_id="imaging_studies",
            organisation_id="organisations",
            decided_by="people",
            patient_id="people",
        ),
    )
    op.create_index(
        "ix_imaging_matchings_waiting",
        "imaging_matchings",
        ["organisation_id", "arrived_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _arrivals() -> None:
    op.create_table(
        "imaging_arrivals",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("by_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid),
        sa.Column("request_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("words", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_arrivals"),
        sa.CheckConstraint(
            "state IN ('open', 'finished', 'withdrawn', 'lapsed')", name="ck_imaging_arrivals_state_known"
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ck_imaging_arrivals_ended_when"),
        *_references("imaging_arrivals", organisation_id="organisations", by_id="people", patient_id="people"),
    )
    op.create_index(
        "ix_imaging_arrivals_open", "imaging_arrivals", ["touched_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("ix_imaging_arrivals_by_id_created_at", "imaging_arrivals", ["by_id", "created_at"])
    op.create_table(
        "imaging_arrival_files",
        sa.Column("arrival_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("study_uid", sa.Text),
        sa.Column("study_id", sa.Uuid),
        sa.Column("whom", sa.LargeBinary),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("arrival_id", "sha256", name="pk_imaging_arrival_files"),
        sa.CheckConstraint(
            "state IN ('kept', 'same', 'quarantined', 'refused')", name="ck_imaging_arrival_files_state_known"
        ),
        *_references("imaging_arrival_files", arrival_id="imaging_arrivals", study_id="imaging_studies"),
    )
    op.create_index("ix_imaging_arrival_files_study_id", "imaging_arrival_files", ["study_id"])
    op.create_table(
        "imaging_arrival_people",
        sa.Column("arrival_id", sa.Uuid, nullable=False),
        sa.Column("whom", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("arrival_id", "whom", name="pk_imaging_arrival_people"),
        *_references("imaging_arrival_people", arrival_id="imaging_arrivals"),
    )
