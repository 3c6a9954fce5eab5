"""Tables of people, organisations and what they may practise. How they sign in is in `login_model.py`.

Names, ID numbers and phones of patients are sealed with the patient's data key and found by blind index only
(`PatientLookup`); staff names are public and have pinyin columns for prefix search.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row
from server.foundation.translation import ENGLISH


class Organisation(Row):
    """A hospital, a clinic or a health authority in the tree of four levels."""

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("level IN ('prefecture', 'county', 'township', 'village')", name="level_known"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    level: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, unique=True)
    pinyin: Mapped[str] = mapped_column(Text)
    initials: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Licence(Row):
    """医疗机构执业许可证, and whether internet diagnosis is registered on it (B01)."""

    __tablename__ = "licences"
    __table_args__ = (CheckConstraint("valid_from <= valid_until", name="valid_forward"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    internet_diagnosis: Mapped[bool]
    second_name: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    revoked_at: Mapped[datetime | None]


class Department(Row):
    """A clinical or other department of one organisation."""

    __tablename__ = "departments"
    __table_args__ = (Index("uq_departments_organisation_id_name", "organisation_id", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    pinyin: Mapped[str] = mapped_column(Text)
    initials: Mapped[str] = mapped_column(Text)
    place: Mapped[int]
    closed_at: Mapped[datetime | None]

    def name_in(self, language: str) -> str:
        """What it is called in that language; its Chinese name where it has no other."""
        return (self.name_en if language == ENGLISH else "") or self.name


class Alliance(Row):
    """医共体 or 医联体: organisations that care together, led by one."""

    __tablename__ = "alliances"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime]


class AllianceMember(Row):
    """An organisation's time in an alliance."""

    __tablename__ = "alliance_members"

    alliance_id: Mapped[UUID] = mapped_column(ForeignKey("alliances.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class Person(Row):
    """A patient (sealed), a member of staff or a guest of a meeting (in clear); never two of them in one row.

    `replaced_by`: the record was merged.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("kind IN ('patient', 'staff', 'guest')", name="kind_known"),
        CheckConstraint("(kind <> 'patient') = (name IS NOT NULL)", name="name_in_clear"),
        CheckConstraint("(kind = 'patient') = (name_sealed IS NOT NULL)", name="patient_name_sealed"),
        CheckConstraint("kind = 'staff' OR pinyin IS NULL", name="no_pinyin_of_patients"),
        CheckConstraint("replaced_by <> id", name="not_own_replacement"),
        CheckConstraint(
            "(replaced_by IS NULL) = (replaced_at IS NULL) AND (replaced_by IS NULL OR kind = 'patient')",
            name="replaced_once",
        ),
        Index("ix_people_replaced_by", "replaced_by", postgresql_where=text("replaced_by IS NOT NULL")),
        Index("ix_people_pinyin", "pinyin", postgresql_ops={"pinyin": "text_pattern_ops"}),
        Index("ix_people_initials", "initials", postgresql_ops={"initials": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pinyin: Mapped[str | None] = mapped_column(Text)
    initials: Mapped[str | None] = mapped_column(Text)
    sex: Mapped[str | None] = mapped_column(Text)
    birth_date: Mapped[date | None]
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    home_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    guardian_only: Mapped[bool] = mapped_column(default=False)
    real_name_by: Mapped[str | None] = mapped_column(Text)
    real_name_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    replaced_at: Mapped[datetime | None]


class PatientLookup(Row):
    """Blind indexes of a patient: `scope` is an organisation that knows the patient, or `*` for the whole house.

    Staff search their own organisation's scope only; `*` serves signing in by phone and one registration per ID number.
    """

    __tablename__ = "patient_lookups"
    __table_args__ = (
        Index("ix_patient_lookups_digest", "digest"),
        Index(
            "uq_patient_lookups_id_number",
            "digest",
            unique=True,
            postgresql_where=text("purpose = 'id-number' AND scope = '*'"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class PatientOrganisation(Row):
    """An organisation that knows a patient: registered there, booked there, or brought there by a clinic worker."""

    __tablename__ = "patient_organisations"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    since: Mapped[datetime]


class Guardianship(Row):
    """Who acts for whom: a guardian of a minor, or a family member with the person's consent (B10)."""

    __tablename__ = "guardianships"
    __table_args__ = (
        CheckConstraint("guardian_id <> ward_id", name="two_people"),
        CheckConstraint("kind IN ('guardian', 'family')", name="kind_known"),
        Index(
            "uq_guardianships_in_force",
            "guardian_id",
            "ward_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    ward_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    consent_version: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Membership(Row):
    """One role of a member of staff in one organisation, perhaps in one department."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_in_force",
            "person_id",
            "organisation_id",
            "role",
            text("coalesce(department_id, '00000000-0000-0000-0000-000000000000')"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_memberships_organisation_id_role", "organisation_id", "role"),
        CheckConstraint("role NOT IN ('patient', 'guardian')", name="staff_role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    role: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_for: Mapped[str | None] = mapped_column(Text)


class Credential(Row):
    """A doctor's or pharmacist's licence (执业证书) with title, years and expiry."""

    __tablename__ = "credentials"
    __table_args__ = (
        Index("uq_credentials_person_id_kind", "person_id", "kind", unique=True),
        CheckConstraint("first_licensed_on <= valid_until", name="valid_forward"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    licence_number: Mapped[str] = mapped_column(Text, unique=True)
    category: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    first_licensed_on: Mapped[date]
    valid_until: Mapped[date]
    dispensing_since: Mapped[date | None]
    review_trained_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Filing(Row):
    """Where a credential may be used: registered at one organisation, filed (备案) at others, with consent (B02, B06)."""

    __tablename__ = "filings"
    __table_args__ = (
        Index("uq_filings_credential_id_organisation_id", "credential_id", "organisation_id", unique=True),
        CheckConstraint("valid_from <= valid_until", name="valid_forward"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str] = mapped_column(Text)
    registration: Mapped[bool]
    internet_consent: Mapped[bool]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
