"""Tables of signing in: accounts of staff, second factors, one-time codes, logins, limits and the demo's people.

Nothing here can be used as it lies: passwords are argon2id hashes, TOTP secrets and refresh successors are sealed, codes,
tokens and whom an attempt was made for are digests.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Account(Row):
    """How a member of staff signs in. Without `enrolled_at` there is a username and an enrolment link, nothing else."""

    __tablename__ = "accounts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    enrolled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class RecoveryCode(Row):
    """A second factor on paper, good for one sign-in."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Enrolment(Row):
    """A one-time link with which a member of staff sets password and second factor."""

    __tablename__ = "enrolments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    totp_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OneTimeCode(Row):
    """A code sent to a phone for one purpose; known by digests only."""

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("ix_one_time_codes_phone_digest_purpose", "phone_digest", "purpose"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_digest: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(Text)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    verified_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class AttemptCount(Row):
    """How often something was tried for one subject (a phone, an address) in one window of time."""

    __tablename__ = "attempt_counts"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]


class SignInFailure(Row):
    """Wrong sign-ins in a row for one account, or for one name that is no account: the lock-out treats both alike."""

    __tablename__ = "sign_in_failures"

    subject_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class Login(Row):
    """A signed-in session: one person in one role, until it is ended or its time is over."""

    __tablename__ = "logins"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) = (membership_id IS NULL)", name="staff_or_patient"),
        Index("ix_logins_person_id", "person_id"),
        Index("ix_logins_membership_id", "membership_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(Text)
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    level: Mapped[str | None] = mapped_column(Text)
    device: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_for: Mapped[str | None] = mapped_column(Text)


class RefreshToken(Row):
    """One link of a login's chain. A superseded one keeps its successor, sealed, to give the same one to a second tab."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    successor_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class DemoPerson(Row):
    """An invented person whom the demo's sign-in page offers; empty everywhere else."""

    __tablename__ = "demo_people"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    place: Mapped[int]
    story_zh: Mapped[str] = mapped_column(Text)
    story_en: Mapped[str] = mapped_column(Text)
    password_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_step: Mapped[int] = mapped_column(BigInteger, default=0)
