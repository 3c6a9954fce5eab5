"""Foundation: idempotency keys, the job queue, keys, the audit log."""

import sqlalchemy as sa
from alembic import op
from procrastinate import schema

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.LargeBinary, nullable=False),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    queue = op.get_bind().connection.driver_connection
    assert queue is not None
    queue.execute(schema.SchemaManager.get_schema())
    _keys()
    _audit()


def _keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("use", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("believed_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_keys"),
        sa.CheckConstraint("use IN ('tokens', 'tickets', 'audit')", name="ck_signing_keys_use_known"),
        sa.CheckConstraint("signs_from < signs_until", name="ck_signing_keys_signs_forward"),
    )
    op.create_table(
        "data_keys",
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("owner_id", name="pk_data_keys"),
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="ck_data_keys_wrapped_or_destroyed"),
    )


# The log is evidence. The application role gets SELECT and INSERT only (migrations/rights.py); these triggers also stop
# the owner's own slip of the hand. Whoever takes them away is found by the verifier, not by the database.
AUDIT = """
CREATE TABLE audit_rows (
    id uuid CONSTRAINT pk_audit_rows PRIMARY KEY,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    role text,
    login_id uuid,
    organisation_id uuid,
    action text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    patient_id uuid,
    facts jsonb NOT NULL
);
CREATE INDEX ix_audit_rows_tx_id ON audit_rows (tx, id);
CREATE INDEX ix_audit_rows_patient_id_at ON audit_rows (patient_id, at);
CREATE TABLE audit_positions (
    position bigint CONSTRAINT pk_audit_positions PRIMARY KEY,
    row_id uuid NOT NULL CONSTRAINT uq_audit_positions_row_id UNIQUE,
    leaf bytea NOT NULL
);
CREATE TABLE audit_heads (
    seq bigint CONSTRAINT pk_audit_heads PRIMARY KEY,
    log uuid NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    at timestamptz NOT NULL,
    previous bytea NOT NULL,
    kid text NOT NULL,
    signature bytea NOT NULL,
    frontier bytea NOT NULL
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def _audit() -> None:
    op.execute(AUDIT)
    for table in ("audit_rows", "audit_positions", "audit_heads"):
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
