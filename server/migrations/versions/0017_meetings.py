"""Meetings of remote consultations: guests, lobby, opinions, summaries, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0017_meetings"
down_revision = "0016_remote"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def upgrade() -> None:
    _guests()
    _meetings()
    _opinions()


def _guests() -> None:
    """A guest's name stands in clear, as one of staff does: nothing else is known of them."""
    for name in ("ck_people_kind_known", "ck_people_staff_name_in_clear"):
        op.drop_constraint(name, "people")
    op.create_check_constraint("ck_people_kind_known", "people", "kind IN ('patient', 'staff', 'guest')")
    op.create_check_constraint("ck_people_name_in_clear", "people", "(kind <> 'patient') = (name IS NOT NULL)")


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("room", sa.Text),
        sa.Column("chair_id", sa.Uuid),
        sa.Column("opened_at", INSTANT),
        sa.Column("empty_since", INSTANT),
        sa.Column("video_stopped_at", INSTANT),
        sa.Column("video_stopped_for", sa.Text),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_for", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
        sa.UniqueConstraint("encounter_id", name="uq_meetings_encounter_id"),
        sa.UniqueConstraint("room", name="uq_meetings_room"),
        sa.CheckConstraint("state IN ('planned', 'open', 'ended')", name="ck_meetings_state_known"),
        sa.CheckConstraint("(opened_at IS NULL) = (room IS NULL)", name="ck_meetings_opened_with_a_room"),
        sa.CheckConstraint("(chair_id IS NULL) = (room IS NULL)", name="ck_meetings_opened_with_a_chair"),
        sa.CheckConstraint("state <> 'open' OR opened_at IS NOT NULL", name="ck_meetings_open_since"),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ck_meetings_ended_at_what"),
        *_references(
            "meetings", chair_id="people", encounter_id="encounters", id="remote_requests", patient_id="people"
        ),
    )
    op.create_index("ix_meetings_open", "meetings", ["opened_at"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "meeting_invitations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("meeting_id", sa.Uuid, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("login_id", sa.Uuid),
        sa.Column("browser", sa.LargeBinary),
        sa.Column("opened_at", INSTANT),
        sa.Column("second_browser_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_invitations"),
        sa.UniqueConstraint("digest", name="uq_meeting_invitations_digest"),
        sa.CheckConstraint(
            "kind IN ('patient', 'observer', 'interpreter', 'helper')", name="ck_meeting_invitations_kind_known"
        ),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (person_id IS NULL) AND (opened_at IS NULL) = (login_id IS NULL)",
            name="ck_meeting_invitations_opened_by_whom",
        ),
        sa.CheckConstraint(
            "second_browser_at IS NULL OR opened_at IS NOT NULL", name="ck_meeting_invitations_second_after_first"
        ),
        *_references("meeting_invitations", made_by="people", meeting_id="meetings", person_id="people"),
    )
    op.create_index("ix_meeting_invitations_meeting_id", "meeting_invitations", ["meeting_id"])
    op.create_index("ix_meeting_invitations_login_id", "meeting_invitations", ["login_id"])
    op.create_table(
        "meeting_people",
        sa.Column("meeting_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("admitted_by", sa.Uuid),
        sa.Column("recording_agreed_at", INSTANT),
        sa.Column("connected_at", INSTANT),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name="pk_meeting_people"),
        sa.CheckConstraint(
            "kind IN ('requester', 'patient', 'expert', 'lead', 'observer', 'interpreter', 'helper')",
            name="ck_meeting_people_kind_known",
        ),
        sa.CheckConstraint(
            "state IN ('invited', 'knocking', 'admitted', 'in', 'away', 'left', 'removed')",
            name="ck_meeting_people_state_known",
        ),
        *_references("meeting_people", admitted_by="people", meeting_id="meetings", person_id="people"),
    )
    op.create_index("ix_meeting_people_person_id", "meeting_people", ["person_id"])
    op.create_table(
        "meeting_stays",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("meeting_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("ended_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_stays"),
        sa.CheckConstraint("kind IN ('seat', 'media')", name="ck_meeting_stays_kind_known"),
        sa.CheckConstraint("until IS NULL OR until >= since", name="ck_meeting_stays_runs_forward"),
        *_references("meeting_stays", meeting_id="meetings", person_id="people"),
    )
    op.create_index("ix_meeting_stays_meeting_id", "meeting_stays", ["meeting_id"])
    op.create_index(
        "uq_meeting_stays_open",
        "meeting_stays",
        ["meeting_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )


def _opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("draft", sa.LargeBinary),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opinions"),
        sa.CheckConstraint("kind IN ('opinion', 'summary')", name="ck_opinions_kind_known"),
        sa.CheckConstraint("seq >= 1 AND version >= 0", name="ck_opinions_counts"),
        sa.CheckConstraint("version > 0 OR draft IS NOT NULL", name="ck_opinions_says_something"),
        *_references("opinions", author_id="people", patient_id="people", request_id="remote_requests"),
    )
    op.create_index("uq_opinions_author", "opinions", ["request_id", "kind", "author_id"], unique=True)
    op.create_table(
        "opinion_versions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("opinion_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opinion_versions"),
        sa.UniqueConstraint("opinion_id", "version", name="uq_opinion_versions_opinion_id_version"),
        sa.CheckConstraint("(version = 1) = (reason IS NULL)", name="ck_opinion_versions_amended_why"),
        *_references("opinion_versions", author_id="people", opinion_id="opinions", signature_id="signatures"),
    )
    op.create_table(
        "consultation_reports",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("parts", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_reports"),
        sa.UniqueConstraint("request_id", "edition", name="uq_consultation_reports_request_id_edition"),
        sa.CheckConstraint("edition >= 1 AND cardinality(parts) >= 1", name="ck_consultation_reports_has_parts"),
        *_references("consultation_reports", request_id="remote_requests"),
    )
