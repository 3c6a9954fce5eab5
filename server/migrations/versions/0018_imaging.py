"""Pictures: studies, series, instances, what was quarantined."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_imaging"
down_revision = "0017_meetings"
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
        "imaging_studies",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid),
        sa.Column("study_uid", sa.Text, nullable=False),
        sa.Column("accession_number", sa.Text, nullable=False),
        sa.Column("modality", sa.Text, nullable=False),
        sa.Column("body_part", sa.Text, nullable=False),
        sa.Column("study_at", INSTANT),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("file_id_index", sa.LargeBinary),
        sa.Column("series_count", sa.Integer, nullable=False),
        sa.Column("instance_count", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("came_by", sa.Text, nullable=False),
        sa.Column("device_id", sa.Uuid),
        sa.Column("first_came_at", INSTANT, nullable=False),
        sa.Column("last_came_at", INSTANT, nullable=False),
        sa.Column("completed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_studies"),
        sa.UniqueConstraint("organisation_id", "study_uid", name="uq_imaging_studies_organisation_id_study_uid"),
        sa.CheckConstraint(
            "state IN ('arriving', 'complete', 'unmatched', 'rejected')", name="ck_imaging_studies_state_known"
        ),
        sa.CheckConstraint(
            "came_by IN ('page', 'dicomweb', 'c_store', 'demo')", name="ck_imaging_studies_came_by_known"
        ),
        sa.CheckConstraint(
            "state <> 'unmatched' OR patient_id IS NULL", name="ck_imaging_studies_unmatched_has_no_patient"
        ),
        *_references("imaging_studies", organisation_id="organisations", patient_id="people"),
    )
    op.create_index("ix_imaging_studies_patient_id_study_at", "imaging_studies", ["patient_id", "study_at"])
    op.create_index(
        "ix_imaging_studies_order_id",
        "imaging_studies",
        ["order_id"],
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index(
        "ix_imaging_studies_organisation_id_state", "imaging_studies", ["organisation_id", "state", "last_came_at"]
    )
    op.create_index("ix_imaging_studies_organisation_id_study_at", "imaging_studies", ["organisation_id", "study_at"])
    op.create_index(
        "ix_imaging_studies_accession",
        "imaging_studies",
        ["organisation_id", "accession_number"],
        postgresql_where=sa.text("accession_number <> ''"),
    )
    op.create_index("ix_imaging_studies_file_id_index", "imaging_studies", ["organisation_id", "file_id_index"])
    op.create_index(
        "ix_imaging_studies_arriving",
        "imaging_studies",
        ["last_came_at"],
        postgresql_where=sa.text("state = 'arriving'"),
    )
    op.create_table(
        "imaging_study_steps",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_study_steps"),
        *_references("imaging_study_steps", study_id="imaging_studies", by_id="people"),
    )
    op.create_index("ix_imaging_study_steps_study_id_at", "imaging_study_steps", ["study_id", "at"])
    op.create_table(
        "imaging_series",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("series_uid", sa.Text, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("modality", sa.Text, nullable=False),
        sa.Column("body_part", sa.Text, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_series"),
        sa.UniqueConstraint("study_id", "series_uid", name="uq_imaging_series_study_id_series_uid"),
        *_references("imaging_series", study_id="imaging_studies"),
    )
    op.create_table(
        "imaging_instances",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("study_id", sa.Uuid, nullable=False),
        sa.Column("series_id", sa.Uuid, nullable=False),
        sa.Column("sop_uid", sa.Text, nullable=False),
        sa.Column("sop_class", sa.Text, nullable=False),
        sa.Column("transfer_syntax", sa.Text, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("frames", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("columns", sa.Integer, nullable=False),
        sa.Column("bits", sa.Integer, nullable=False),
        sa.Column("attributes", postgresql.JSONB, nullable=False),
        sa.Column("pixels_at", sa.BigInteger),
        sa.Column("frame_table", sa.LargeBinary),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("pack_offset", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("came_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_instances"),
        sa.UniqueConstraint("study_id", "sop_uid", name="uq_imaging_instances_study_id_sop_uid"),
        sa.CheckConstraint("kind IN ('image', 'document', 'no_pixels')", name="ck_imaging_instances_kind_known"),
        sa.CheckConstraint("store IN ('pack', 'orthanc')", name="ck_imaging_instances_store_known"),
        sa.CheckConstraint("pack_offset >= 0 AND length > 0", name="ck_imaging_instances_lies_somewhere"),
        *_references("imaging_instances", study_id="imaging_studies", series_id="imaging_series"),
    )
    op.create_index("ix_imaging_instances_series_id", "imaging_instances", ["series_id", "number"])
    op.create_index("ix_imaging_instances_pack", "imaging_instances", ["pack"])
    op.create_table(
        "imaging_quarantine",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("came_by", sa.Text, nullable=False),
        sa.Column("device_id", sa.Uuid),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("pack_offset", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imaging_quarantine"),
        sa.UniqueConstraint("organisation_id", "sha256", name="uq_imaging_quarantine_organisation_id_sha256"),
        sa.CheckConstraint("pack_offset >= 0 AND length > 0", name="ck_imaging_quarantine_lies_somewhere"),
        *_references("imaging_quarantine", organisation_id="organisations"),
    )
    op.create_index("ix_imaging_quarantine_organisation_id_at", "imaging_quarantine", ["organisation_id", "at"])
    op.create_index("ix_imaging_quarantine_pack", "imaging_quarantine", ["pack"])
