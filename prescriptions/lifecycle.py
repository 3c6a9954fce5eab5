"""The life of a prescription as a table, and the groups of statuses that lists and gates speak of.

What the table cannot say (whose it is, which pharmacy holds it, until when it is good) is asked by the use cases and settled
by the same statement that takes the step (`store.move`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, step


class Status(StrEnum):
    """Where a prescription stands."""

    DRAFT = "draft"
    CHECKED = "checked"  # the checks ran on what stands, and nothing stops it
    IN_REVIEW = "in_review"  # signed by the doctor, waiting for a pharmacist
    CLAIMED = "claimed"  # one pharmacist has it
    RETURNED = "returned"  # to the doctor, with a reason
    REJECTED = "rejected"  # gravely wrong: reported, over
    WITHDRAWN = "withdrawn"  # by the doctor, before approval
    VALID = "valid"  # approved; may be locked by a pharmacy until it expires
    LOCKED = "locked"  # a pharmacy took its code
    PARTIAL = "partial"  # some of it was dispensed; the same pharmacy holds the rest
    DISPENSED = "dispensed"
    HANDED_OVER = "handed_over"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    RETURN_REQUESTED = "return_requested"
    RETURNED_QUALITY = "returned_quality"  # taken back because of its quality
    EXPIRED = "expired"
    VOIDED = "voided"


UNSIGNED: Final = frozenset({Status.DRAFT, Status.CHECKED})
IN_REVIEW: Final = frozenset({Status.IN_REVIEW, Status.CLAIMED})
APPROVED: Final = frozenset(
    {
        Status.VALID,
        Status.LOCKED,
        Status.PARTIAL,
        Status.DISPENSED,
        Status.HANDED_OVER,
        Status.IN_DELIVERY,
        Status.DELIVERED,
        Status.RETURN_REQUESTED,
        Status.RETURNED_QUALITY,
    }
)
SUPPLIED: Final = frozenset({Status.DISPENSED, Status.HANDED_OVER, Status.IN_DELIVERY, Status.DELIVERED})
OVER: Final = frozenset(
    {Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED, Status.VOIDED, Status.DELIVERED, Status.RETURNED_QUALITY}
)

_DOCTOR: Final = frozenset({Role.DOCTOR})
_PHARMACIST: Final = frozenset({Role.PHARMACIST})
_BOTH: Final = _DOCTOR | _PHARMACIST
_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})

LIFE: Final = Lifecycle[Status](
    # The doctor writes; every change is a draft again until the checks ran on it.
    step("edit", UNSIGNED, Status.DRAFT, _DOCTOR, "B19"),
    step("check", {Status.DRAFT}, Status.CHECKED, (), "B32"),
    step("uncheck", {Status.CHECKED}, Status.DRAFT, (), "B32"),  # what became known since stops it
    step("sign", {Status.CHECKED}, Status.IN_REVIEW, _DOCTOR, "B20"),
    step("withdraw", UNSIGNED | IN_REVIEW | {Status.RETURNED}, Status.WITHDRAWN, _DOCTOR, "B31"),
    # One pharmacist at a time looks at it.
    step("claim", {Status.IN_REVIEW}, Status.CLAIMED, _PHARMACIST, "B30"),
    step("renew_claim", {Status.CLAIMED}, Status.CLAIMED, _PHARMACIST, "B30"),
    step("release", {Status.CLAIMED}, Status.IN_REVIEW, _PHARMACIST, "B30"),
    step("lapse", {Status.CLAIMED}, Status.IN_REVIEW, (), "B30"),
    step("approve", {Status.CLAIMED}, Status.VALID, _PHARMACIST, "B20"),
    step("return", {Status.CLAIMED}, Status.RETURNED, _PHARMACIST, "B31"),
    step("reject", {Status.CLAIMED}, Status.REJECTED, _PHARMACIST, "B31"),
    # A returned one is signed again as it stands (double_confirm), or amended and signed anew.
    step("resign", {Status.RETURNED}, Status.IN_REVIEW, _DOCTOR, "B31"),
    step("amend", {Status.RETURNED}, Status.DRAFT, _DOCTOR, "B31"),
    # Its time.
    step("extend", {Status.IN_REVIEW}, Status.IN_REVIEW, _DOCTOR, "B24"),
    step("extend", {Status.CLAIMED}, Status.CLAIMED, _DOCTOR, "B24"),
    step("extend", {Status.RETURNED}, Status.RETURNED, _DOCTOR, "B24"),
    step("extend", {Status.VALID}, Status.VALID, _DOCTOR, "B24"),
    step("expire", {Status.VALID} | IN_REVIEW | {Status.RETURNED}, Status.EXPIRED, (), "B24"),
    step("void", {Status.VALID}, Status.VOIDED, _BOTH, "B21"),
    # A pharmacy.
    step("lock", {Status.VALID}, Status.LOCKED, _PHARMACIST, "B35"),
    step("unlock", {Status.LOCKED}, Status.VALID, _PHARMACIST, "B35"),
    step("send_back", {Status.LOCKED}, Status.RETURNED, _DOCTOR, "dispensing-5"),  # to amend it for a substitution
    step("dispense_part", {Status.LOCKED, Status.PARTIAL}, Status.PARTIAL, _PHARMACIST, "B33"),
    step("dispense", {Status.LOCKED, Status.PARTIAL}, Status.DISPENSED, _PHARMACIST, "B33"),
    step("give_rest_back", {Status.PARTIAL}, Status.VALID, _PHARMACIST, "B35"),
    step("hand_over", {Status.DISPENSED}, Status.HANDED_OVER, _PHARMACIST, "B33"),
    step("consign", {Status.DISPENSED}, Status.IN_DELIVERY, _PHARMACIST, "B35"),
    step("deliver", {Status.IN_DELIVERY}, Status.DELIVERED, _PHARMACIST | _PATIENT_SIDE, "B35"),
    step("request_return", SUPPLIED, Status.RETURN_REQUESTED, _PHARMACIST | _PATIENT_SIDE, "B33"),
    step("take_back", {Status.RETURN_REQUESTED}, Status.RETURNED_QUALITY, _PHARMACIST, "B33"),
)
