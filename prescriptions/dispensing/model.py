"""Tables of circulation. Nothing here names a drug: what was dispensed of which line is counted, its name is sealed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class PickUpCode(Row):
    """取药码 of an approved prescription: digests to find it by, token and digits sealed with the patient's key to show again.

    `live` until the prescription is over; only among live ones are the digits unique.
    """

    __tablename__ = "pickup_codes"
    __table_args__ = (
        Index("uq_pickup_codes_token_digest", "token_digest", unique=True),
        Index("uq_pickup_codes_live_digits", "digits_digest", unique=True, postgresql_where=text("live")),
        Index("ix_pickup_codes_digits_digest", "digits_digest"),
    )

    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"), primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary)
    digits_digest: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    live: Mapped[bool]
    made_at: Mapped[datetime]


class CodeTry(Row):
    """How often somebody (a pharmacy's digits, an address's tokens) tried in one hour."""

    __tablename__ = "code_tries"
    __table_args__ = (CheckConstraint("tries >= 0", name="counts"),)

    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    tries: Mapped[int]


class Redemption(Row):
    """One pharmacy's holding of one prescription, from its code to the end. Two at once lose to the index."""

    __tablename__ = "redemptions"
    __table_args__ = (
        Index("uq_redemptions_open", "prescription_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_redemptions_organisation_id_redeemed_at", "organisation_id", "redeemed_at"),
        Index("ix_redemptions_prescription_id", "prescription_id"),
        CheckConstraint("(ended_at IS NULL) = (ended_for IS NULL)", name="ends_for_something"),
        CheckConstraint("by_code IN ('token', 'digits')", name="code_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    redeemed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    redeemed_at: Mapped[datetime]
    by_code: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    ended_for: Mapped[str | None] = mapped_column(Text)


class Dispensing(Row):
    """调配 and 核对: what one person counted out and another checked; `document` is what the first signed, sealed."""

    __tablename__ = "dispensings"
    __table_args__ = (
        Index(
            "uq_dispensings_unchecked",
            "redemption_id",
            unique=True,
            postgresql_where=text("checked_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index("ix_dispensings_prescription_id", "prescription_id"),
        CheckConstraint("checker_id IS NULL OR checker_id <> dispenser_id OR single_duty", name="two_people"),
        CheckConstraint(
            "(checked_at IS NULL) = (checker_id IS NULL) AND (checked_at IS NULL) = (check_signature_id IS NULL)",
            name="checked_whole",
        ),
        CheckConstraint("checked_at IS NULL OR withdrawn_at IS NULL", name="checked_or_withdrawn"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"))
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    dispenser_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    dispensed_at: Mapped[datetime]
    signature_id: Mapped[UUID] = mapped_column(ForeignKey("signatures.id"))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    single_duty: Mapped[bool]
    checker_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    checked_at: Mapped[datetime | None]
    check_signature_id: Mapped[UUID | None] = mapped_column(ForeignKey("signatures.id"))
    check_document: Mapped[bytes | None] = mapped_column(LargeBinary)
    withdrawn_at: Mapped[datetime | None]


class DispensedItem(Row):
    """How much of one line, of which batch, with which traceability codes (追溯码)."""

    __tablename__ = "dispensed_items"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_dispensed_items_batch", "batch"),
    )

    dispensing_id: Mapped[UUID] = mapped_column(ForeignKey("dispensings.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("prescription_items.id"), primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    batch: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date | None]
    trace_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Consignment(Row):
    """配送: one parcel with a carrier. Who gets it and where is sealed with the patient's key."""

    __tablename__ = "consignments"
    __table_args__ = (
        Index("uq_consignments_redemption_id", "redemption_id", unique=True),
        CheckConstraint("state IN ('consigned', 'in_transit', 'delivered', 'refused')", name="state_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"))
    carrier: Mapped[str] = mapped_column(Text)
    tracking: Mapped[str] = mapped_column(Text)
    addressee: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    consigned_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    consigned_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Substitution(Row):
    """A pharmacy's question whether another drug may be given; only the prescriber answers (dispensing-5)."""

    __tablename__ = "substitutions"
    __table_args__ = (
        Index("uq_substitutions_open", "redemption_id", unique=True, postgresql_where=text("answered_at IS NULL")),
        Index("ix_substitutions_prescriber_id_asked_at", "prescriber_id", "asked_at"),
        CheckConstraint("answer IN ('amend', 'keep', 'dropped')", name="answer_known"),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"))
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    prescriber_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("prescription_items.id"))
    code: Mapped[str] = mapped_column(Text)
    text: Mapped[bytes] = mapped_column(LargeBinary)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    answer_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None]


class Shortage(Row):
    """缺药: a drug that a pharmacy does not have; one open report for each drug and pharmacy."""

    __tablename__ = "shortages"
    __table_args__ = (
        Index(
            "uq_shortages_open",
            "organisation_id",
            "drug",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_shortages_reported_at", "reported_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    drug: Mapped[str] = mapped_column(Text)  # the formulary's id, or the name where it has none
    drug_name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    expected_on: Mapped[date | None]
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reported_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
