"""Circulation: pick-up codes, what pharmacies hold, dispense and send, their questions and shortages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_dispensing"
down_revision = "0011_prescriptions"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pickup_codes",
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("token_digest", sa.LargeBinary, nullable=False),
        sa.Column("digits_digest", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescriptions.id"], name="fk_pickup_codes_prescription_id_prescriptions"
        ),
        sa.PrimaryKeyConstraint("prescription_id", name="pk_pickup_codes"),
    )
    op.create_index("ix_pickup_codes_digits_digest", "pickup_codes", ["digits_digest"])
    op.create_index(
        "uq_pickup_codes_live_digits", "pickup_codes", ["digits_digest"], unique=True, postgresql_where=sa.text("live")
    )
    op.create_index("uq_pickup_codes_token_digest", "pickup_codes", ["token_digest"], unique=True)
    op.create_table(
        "code_tries",
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.CheckConstraint("tries >= 0", name="ck_code_tries_counts"),
        sa.PrimaryKeyConstraint("subject", "hour", name="pk_code_tries"),
    )
    op.create_index("ix_code_tries_hour", "code_tries", ["hour"])
    op.create_table(
        "redemptions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("redeemed_by", sa.Uuid, nullable=False),
        sa.Column("redeemed_at", INSTANT, nullable=False),
        sa.Column("by_code", sa.Text, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_for", sa.Text),
        sa.CheckConstraint("by_code IN ('token', 'digits')", name="ck_redemptions_code_known"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_for IS NULL)", name="ck_redemptions_ends_for_something"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_redemptions_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescriptions.id"], name="fk_redemptions_prescription_id_prescriptions"
        ),
        sa.ForeignKeyConstraint(["redeemed_by"], ["people.id"], name="fk_redemptions_redeemed_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_redemptions"),
    )
    op.create_index("ix_redemptions_organisation_id_redeemed_at", "redemptions", ["organisation_id", "redeemed_at"])
    op.create_index("ix_redemptions_prescription_id", "redemptions", ["prescription_id"])
    op.create_index(
        "uq_redemptions_open",
        "redemptions",
        ["prescription_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "dispensings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("redemption_id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("dispenser_id", sa.Uuid, nullable=False),
        sa.Column("dispensed_at", INSTANT, nullable=False),
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("single_duty", sa.Boolean, nullable=False),
        sa.Column("checker_id", sa.Uuid),
        sa.Column("checked_at", INSTANT),
        sa.Column("check_signature_id", sa.Uuid),
        sa.Column("check_document", sa.LargeBinary),
        sa.Column("withdrawn_at", INSTANT),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (checker_id IS NULL) AND (checked_at IS NULL) = (check_signature_id IS NULL)",
            name="ck_dispensings_checked_whole",
        ),
        sa.CheckConstraint("checked_at IS NULL OR withdrawn_at IS NULL", name="ck_dispensings_checked_or_withdrawn"),
        sa.CheckConstraint(
            "checker_id IS NULL OR checker_id <> dispenser_id OR single_duty", name="ck_dispensings_two_people"
        ),
        sa.ForeignKeyConstraint(
            ["check_signature_id"], ["signatures.id"], name="fk_dispensings_check_signature_id_signatures"
        ),
        sa.ForeignKeyConstraint(["checker_id"], ["people.id"], name="fk_dispensings_checker_id_people"),
        sa.ForeignKeyConstraint(["dispenser_id"], ["people.id"], name="fk_dispensings_dispenser_id_people"),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescriptions.id"], name="fk_dispensings_prescription_id_prescriptions"
        ),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name="fk_dispensings_redemption_id_redemptions"),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"], name="fk_dispensings_signature_id_signatures"),
        sa.PrimaryKeyConstraint("id", name="pk_dispensings"),
    )
    op.create_index("ix_dispensings_prescription_id", "dispensings", ["prescription_id"])
    op.create_index(
        "uq_dispensings_unchecked",
        "dispensings",
        ["redemption_id"],
        unique=True,
        postgresql_where=sa.text("checked_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "dispensed_items",
        sa.Column("dispensing_id", sa.Uuid, nullable=False),
        sa.Column("item_id", sa.Uuid, nullable=False),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("trace_codes", postgresql.ARRAY(sa.Text), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_dispensed_items_quantity_positive"),
        sa.ForeignKeyConstraint(
            ["dispensing_id"], ["dispensings.id"], name="fk_dispensed_items_dispensing_id_dispensings"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["prescription_items.id"], name="fk_dispensed_items_item_id_prescription_items"
        ),
        sa.PrimaryKeyConstraint("dispensing_id", "item_id", name="pk_dispensed_items"),
    )
    op.create_index("ix_dispensed_items_batch", "dispensed_items", ["batch"])
    op.create_table(
        "consignments",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("redemption_id", sa.Uuid, nullable=False),
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("tracking", sa.Text, nullable=False),
        sa.Column("addressee", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("consigned_by", sa.Uuid, nullable=False),
        sa.Column("consigned_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('consigned', 'in_transit', 'delivered', 'refused')", name="ck_consignments_state_known"
        ),
        sa.ForeignKeyConstraint(["consigned_by"], ["people.id"], name="fk_consignments_consigned_by_people"),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name="fk_consignments_redemption_id_redemptions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consignments"),
    )
    op.create_index("uq_consignments_redemption_id", "consignments", ["redemption_id"], unique=True)
    op.create_table(
        "substitutions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("redemption_id", sa.Uuid, nullable=False),
        sa.Column("prescription_id", sa.Uuid, nullable=False),
        sa.Column("prescriber_id", sa.Uuid, nullable=False),
        sa.Column("item_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answer_text", sa.LargeBinary),
        sa.Column("answered_at", INSTANT),
        sa.CheckConstraint("answer IN ('amend', 'keep', 'dropped')", name="ck_substitutions_answer_known"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="ck_substitutions_answered_whole"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_substitutions_asked_by_people"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["prescription_items.id"], name="fk_substitutions_item_id_prescription_items"
        ),
        sa.ForeignKeyConstraint(["prescriber_id"], ["people.id"], name="fk_substitutions_prescriber_id_people"),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescriptions.id"], name="fk_substitutions_prescription_id_prescriptions"
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name="fk_substitutions_redemption_id_redemptions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_substitutions"),
    )
    op.create_index("ix_substitutions_prescriber_id_asked_at", "substitutions", ["prescriber_id", "asked_at"])
    op.create_index(
        "uq_substitutions_open",
        "substitutions",
        ["redemption_id"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "shortages",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("drug", sa.Text, nullable=False),
        sa.Column("drug_name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("expected_on", sa.Date),
        sa.Column("reported_by", sa.Uuid, nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.Uuid),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name="fk_shortages_ended_by_people"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_shortages_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["reported_by"], ["people.id"], name="fk_shortages_reported_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_shortages"),
    )
    op.create_index("ix_shortages_reported_at", "shortages", ["reported_at"])
    op.create_index(
        "uq_shortages_open",
        "shortages",
        ["organisation_id", "drug"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
