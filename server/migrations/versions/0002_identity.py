"""Identity: organisations and licences, people and credentials, signing in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002_identity"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _organisations()
    _people()
    _practice()
    _accounts()
    _logins()


def _uuid(name: str, refers: str | None = None, *, null: bool = False, **options: Any) -> sa.Column[Any]:
    """An id; `refers` names the table it points into."""
    keys = [sa.ForeignKey(f"{refers}.id", **options)] if refers else []
    return sa.Column(name, sa.Uuid, *keys, nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null)


def _bytes(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=null)


def _instant(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _day(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date, nullable=null)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _count(name: str, kind: Any = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _table(name: str, *parts: sa.Column[Any] | sa.Constraint, key: tuple[str, ...] = ("id",)) -> None:
    """A table with the names that the models' naming convention gives."""
    named = sa.MetaData(
        naming_convention={
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    foreign = {part.target_fullname.split(".")[0] for part in _foreign_keys(parts)}
    for other in foreign - {name}:
        sa.Table(other, named, sa.Column("id", sa.Uuid, primary_key=True))
    table = sa.Table(name, named, *parts, sa.PrimaryKeyConstraint(*key))
    op.execute(sa.schema.CreateTable(table))


def _foreign_keys(parts: tuple[Any, ...]) -> list[Any]:
    return [key for part in parts if isinstance(part, sa.Column) for key in part.foreign_keys]


def _index(table: str, *columns: str, name: str | None = None, **options: Any) -> None:
    op.create_index(name or f"ix_{table}_{'_'.join(columns)}", table, list(columns), **options)


def _organisations() -> None:
    _table(
        "organisations",
        _uuid("id"),
        _uuid("parent_id", "organisations", null=True),
        _text("level"),
        _text("kind"),
        _text("grade"),
        _text("name"),
        _text("pinyin"),
        _text("initials"),
        _text("phone"),
        _text("address"),
        _instant("created_at"),
        _instant("closed_at", null=True),
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("level IN ('prefecture', 'county', 'township', 'village')", name="level_known"),
        sa.CheckConstraint("parent_id <> id", name="not_own_parent"),
    )
    _index("organisations", "parent_id")
    _table(
        "licences",
        _uuid("id"),
        _uuid("organisation_id", "organisations"),
        _text("number"),
        _flag("internet_diagnosis"),
        _text("second_name", null=True),
        _day("valid_from"),
        _day("valid_until"),
        _instant("revoked_at", null=True),
        sa.UniqueConstraint("number"),
        sa.CheckConstraint("valid_from <= valid_until", name="valid_forward"),
    )
    _index("licences", "organisation_id")
    _table(
        "departments",
        _uuid("id"),
        _uuid("organisation_id", "organisations"),
        _text("name"),
        _text("name_en"),
        _text("pinyin"),
        _text("initials"),
        _count("place"),
        _instant("closed_at", null=True),
    )
    _index("departments", "organisation_id", "name", name="uq_departments_organisation_id_name", unique=True)
    _table(
        "alliances",
        _uuid("id"),
        _text("name"),
        _uuid("lead_id", "organisations"),
        _instant("created_at"),
        sa.UniqueConstraint("name"),
    )
    _table(
        "alliance_members",
        _uuid("alliance_id", "alliances"),
        _uuid("organisation_id", "organisations"),
        _day("joined_on"),
        _day("left_on", null=True),
        key=("alliance_id", "organisation_id"),
    )
    _index("alliance_members", "organisation_id")


def _people() -> None:
    _table(
        "people",
        _uuid("id"),
        _text("kind"),
        _text("name", null=True),
        _bytes("name_sealed", null=True),
        _text("pinyin", null=True),
        _text("initials", null=True),
        _text("sex", null=True),
        _day("birth_date", null=True),
        _bytes("id_number_sealed", null=True),
        _bytes("phone_sealed", null=True),
        _uuid("home_organisation_id", "organisations", null=True),
        _flag("guardian_only"),
        _text("real_name_by", null=True),
        _instant("real_name_at", null=True),
        _instant("created_at"),
        _uuid("created_by", null=True),
        _count("version"),
        sa.CheckConstraint("kind IN ('patient', 'staff')", name="kind_known"),
        sa.CheckConstraint("(kind = 'staff') = (name IS NOT NULL)", name="staff_name_in_clear"),
        sa.CheckConstraint("(kind = 'patient') = (name_sealed IS NOT NULL)", name="patient_name_sealed"),
        sa.CheckConstraint("kind = 'staff' OR pinyin IS NULL", name="no_pinyin_of_patients"),
    )
    for column in ("pinyin", "initials"):
        _index("people", column, postgresql_ops={column: "text_pattern_ops"})
    _table(
        "patient_lookups",
        _uuid("person_id", "people"),
        _text("purpose"),
        _text("scope"),
        _bytes("digest"),
        key=("person_id", "purpose", "scope"),
    )
    _index("patient_lookups", "digest")
    registered = sa.text("purpose = 'id-number' AND scope = '*'")
    _index("patient_lookups", "digest", name="uq_patient_lookups_id_number", unique=True, postgresql_where=registered)
    _table(
        "patient_organisations",
        _uuid("person_id", "people"),
        _uuid("organisation_id", "organisations"),
        _instant("since"),
        key=("person_id", "organisation_id"),
    )
    _index("patient_organisations", "organisation_id")
    _table(
        "guardianships",
        _uuid("id"),
        _uuid("guardian_id", "people"),
        _uuid("ward_id", "people"),
        _text("kind"),
        _text("relation"),
        _text("evidence"),
        _text("consent_version"),
        _instant("started_at"),
        _instant("ended_at", null=True),
        sa.CheckConstraint("guardian_id <> ward_id", name="two_people"),
        sa.CheckConstraint("kind IN ('guardian', 'family')", name="kind_known"),
    )
    _index("guardianships", "ward_id")
    running = sa.text("ended_at IS NULL")
    _index(
        "guardianships",
        "guardian_id",
        "ward_id",
        name="uq_guardianships_in_force",
        unique=True,
        postgresql_where=running,
    )


def _practice() -> None:
    _table(
        "memberships",
        _uuid("id"),
        _uuid("person_id", "people"),
        _uuid("organisation_id", "organisations"),
        _uuid("department_id", "departments", null=True),
        _text("role"),
        _instant("started_at"),
        _instant("ended_at", null=True),
        _instant("suspended_at", null=True),
        _text("suspended_for", null=True),
        sa.CheckConstraint("role NOT IN ('patient', 'guardian')", name="staff_role"),
    )
    _index("memberships", "organisation_id", "role")
    op.execute(
        "CREATE UNIQUE INDEX uq_memberships_in_force ON memberships (person_id, organisation_id, role,"
        " coalesce(department_id, '00000000-0000-0000-0000-000000000000')) WHERE ended_at IS NULL"
    )
    _table(
        "credentials",
        _uuid("id"),
        _uuid("person_id", "people"),
        _text("kind"),
        _text("licence_number"),
        _text("category"),
        _text("scope"),
        _text("title"),
        _day("first_licensed_on"),
        _day("valid_until"),
        _day("dispensing_since", null=True),
        _day("review_trained_on", null=True),
        _count("version"),
        sa.UniqueConstraint("licence_number"),
        sa.CheckConstraint("first_licensed_on <= valid_until", name="valid_forward"),
    )
    _index("credentials", "person_id", "kind", name="uq_credentials_person_id_kind", unique=True)
    _table(
        "filings",
        _uuid("id"),
        _uuid("credential_id", "credentials"),
        _uuid("organisation_id", "organisations"),
        _text("number"),
        _flag("registration"),
        _flag("internet_consent"),
        _day("valid_from"),
        _day("valid_until"),
        sa.CheckConstraint("valid_from <= valid_until", name="valid_forward"),
    )
    one_each = "uq_filings_credential_id_organisation_id"
    _index("filings", "credential_id", "organisation_id", name=one_each, unique=True)


def _accounts() -> None:
    _table(
        "accounts",
        _uuid("person_id", "people"),
        _text("username"),
        _bytes("phone_digest", null=True),
        _text("password_hash", null=True),
        _bytes("totp_sealed", null=True),
        _count("totp_last_step", sa.BigInteger),
        _instant("enrolled_at", null=True),
        _instant("closed_at", null=True),
        sa.UniqueConstraint("username"),
        sa.UniqueConstraint("phone_digest"),
        key=("person_id",),
    )
    _table(
        "recovery_codes",
        _uuid("person_id", "people"),
        _bytes("digest"),
        _instant("created_at"),
        _instant("used_at", null=True),
        key=("person_id", "digest"),
    )
    _table(
        "enrolments",
        _uuid("id"),
        _uuid("person_id", "people"),
        _bytes("token_digest"),
        _bytes("totp_sealed"),
        _instant("created_at"),
        _uuid("created_by", null=True),
        _instant("expires_at"),
        _instant("used_at", null=True),
        sa.UniqueConstraint("token_digest"),
    )
    _index("enrolments", "person_id")
    _table(
        "demo_people",
        _uuid("person_id", "people"),
        _count("place"),
        _text("story_zh"),
        _text("story_en"),
        _bytes("password_sealed", null=True),
        _count("given_step", sa.BigInteger),
        key=("person_id",),
    )


def _logins() -> None:
    _table(
        "one_time_codes",
        _uuid("id"),
        _bytes("phone_digest"),
        _text("purpose"),
        _bytes("code_digest"),
        _instant("created_at"),
        _instant("expires_at"),
        _count("tries"),
        _instant("verified_at", null=True),
        _instant("used_at", null=True),
    )
    _index("one_time_codes", "phone_digest", "purpose")
    _index("one_time_codes", "expires_at")
    _table(
        "attempt_counts",
        _text("kind"),
        _bytes("subject_digest"),
        _instant("window_start"),
        _count("count"),
        key=("kind", "subject_digest", "window_start"),
    )
    _index("attempt_counts", "window_start")
    _table(
        "sign_in_failures",
        _bytes("subject_digest"),
        _count("failures"),
        _instant("last_at"),
        _instant("locked_until", null=True),
        key=("subject_digest",),
    )
    _index("sign_in_failures", "last_at")
    _table(
        "logins",
        _uuid("id"),
        _uuid("person_id", "people"),
        _text("role"),
        _uuid("membership_id", "memberships", null=True),
        _uuid("organisation_id", "organisations", null=True),
        _text("level", null=True),
        _text("device"),
        _instant("created_at"),
        _instant("seen_at"),
        _instant("expires_at"),
        _instant("second_factor_at", null=True),
        _instant("ended_at", null=True),
        _text("ended_for", null=True),
        sa.CheckConstraint("(organisation_id IS NULL) = (membership_id IS NULL)", name="staff_or_patient"),
    )
    for column in ("person_id", "membership_id", "expires_at"):
        _index("logins", column)
    _table(
        "refresh_tokens",
        _bytes("digest"),
        _uuid("login_id", "logins", ondelete="CASCADE"),
        _instant("created_at"),
        _instant("superseded_at", null=True),
        _bytes("successor_sealed", null=True),
        key=("digest",),
    )
    _index("refresh_tokens", "login_id")
