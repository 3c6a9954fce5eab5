"""Appointments: sessions, slots, the quota ledger, bookings."""

import sqlalchemy as sa
from alembic import op

revision = "0006_appointments"
down_revision = "0005_records"
branch_labels = None
depends_on = None

LIVE = "status IN ('booked', 'checked_in', 'in_service', 'fulfilled')"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stop_reason", sa.Text),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_sessions_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_sessions_department_id_departments"),
        sa.ForeignKeyConstraint(["doctor_id"], ["people.id"], name="fk_sessions_doctor_id_people"),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name="fk_sessions_published_by_people"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_sessions_runs_forward"),
        sa.CheckConstraint("status IN ('published', 'closed')", name="ck_sessions_status_known"),
    )
    op.create_index("ix_sessions_department_id_day", "sessions", ["department_id", "day"])
    op.create_index("ix_sessions_doctor_id_day", "sessions", ["doctor_id", "day"])
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("first_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_slots_session_id_sessions"),
        sa.UniqueConstraint("session_id", "starts_at", name="uq_slots_session_id_starts_at"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_slots_runs_forward"),
        sa.CheckConstraint("capacity > 0", name="ck_slots_has_places"),
    )
    op.create_table(
        "quotas",
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("quota", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("slot_id", "quota", name="pk_quotas"),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name="fk_quotas_slot_id_slots"),
        sa.CheckConstraint("0 <= taken AND taken <= capacity", name="ck_quotas_never_oversold"),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("quota", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("booked_by", sa.Uuid, nullable=False),
        sa.Column("right_used", sa.Text, nullable=False),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("end_reason", sa.Text),
        sa.Column("late_cancel", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name="fk_bookings_slot_id_slots"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_bookings_session_id_sessions"),
        sa.ForeignKeyConstraint(["patient_id"], ["people.id"], name="fk_bookings_patient_id_people"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_bookings_department_id_departments"),
        sa.ForeignKeyConstraint(["booked_by"], ["people.id"], name="fk_bookings_booked_by_people"),
        sa.UniqueConstraint("reference", name="uq_bookings_reference"),
        sa.CheckConstraint(
            "status IN ('booked', 'checked_in', 'in_service', 'fulfilled', 'cancelled', 'no_show')",
            name="ck_bookings_status_known",
        ),
    )
    op.create_index(
        "uq_bookings_patient_id_department_id_day",
        "bookings",
        ["patient_id", "department_id", "day"],
        unique=True,
        postgresql_where=sa.text(LIVE),
    )
    op.create_index(
        "uq_bookings_slot_id_number", "bookings", ["slot_id", "number"], unique=True, postgresql_where=sa.text(LIVE)
    )
    op.create_index("ix_bookings_patient_id", "bookings", ["patient_id"])
    op.create_index("ix_bookings_session_id", "bookings", ["session_id"])
    op.create_table(
        "booking_references",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("given", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_booking_references"),
    )
