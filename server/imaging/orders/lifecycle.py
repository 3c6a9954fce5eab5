"""The life of an imaging order as a table, and the groups of statuses that lists and gates speak of.

What the table cannot say (whose claim it is, that two people sign, that no critical value is open) is asked by the use
cases and settled by the same statement that takes the step (`store.move`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, step


class Status(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    ACQUIRED = "acquired"  # pictures came; more may follow
    QUEUED = "queued"  # the study is whole, and waits for a radiologist
    QUALITY_REJECTED = "quality_rejected"  # to be taken again
    CLAIMED = "claimed"  # one radiologist writes
    PRELIMINARY = "preliminary"  # signed by one, waits for another
    FINAL = "final"  # signed by two
    RETURNED = "returned"  # the primary doctor and the patient have it
    ACKNOWLEDGED = "acknowledged"
    AMENDED = "amended"  # a senior changed it; every version stays
    CANCELLED = "cancelled"


BEFORE_READING: Final = frozenset({Status.ORDERED, Status.ACQUIRED, Status.QUALITY_REJECTED})
TO_READ: Final = frozenset({Status.QUEUED, Status.CLAIMED, Status.PRELIMINARY})
REPORTED: Final = frozenset({Status.FINAL, Status.RETURNED, Status.ACKNOWLEDGED, Status.AMENDED})

_RADIOLOGIST: Final = frozenset({Role.DOCTOR})
_PRIMARY: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})

LIFE: Final = Lifecycle[Status](
    # The primary institution orders and takes the pictures.
    step("acquire", {Status.ORDERED, Status.QUALITY_REJECTED}, Status.ACQUIRED, (), "imaging-24"),
    step("queue", {Status.ACQUIRED}, Status.QUEUED, (), "imaging-24"),
    step("cancel", BEFORE_READING | {Status.QUEUED, Status.CLAIMED}, Status.CANCELLED, _PRIMARY, "imaging-25"),
    # One radiologist at a time writes.
    step("claim", {Status.QUEUED}, Status.CLAIMED, _RADIOLOGIST, "imaging-27"),
    step("claim_review", {Status.PRELIMINARY}, Status.PRELIMINARY, _RADIOLOGIST, "imaging-27"),
    step("renew_claim", {Status.CLAIMED}, Status.CLAIMED, _RADIOLOGIST, "imaging-27"),
    step("renew_claim", {Status.PRELIMINARY}, Status.PRELIMINARY, _RADIOLOGIST, "imaging-27"),
    step("release", {Status.CLAIMED}, Status.QUEUED, _RADIOLOGIST, "imaging-27"),
    step("release", {Status.PRELIMINARY}, Status.PRELIMINARY, _RADIOLOGIST, "imaging-27"),
    step("lapse", {Status.CLAIMED}, Status.QUEUED, (), "imaging-27"),
    step("lapse", {Status.PRELIMINARY}, Status.PRELIMINARY, (), "imaging-27"),
    step(
        "reject_quality",
        {Status.ACQUIRED, Status.QUEUED, Status.CLAIMED},
        Status.QUALITY_REJECTED,
        _RADIOLOGIST,
        "imaging-26",
    ),
    # Two people sign.
    step("sign_preliminary", {Status.CLAIMED}, Status.PRELIMINARY, _RADIOLOGIST, "imaging-29"),
    step("send_back", {Status.PRELIMINARY}, Status.CLAIMED, _RADIOLOGIST, "imaging-29"),
    step("finalise", {Status.PRELIMINARY}, Status.FINAL, _RADIOLOGIST, "imaging-29"),
    step("amend", REPORTED, Status.AMENDED, _RADIOLOGIST, "imaging-30"),
    # The clock tells whoever can still help.
    step("escalate", {Status.QUEUED}, Status.QUEUED, (), "imaging-28"),
    step("escalate", {Status.CLAIMED}, Status.CLAIMED, (), "imaging-28"),
    step("escalate", {Status.PRELIMINARY}, Status.PRELIMINARY, (), "imaging-28"),
    # Back to where the patient is.
    step("return", {Status.FINAL}, Status.RETURNED, (), "imaging-32"),
    step("return", {Status.AMENDED}, Status.AMENDED, (), "imaging-32"),
    step("acknowledge", {Status.RETURNED, Status.AMENDED}, Status.ACKNOWLEDGED, _PRIMARY, "imaging-32"),
)
