"""The pool across the levels: quotas and agreements, release, holds, the waiting list, templates, limits, open rates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_pool"
down_revision = "0007_consultations"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATUSES = "'held', 'booked', 'checked_in', 'in_service', 'fulfilled', 'cancelled', 'expired', 'no_show'"
LIVE = "status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled')"
QUOTAS = "'online', 'village', 'township', 'county', 'family_doctor', 'window'"


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    _agreements()
    _sessions()
    _ledger()
    _bookings()
    _waiting()
    _templates()
    _limits()
    _figures()


def _agreements() -> None:
    op.create_table(
        "pool_agreements",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("alliance_id", sa.Uuid, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_pool_agreements"),
        *_references("pool_agreements", organisation_id="organisations", alliance_id="alliances", made_by="people"),
        sa.CheckConstraint("valid_until IS NULL OR valid_from <= valid_until", name="ck_pool_agreements_runs_forward"),
    )
    op.create_index("ix_pool_agreements_organisation_id", "pool_agreements", ["organisation_id"])
    op.create_table(
        "booking_teams",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("hospital_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_booking_teams"),
        *_references("booking_teams", organisation_id="organisations", hospital_id="organisations"),
        sa.UniqueConstraint(
            "organisation_id", "hospital_id", "name", name="uq_booking_teams_organisation_id_hospital_id_name"
        ),
    )
    op.create_table(
        "booking_team_members",
        sa.Column("team_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "person_id", name="pk_booking_team_members"),
        *_references("booking_team_members", team_id="booking_teams", person_id="people"),
    )
    op.create_index("ix_booking_team_members_person_id", "booking_team_members", ["person_id"])


def _sessions() -> None:
    # The wheel's PostgreSQL has no btree_gist, so "the same doctor" is a range of one number beside the range of time.
    op.execute(
        "ALTER TABLE sessions"
        " ADD COLUMN agreement_id uuid CONSTRAINT fk_sessions_agreement_id_pool_agreements REFERENCES pool_agreements (id),"
        " ADD COLUMN template_id uuid,"
        " ADD COLUMN last_number integer NOT NULL DEFAULT 0,"
        " ADD COLUMN doctor_no bigint GENERATED ALWAYS AS (hashtextextended(doctor_id::text, 0) / 2) STORED,"
        " ADD COLUMN during tstzrange GENERATED ALWAYS AS (tstzrange(starts_at, ends_at, '[)')) STORED,"
        " ADD CONSTRAINT ex_sessions_doctor_busy EXCLUDE USING gist"
        " (int8range(doctor_no, doctor_no, '[]') WITH &&, during WITH &&) WHERE (status <> 'closed')"
    )
    op.drop_constraint("ck_sessions_status_known", "sessions")
    op.create_check_constraint("ck_sessions_status_known", "sessions", "status IN ('draft', 'published', 'closed')")
    op.create_check_constraint(
        "ck_sessions_service_known", "sessions", "service IN ('follow_up', 'remote_consultation', 'expert')"
    )
    op.alter_column("sessions", "published_at", nullable=True)
    op.create_index("ix_sessions_organisation_id_day", "sessions", ["organisation_id", "day"])
    op.create_index("ix_sessions_day", "sessions", ["day"])
    op.add_column("slots", sa.Column("extra_numbers", sa.ARRAY(sa.Integer), nullable=False, server_default="{}"))
    op.add_column("slots", sa.Column("numbered", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE slots SET numbered = capacity")
    op.execute(
        "UPDATE sessions SET last_number = n FROM"
        " (SELECT session_id, sum(capacity) AS n FROM slots GROUP BY session_id) AS counted"
        " WHERE counted.session_id = sessions.id"
    )


def _ledger() -> None:
    op.add_column("quotas", sa.Column("is_open", sa.Boolean, nullable=False, server_default="true"))
    op.create_check_constraint("ck_quotas_quota_known", "quotas", f"quota IN ({QUOTAS})")
    op.execute("ALTER TABLE quotas SET (fillfactor = 70)")  # every booking is a new version: let it stay on its page
    op.create_table(
        "quota_releases",
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("from_quota", sa.Text, nullable=False),
        sa.Column("to_quota", sa.Text, nullable=False),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("released_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("slot_id", "step", name="pk_quota_releases"),
        *_references("quota_releases", slot_id="slots"),
    )


def _bookings() -> None:
    op.drop_index("uq_bookings_patient_id_department_id_day", "bookings")
    op.drop_index("uq_bookings_slot_id_number", "bookings")
    op.drop_constraint("ck_bookings_status_known", "bookings")
    op.create_check_constraint("ck_bookings_status_known", "bookings", f"status IN ({STATUSES})")
    op.add_column("bookings", sa.Column("organisation_id", sa.Uuid))
    op.add_column("bookings", sa.Column("starts_at", INSTANT))
    op.add_column("bookings", sa.Column("channel", sa.Text, nullable=False, server_default="online"))
    op.add_column("bookings", sa.Column("expires_at", INSTANT))
    op.add_column("bookings", sa.Column("checked_in_at", INSTANT))
    op.add_column("bookings", sa.Column("referral_summary", sa.LargeBinary))
    op.execute(
        "UPDATE bookings SET organisation_id = sessions.organisation_id, starts_at = slots.starts_at"
        " FROM slots JOIN sessions ON sessions.id = slots.session_id WHERE slots.id = bookings.slot_id"
    )
    op.alter_column("bookings", "organisation_id", nullable=False)
    op.alter_column("bookings", "starts_at", nullable=False)
    op.alter_column("bookings", "channel", server_default=None)
    op.create_foreign_key(
        "fk_bookings_organisation_id_organisations", "bookings", "organisations", ["organisation_id"], ["id"]
    )
    op.create_check_constraint("ck_bookings_held_until", "bookings", "(status = 'held') <= (expires_at IS NOT NULL)")
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
    op.create_index("ix_bookings_held", "bookings", ["expires_at"], postgresql_where=sa.text("status = 'held'"))
    op.create_index("ix_bookings_coming", "bookings", ["starts_at"], postgresql_where=sa.text("status = 'booked'"))
    op.create_index("ix_bookings_organisation_id_day", "bookings", ["organisation_id", "day"])
    op.execute("CREATE SEQUENCE booking_numbers MAXVALUE 999999 CYCLE CACHE 1")
    op.drop_table("booking_references")


def _waiting() -> None:
    op.create_table(
        "waitings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("quotas", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("joined_by", sa.Uuid, nullable=False),
        sa.Column("right_used", sa.Text, nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("booking_id", sa.Uuid),
        sa.Column("offered_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_waitings"),
        *_references("waitings", session_id="sessions", patient_id="people", joined_by="people", booking_id="bookings"),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'accepted', 'lapsed', 'left', 'cleared')", name="ck_waitings_status_known"
        ),
    )
    live = sa.text("status IN ('waiting', 'offered')")
    op.create_index(
        "uq_waitings_session_id_patient_id",
        "waitings",
        ["session_id", "patient_id"],
        unique=True,
        postgresql_where=live,
    )
    op.create_index("ix_waitings_session_id_place", "waitings", ["session_id", "place"], postgresql_where=live)
    op.create_index("ix_waitings_session_id", "waitings", ["session_id"])
    op.create_index("ix_waitings_patient_id", "waitings", ["patient_id"])
    op.create_index("uq_waitings_booking_id", "waitings", ["booking_id"], unique=True)


def _templates() -> None:
    op.create_table(
        "session_templates",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("starts_at", sa.Time, nullable=False),
        sa.Column("ends_at", sa.Time, nullable=False),
        sa.Column("slot_minutes", sa.Integer, nullable=False),
        sa.Column("slot_capacity", sa.Integer, nullable=False),
        sa.Column("quotas", JSONB),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session_templates"),
        *_references(
            "session_templates",
            organisation_id="organisations",
            department_id="departments",
            doctor_id="people",
            made_by="people",
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="ck_session_templates_weekday"),
        sa.CheckConstraint("slot_minutes > 0 AND slot_capacity > 0", name="ck_session_templates_has_places"),
    )
    op.create_index("ix_session_templates_organisation_id", "session_templates", ["organisation_id"])
    op.create_table(
        "day_exceptions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("doctor_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("works_as", sa.SmallInteger),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_exceptions"),
        *_references("day_exceptions", organisation_id="organisations", doctor_id="people", made_by="people"),
        sa.CheckConstraint("works_as BETWEEN 1 AND 7", name="ck_day_exceptions_works_as"),
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_day_exceptions_organisation_id_day_doctor_id ON day_exceptions"
        " (organisation_id, day, doctor_id) NULLS NOT DISTINCT"
    )


def _limits() -> None:
    op.create_table(
        "booking_policies",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("limits", JSONB, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_booking_policies"),
        *_references("booking_policies", organisation_id="organisations", changed_by="people"),
    )
    op.create_table(
        "booking_suspensions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("no_shows", sa.Integer, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("lifted_at", INSTANT),
        sa.Column("lifted_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_booking_suspensions"),
        *_references("booking_suspensions", patient_id="people", organisation_id="organisations", lifted_by="people"),
    )
    op.create_index(
        "ix_booking_suspensions_patient_id_organisation_id",
        "booking_suspensions",
        ["patient_id", "organisation_id", "ends_at"],
    )
    op.create_table(
        "booking_reminders",
        sa.Column("booking_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "kind", name="pk_booking_reminders"),
        *_references("booking_reminders", booking_id="bookings"),
    )
    op.drop_column("visits", "reminded_at")  # every booking's reminders are in that table now


def _figures() -> None:
    op.create_table(
        "open_rates",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("online", sa.Integer, nullable=False),
        sa.Column("booked", sa.Integer, nullable=False),
        sa.Column("no_shows", sa.Integer, nullable=False),
        sa.Column("waited", sa.Integer, nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "day", name="pk_open_rates"),
        *_references("open_rates", organisation_id="organisations"),
    )
