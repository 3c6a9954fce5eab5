"""Tables of meetings: the meeting, its invitations, who has a part in it, and every stay in its room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Meeting(Row):
    """The live part of one request, whose id it has. It is open from its room's making until it is ended."""

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'open', 'ended')", name="state_known"),
        CheckConstraint("(opened_at IS NULL) = (room IS NULL)", name="opened_with_a_room"),
        CheckConstraint("(chair_id IS NULL) = (room IS NULL)", name="opened_with_a_chair"),
        CheckConstraint("state <> 'open' OR opened_at IS NOT NULL", name="open_since"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at_what"),
        Index("ix_meetings_open", "opened_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"), primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    encounter_id: Mapped[UUID] = mapped_column(ForeignKey("encounters.id"), unique=True)
    state: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    room: Mapped[str | None] = mapped_column(Text, unique=True)
    chair_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None]
    empty_since: Mapped[datetime | None]
    video_stopped_at: Mapped[datetime | None]
    video_stopped_for: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    ended_for: Mapped[str | None] = mapped_column(Text)


class Invitation(Row):
    """A link for one guest in one capacity, known by the digest of its secret. The first browser that opens it keeps it;
    `browser` is the digest of a word which that browser made, for when the answer to it is lost on a bad line.
    """

    __tablename__ = "meeting_invitations"
    __table_args__ = (
        Index("ix_meeting_invitations_meeting_id", "meeting_id"),
        Index("ix_meeting_invitations_login_id", "login_id"),
        CheckConstraint("kind IN ('patient', 'observer', 'interpreter', 'helper')", name="kind_known"),
        CheckConstraint(
            "(opened_at IS NULL) = (person_id IS NULL) AND (opened_at IS NULL) = (login_id IS NULL)",
            name="opened_by_whom",
        ),
        CheckConstraint("second_browser_at IS NULL OR opened_at IS NOT NULL", name="second_after_first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    login_id: Mapped[UUID | None]  # old logins are forgotten, the invitation stays
    browser: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime | None]
    second_browser_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Attendee(Row):
    """One person's part in a meeting: in what capacity, and where they stand now (`since`): in the lobby, in, gone."""

    __tablename__ = "meeting_people"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('requester', 'patient', 'expert', 'lead', 'observer', 'interpreter', 'helper')",
            name="kind_known",
        ),
        CheckConstraint(
            "state IN ('invited', 'knocking', 'admitted', 'in', 'away', 'left', 'removed')", name="state_known"
        ),
        Index("ix_meeting_people_person_id", "person_id"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    admitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recording_agreed_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]


class MeetingStay(Row):
    """One unbroken time of somebody's media or seat in the room."""

    __tablename__ = "meeting_stays"
    __table_args__ = (
        Index("ix_meeting_stays_meeting_id", "meeting_id"),
        Index(
            "uq_meeting_stays_open",
            "meeting_id",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("kind IN ('seat', 'media')", name="kind_known"),
        CheckConstraint("until IS NULL OR until >= since", name="runs_forward"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Text)
