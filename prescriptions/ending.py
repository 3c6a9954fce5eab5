"""How a prescription's time is lengthened and how it ends before it is supplied: withdrawn, voided, expired."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.work import Work

from . import access, reading, rules, steps, telling
from .access import PRESCRIBER, REVIEWER
from .events import PrescriptionEnded
from .lifecycle import LIFE, Status
from .model import Prescription


async def withdraw(work: Work, prescription_id: UUID, seen: int, reason: str = "") -> Prescription:
    """Take back what is not approved yet; also from a pharmacist's hands.

    Raises: Unknown, PrescriptionChangedElsewhere, NotInThisState.
    Rule: B31
    """
    prescription, _ = await steps.own(work, prescription_id, PRESCRIBER)
    steps.require_version(prescription, seen)
    was_signed = prescription.signed_at is not None
    nobodys = {"claimed_by": None, "claimed_until": None}
    ended = await steps.take(work, prescription, "withdraw", text=reason or None, ended_at=work.now, **nobodys)
    if was_signed:
        await telling.tell_patient(work, ended, "prescription-withdrawn")
    return over(work, ended)


async def void(work: Work, prescription_id: UUID, seen: int, reason: str) -> Prescription:
    """Undo an approved prescription before it is supplied, by its doctor or a pharmacist of the hospital, with a reason.

    Raises: Unknown, PrescriptionChangedElsewhere, NotInThisState (a pharmacy has it: it gives it back first).
    Rule: B21
    """
    prescription, _ = await steps.own(work, prescription_id, PRESCRIBER | REVIEWER)
    steps.require_version(prescription, seen)
    ended = await steps.take(work, prescription, "void", text=reason, ended_at=work.now)
    await telling.tell_patient(work, ended, "prescription-voided")
    return over(work, ended)


async def extend(work: Work, prescription_id: UUID, seen: int, last_day: date, note: str) -> Prescription:
    """Let it be good for longer, to three days in all, with the doctor's note.

    Raises: Unknown, PrescriptionChangedElsewhere, NotInThisState, ExtensionTooLong, ExtensionBackwards.
    Rule: B24
    """
    prescription, _ = await steps.own(work, prescription_id, access.PRESCRIBER)
    steps.require_version(prescription, seen)
    LIFE.next(Status(prescription.status), "extend", work.actor.role)
    assert prescription.signed_at is not None, "the life has it signed by now"
    assert prescription.valid_until is not None, "the life has it signed by now"
    until = rules.extended(prescription.signed_at, prescription.valid_until, last_day, work.now)
    key = await reading.key_of(work, prescription.patient_id)
    sealed = work.ground.fields.seal(note, "prescriptions", "extended_note", prescription.id, key)
    as_seen = Prescription.valid_until == prescription.valid_until
    longer: dict[str, Any] = {"valid_until": until, "extended_note": sealed, "told_expiring_at": None}
    return await steps.take(work, prescription, "extend", as_seen, text=note, **longer)


async def expire(work: Work, prescription: Prescription) -> Prescription | None:
    """Its time is over; None when that is no longer so. Rule: B24"""
    nobodys = {"claimed_by": None, "claimed_until": None}
    due = Prescription.valid_until <= work.now
    ended = await steps.attempt(work, prescription, "expire", due, ended_at=work.now, **nobodys)
    if ended is None:
        return None
    await telling.tell_patient(work, ended, "prescription-expired")
    return over(work, ended)


def over(work: Work, prescription: Prescription) -> Prescription:
    """Tell the floors above that it will not be supplied any more."""
    work.record(PrescriptionEnded(prescription.id, PersonId(prescription.patient_id), prescription.status))
    return prescription
