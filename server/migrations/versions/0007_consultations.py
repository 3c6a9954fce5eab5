"""Consultations: visits, who was in their rooms, and the doctors' receptions."""

import sqlalchemy as sa
from alembic import op

revision = "0007_consultations"
down_revision = "0006_appointments"
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
        "visits",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("booking_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("slot_starts_at", INSTANT, nullable=False),
        sa.Column("slot_ends_at", INSTANT, nullable=False),
        sa.Column("session_ends_at", INSTANT, nullable=False),
        sa.Column("place_number", sa.Integer, nullable=False),
        sa.Column("booked_right", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("booking_told_at", INSTANT),
        sa.Column("reminded_at", INSTANT),
        sa.Column("precheck", sa.LargeBinary),
        sa.Column("prechecked_at", INSTANT),
        sa.Column("device", sa.Text),
        sa.Column("device_checked_at", INSTANT),
        sa.Column("recording_declined_at", INSTANT),
        sa.Column("checked_in_at", INSTANT),
        sa.Column("checked_in_by", sa.Uuid),
        sa.Column("last_seen_at", INSTANT),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("first_called_at", INSTANT),
        sa.Column("last_called_at", INSTANT),
        sa.Column("misses", sa.Integer, nullable=False),
        sa.Column("missed_at", INSTANT),
        sa.Column("eligible_at", INSTANT),
        sa.Column("room", sa.Text),
        sa.Column("room_opened_at", INSTANT),
        sa.Column("video_stopped_at", INSTANT),
        sa.Column("video_stopped_for", sa.Text),
        sa.Column("phone_shown_at", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("video_ended_at", INSTANT),
        sa.Column("outcome", sa.Text),
        sa.Column("signed_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("end_code", sa.Text),
        sa.Column("end_reason", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sa.UniqueConstraint("number", name="uq_visits_number"),
        sa.UniqueConstraint("booking_id", name="uq_visits_booking_id"),
        sa.UniqueConstraint("encounter_id", name="uq_visits_encounter_id"),
        sa.UniqueConstraint("room", name="uq_visits_room"),
        sa.CheckConstraint("calls >= 0 AND misses >= 0", name="ck_visits_counts"),
        *_references(
            "visits",
            booking_id="bookings",
            encounter_id="encounters",
            session_id="sessions",
            patient_id="people",
            doctor_id="people",
            organisation_id="organisations",
            department_id="departments",
        ),
    )
    op.create_index("ix_visits_session_id_status", "visits", ["session_id", "status"])
    op.create_index("ix_visits_doctor_id_day", "visits", ["doctor_id", "day"])
    op.create_index("ix_visits_patient_id_day", "visits", ["patient_id", "day"])
    op.create_index("ix_visits_day_organisation_id", "visits", ["day", "organisation_id"])
    op.create_index(
        "uq_visits_one_in_room",
        "visits",
        ["doctor_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('called', 'eligibility', 'in_video')"),
    )
    op.create_index("ix_visits_booking_untold", "visits", ["id"], postgresql_where=sa.text("booking_told_at IS NULL"))
    op.create_index("ix_visits_status_slot_starts_at", "visits", ["status", "slot_starts_at"])
    op.create_table(
        "visit_participants",
        sa.Column("visit_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("invited_at", INSTANT, nullable=False),
        sa.Column("recording_agreed_at", INSTANT),
        sa.Column("connected_at", INSTANT),
        sa.Column("away_since", INSTANT),
        sa.Column("left_at", INSTANT),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name="pk_visit_participants"),
        *_references("visit_participants", visit_id="visits", person_id="people"),
    )
    op.create_table(
        "visit_stays",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("visit_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("ended_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_visit_stays"),
        sa.CheckConstraint("kind IN ('seat', 'media')", name="ck_visit_stays_kind_known"),
        sa.CheckConstraint("until IS NULL OR until >= since", name="ck_visit_stays_runs_forward"),
        *_references("visit_stays", visit_id="visits", person_id="people"),
    )
    op.create_index("ix_visit_stays_visit_id", "visit_stays", ["visit_id"])
    op.create_index(
        "uq_visit_stays_open",
        "visit_stays",
        ["visit_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "receptions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("pause_reason", sa.Text),
        sa.Column("pause_note", sa.Text),
        sa.Column("paused_until", INSTANT),
        sa.Column("verified_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_receptions"),
        sa.UniqueConstraint("session_id", "doctor_id", name="uq_receptions_session_id_doctor_id"),
        sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name="ck_receptions_state_known"),
        *_references("receptions", session_id="sessions", doctor_id="people", organisation_id="organisations"),
    )
    op.create_index("ix_receptions_doctor_id_day", "receptions", ["doctor_id", "day"])
