"""A claim on one prescription: taken, renewed, given back, or lapsed. The next of the queue is the desk's (`desk.py`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NoReturn
from uuid import UUID

from prescriptions import steps, store
from prescriptions import store_review as reviews
from prescriptions.access import REVIEWER
from prescriptions.lifecycle import Status
from prescriptions.model import Prescription
from server.foundation.clock import SHANGHAI
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.settings import ReviewSettings

from .errors import ClaimedByAnother, ClaimOver, OwnPrescription

_AT_ONCE: Final = 500
_NOBODYS: Final = {"claimed_by": None, "claimed_until": None}


async def own(work: Work, prescription_id: UUID) -> Prescription:
    """A prescription that the acting pharmacist may review: of the own hospital, and not written by the same person.

    Raises: Unknown, OwnPrescription, and identity's refusals of the pharmacist. Rule: B08, B30
    """
    prescription, _ = await steps.own(work, prescription_id, REVIEWER)
    await identity.require_may_review(work, work.actor.person)
    if prescription.prescriber_id == work.actor.person_id:
        raise OwnPrescription
    return prescription


async def claim(work: Work, prescription_id: UUID) -> Prescription:
    """Lock a prescription for the acting pharmacist; the own claim is renewed, one that is over is taken over.

    Raises: Unknown, OwnPrescription, ClaimedByAnother, NotInThisState. Rule: reviews-2
    """
    prescription = await own(work, prescription_id)
    if _is_mine(work, prescription):
        return await renew(work, prescription_id)
    prescription = await lapse(work, prescription) or prescription
    taken = await steps.attempt(work, prescription, "claim", claimed_by=work.actor.person, claimed_until=_until(work))
    if taken is None:
        raise await _who_has_it(work, prescription_id)
    return taken


async def renew(work: Work, prescription_id: UUID) -> Prescription:
    """Lock it for as long again. Raises: Unknown, OwnPrescription, ClaimOver."""
    prescription = await own(work, prescription_id)
    renewed = await steps.attempt(
        work,
        prescription,
        "renew_claim",
        Prescription.claimed_by == work.actor.person,
        Prescription.claimed_until > work.now,
        claimed_until=_until(work),
    )
    return renewed or _over(work)


async def release(work: Work, prescription_id: UUID) -> Prescription:
    """Give it back to the queue, to the place it had. Raises: Unknown, OwnPrescription, ClaimOver."""
    prescription = await own(work, prescription_id)
    released = await steps.attempt(
        work, prescription, "release", Prescription.claimed_by == work.actor.person, **_NOBODYS
    )
    return released or _over(work)


async def lapse(work: Work, prescription: Prescription) -> Prescription | None:
    """Back to the queue, when the claim's time is over; None when it is not, or is no claim. Rule: reviews-2"""
    if prescription.status != Status.CLAIMED:
        return None
    return await steps.attempt(work, prescription, "lapse", Prescription.claimed_until <= work.now, **_NOBODYS)


async def lapse_all(work: Work) -> None:
    """What the minute's scan does."""
    for prescription in await reviews.lapsed(work.session, work.now, _AT_ONCE):
        await lapse(work, prescription)


def require_claim(work: Work, prescription: Prescription) -> None:
    """Nothing, when the acting pharmacist's claim stands. Raises: ClaimOver, ClaimedByAnother. Rule: reviews-2"""
    if _is_mine(work, prescription):
        return
    if prescription.status == Status.CLAIMED and prescription.claimed_by != work.actor.person_id:
        raise _anothers(prescription)
    _over(work)


def _is_mine(work: Work, prescription: Prescription) -> bool:
    return (
        prescription.status == Status.CLAIMED
        and prescription.claimed_by == work.actor.person_id
        and prescription.claimed_until is not None
        and prescription.claimed_until > work.now
    )


def _until(work: Work) -> datetime:
    return work.now + timedelta(seconds=work.part(ReviewSettings).claim_s)


def _over(work: Work) -> NoReturn:
    raise ClaimOver(minutes=work.part(ReviewSettings).claim_s // 60)


async def _who_has_it(work: Work, prescription_id: UUID) -> ClaimedByAnother | NotInThisState:
    stands = await store.by_id(work.session, prescription_id)
    if stands is not None and stands.status == Status.CLAIMED:
        return _anothers(stands)
    return NotInThisState(status=stands.status if stands else None)


def _anothers(prescription: Prescription) -> ClaimedByAnother:
    assert prescription.claimed_until is not None, "a claim has an end"
    return ClaimedByAnother(until=f"{prescription.claimed_until.astimezone(SHANGHAI):%H:%M}")
