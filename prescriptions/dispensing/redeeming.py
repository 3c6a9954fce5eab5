"""A pharmacy takes a code: the prescription is locked for it, or it learns why not. And gives it back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from uuid import UUID

from prescriptions import steps
from prescriptions.lifecycle import Status
from prescriptions.model import Prescription
from prescriptions.store import by_id
from server.foundation.actor import PersonId
from server.foundation.errors import Problem, Unknown
from server.foundation.ground import push
from server.foundation.work import Work
from server.identity import service as identity

from . import authentic, codes, handing_out, rules, store
from .errors import PickUpCodeWrong, PrescriptionUsed, SubstitutionAsked, TooManyCodes
from .model import Redemption
from .rules import DIGIT_TRIES


@dataclass(frozen=True, slots=True)
class Shown:
    """What the patient showed at the counter: the QR's token, or digits with the last four of the ID number."""

    token: str = field(default="", repr=False)
    digits: str = field(default="", repr=False)
    id_last4: str = field(default="", repr=False)


async def redeem(work: Work, shown: Shown) -> Redemption:
    """Lock the prescription that the code opens, for the acting pharmacist's organisation. First come wins.

    Raises: PickUpCodeWrong, TooManyCodes, PrescriptionUsed, PrescriptionOver, PrescriptionNotInForce,
        SignaturesDoNotHold. Rule: B24, B30, B35, dispensing-1, dispensing-2
    """
    prescription = await (_by_token(work, shown.token) if shown.token else _by_digits(work, shown))
    refusal = rules.redeeming_refusal(Status(prescription.status), prescription.valid_until, work.now)
    if refusal is not None:
        raise await _told(work, prescription, refusal)
    await authentic.require_signed(work, prescription)
    locked = await steps.attempt(
        work,
        prescription,
        "lock",
        Prescription.valid_until > work.now,
        locked_by_organisation_id=work.actor.organisation,
        locked_at=work.now,
    )
    if locked is None:  # another counter was faster, or the doctor voided it just now
        raise await _too_late(work, prescription)
    redemption = Redemption(
        id=work.new_id(),
        prescription_id=prescription.id,
        organisation_id=work.actor.organisation,
        redeemed_by=work.actor.person,
        redeemed_at=work.now,
        by_code="token" if shown.token else "digits",
    )
    work.session.add(redemption)
    await work.session.flush()
    return redemption


async def own(work: Work, redemption_id: UUID, *, ended: bool = False) -> tuple[Redemption, Prescription]:
    """A redemption of the acting pharmacist's organisation with its prescription, locked against everybody else's steps.

    Raises: Unknown; also for one that has ended, unless `ended` ones are wanted.
    """
    redemption = await store.redemption(work.session, redemption_id)
    if redemption is None or redemption.organisation_id != work.actor.organisation_id:
        raise Unknown
    if redemption.ended_at is not None and not ended:
        raise Unknown
    prescription = await by_id(work.session, redemption.prescription_id, lock=not ended)
    assert prescription is not None, "prescriptions are never deleted"
    return redemption, prescription


async def unlock(work: Work, redemption_id: UUID, reason: str) -> Prescription:
    """Give a prescription of which nothing was dispensed back: any pharmacy may take its code again.

    Raises: Unknown, NotInThisState, SubstitutionAsked.
    """
    return await _give_back(work, redemption_id, "unlock", "unlocked", reason)


async def give_rest_back(work: Work, redemption_id: UUID, reason: str) -> Prescription:
    """Give the rest of a partly dispensed one back; what was dispensed stays counted. Raises: Unknown, NotInThisState."""
    return await _give_back(work, redemption_id, "give_rest_back", "given_back", reason)


async def _give_back(work: Work, redemption_id: UUID, verb: str, ended_for: str, reason: str) -> Prescription:
    redemption, prescription = await own(work, redemption_id)
    if await store.open_substitution(work.session, redemption.id):
        raise SubstitutionAsked
    back = await steps.take(work, prescription, verb, text=reason, locked_by_organisation_id=None, locked_at=None)
    if counted_out := await store.unchecked(work.session, redemption.id):
        await store.finish(work.session, counted_out.id, withdrawn_at=work.now)
    await store.end_redemption(work.session, redemption.id, work.now, ended_for)
    work.after_commit(push(f"redemptions:{redemption.organisation_id}", back.id))
    return back


async def _by_token(work: Work, text: str) -> Prescription:
    token = codes.read_token(text)
    found = await store.prescription_of_token(work.session, codes.token_digest(token)) if token else None
    if found is None:
        raise PickUpCodeWrong
    return found


async def _by_digits(work: Work, shown: Shown) -> Prescription:
    """The prescription of these digits and this patient; what is no code at all costs no try. Rule: dispensing-2"""
    digits = codes.read_digits(shown.digits)
    if digits is None:
        raise PickUpCodeWrong
    pharmacy = b"digits" + work.actor.organisation.bytes
    if await store.count_try(work.session, pharmacy, work.now) > DIGIT_TRIES:
        raise TooManyCodes(limit=DIGIT_TRIES, retry_after_s=handing_out.until_next_hour_s(work))
    for found in await store.prescription_of_digits(work.session, handing_out.digits_digests(work, digits)):
        patient = await identity.patient(work, PersonId(found.patient_id))
        if hmac.compare_digest(patient.id_number_tail.upper().encode(), shown.id_last4.strip().upper().encode()):
            await store.uncount_try(work.session, pharmacy, work.now)
            return found
    raise PickUpCodeWrong().keeping_effects()


async def _too_late(work: Work, prescription: Prescription) -> Problem:
    now_there = await by_id(work.session, prescription.id)
    assert now_there is not None, "prescriptions are never deleted"
    refusal = rules.redeeming_refusal(Status(now_there.status), now_there.valid_until, work.now)
    return await _told(work, now_there, refusal or PrescriptionUsed())


async def _told(work: Work, prescription: Prescription, refusal: Problem) -> Problem:
    """The refusal; the pharmacy that holds the prescription itself is told under which id."""
    if isinstance(refusal, PrescriptionUsed):
        held = await store.open_redemption(work.session, prescription.id)
        if held is not None and held.organisation_id == work.actor.organisation_id:
            return PrescriptionUsed(redemption_id=str(held.id))
    return refusal
