"""The decision: approve, return or reject, by whoever holds the claim, on exactly what was seen.

Approval is signed by the pharmacist; with it the prescription is valid (B20). A return asks the doctor to confirm or change
it (B31); a rejection ends it and is the report that regulators count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from prescriptions import steps, store
from prescriptions.events import PrescriptionDecided, PrescriptionEnded
from prescriptions.model import Prescription
from prescriptions.model_review import ReviewDecision
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import SHANGHAI
from server.foundation.work import Work
from server.signatures import service as signatures

from . import claiming, reasons, telling
from .errors import NoSuchReason, NotWhatWasSeen, PastValidity, WordsMissing
from .proof import review_document


class Decision(StrEnum):
    """What a pharmacist decides; also the verb of the prescription's life."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


_CATALOGUE: Final = {Decision.RETURN: reasons.RETURN, Decision.REJECT: reasons.REJECT}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pharmacist's page showed: version and digest of the prescription, digest of the findings."""

    version: int
    digest: str
    findings_digest: str


@dataclass(frozen=True, slots=True)
class Because:
    """Why: a code of the catalogue and the words for the doctor; nothing for an approval."""

    code: str | None = None
    words: str = field(default="", repr=False)


async def decide(
    work: Work, prescription_id: UUID, decision: Decision, seen: Seen, because: Because = Because()
) -> Prescription:
    """Decide on a claimed prescription.

    Raises: Unknown, OwnPrescription, ClaimOver, ClaimedByAnother, NotWhatWasSeen, PastValidity, NoSuchReason,
        WordsMissing, NotInThisState, and the refusals of identity (B08) and of the signing key.
    Rule: B20, B30, B31, reviews-2, reviews-3
    """
    _require_reason(decision, because)
    prescription = await claiming.own(work, prescription_id)
    claiming.require_claim(work, prescription)
    await _require_seen(work, prescription, seen)
    signature_id = None
    if decision is Decision.APPROVE:
        _require_valid(work, prescription)
        signature_id = await _signed(work, prescription)
    moved = await steps.take(
        work,
        prescription,
        decision,
        Prescription.claimed_by == work.actor.person,
        Prescription.claimed_until > work.now,
        code=because.code,
        text=because.words or None,
        claimed_by=None,
        claimed_until=None,
        reviewer_id=work.actor.person,
        review_signature_id=signature_id,
        review_code=because.code,
        decided_at=work.now,
        **_end_of(decision, work.now),
    )
    await _write_down(work, moved, decision, because.code, signature_id)
    await telling.decided(work, moved, decision)
    return moved


def _require_reason(decision: Decision, because: Because) -> None:
    """A return or rejection has a code of its list and says in words what is wrong. Rule: B31"""
    if decision is Decision.APPROVE:
        return
    if because.code not in _CATALOGUE[decision]:
        raise NoSuchReason
    if len(because.words) < 2:
        raise WordsMissing


async def _require_seen(work: Work, prescription: Prescription, seen: Seen) -> None:
    """What the pharmacist saw is what stands, and so what is signed. Rule: reviews-3"""
    assert prescription.check_run_id is not None, "what is in review was checked"
    run = await store.check_run(work.session, prescription.check_run_id)
    assert run is not None, "checks are never deleted"
    if (seen.version, seen.digest, seen.findings_digest) != (prescription.version, prescription.digest, run.digest):
        raise NotWhatWasSeen


def _require_valid(work: Work, prescription: Prescription) -> None:
    """Rule: B24: what nobody extended in time cannot become valid."""
    until = prescription.valid_until
    assert until is not None, "what is in review was signed"
    if until <= work.now:
        raise PastValidity(until=f"{until.astimezone(SHANGHAI):%m-%d %H:%M}")


async def _signed(work: Work, prescription: Prescription) -> UUID:
    """The pharmacist's signature on the digests of what was seen."""
    document = await review_document(work, prescription, work.now)
    return (await signatures.sign(work, work.actor.person, signatures.APPROVE, signatures.REVIEW, document)).id


def _end_of(decision: Decision, now: datetime) -> dict[str, Any]:
    return {"ended_at": now} if decision is Decision.REJECT else {}


async def _write_down(
    work: Work, prescription: Prescription, decision: Decision, code: str | None, signature_id: UUID | None
) -> None:
    """One row for the figures and, for a rejection, the regulators; then the floors above are told."""
    assert prescription.submitted_at is not None, "it was in the queue"
    work.session.add(
        ReviewDecision(
            id=work.new_id(),
            prescription_id=prescription.id,
            version=prescription.version,
            organisation_id=prescription.organisation_id,
            pharmacist_id=work.actor.person,
            decision=str(decision),
            code=code,
            signature_id=signature_id,
            waited_s=max(round((work.now - prescription.submitted_at).total_seconds()), 0),
            decided_at=work.now,
        )
    )
    await work.session.flush()
    patient_id = PersonId(prescription.patient_id)
    house = OrganisationId(prescription.organisation_id)
    work.record(PrescriptionDecided(prescription.id, patient_id, house, str(decision)))
    if decision is Decision.REJECT:
        work.record(PrescriptionEnded(prescription.id, patient_id, prescription.status))
