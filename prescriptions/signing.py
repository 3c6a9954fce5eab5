"""The doctor's signature: on exactly what is shown, with a reason for every finding, twice where a dose is beyond the usual.

Before it the checks run again: what has become known since the page was shown is seen before it is signed for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.signatures import service as signatures

from . import access, document, drafting, outcomes, reading, rules, steps, store
from .errors import DigestDiffers, FindingsChanged
from .events import PrescriptionSigned
from .lifecycle import LIFE, Status
from .model import Prescription
from .review import order
from .rules import Found


@dataclass(frozen=True, slots=True)
class Shown:
    """What the doctor's page showed, and the doctor's answers to it."""

    version: int
    digest: str
    reasons: dict[str, str] = field(default_factory=dict, repr=False)
    double_confirm: bool = False


async def sign(work: Work, prescription_id: UUID, shown: Shown) -> Prescription:
    """Sign a checked prescription; it goes to the pharmacists.

    Raises: Unknown, AutomatedPrescribing, PrescriptionChangedElsewhere, NotInThisState, NotPrescribingNow, RecordNotHeld,
        FindingsChanged, DigestDiffers, PrescriptionStopped (with the rule of the finding), OverridesMissing,
        DoubleConfirmNeeded, and the refusals of identity and of the signing key.
    Rule: B19, B20, B24, B31, prescriptions-3
    """
    prescription, _ = await steps.own(work, prescription_id, access.PRESCRIBER)
    steps.require_version(prescription, shown.version)
    LIFE.next(Status(prescription.status), "edit", work.actor.role)  # still a sheet; why it is not ready is told below
    visit = await drafting.visit_of(work, prescription)
    await drafting.require_may_write(work, visit, begun=True, was_signed=prescription.signature_id is not None)
    found = await _same_findings(work, prescription)
    opened = await reading.opened(work, prescription)
    if opened.version.digest != shown.digest:
        raise DigestDiffers
    reasons, twice = _answered(found, shown)
    return await _put_name(work, prescription, opened.document, reasons, twice)


async def resign(work: Work, prescription_id: UUID, shown: Shown, answer: str) -> Prescription:
    """Sign a returned prescription again as it stands, with an answer to the pharmacist; it is reviewed once more.

    Raises: Unknown, AutomatedPrescribing, PrescriptionChangedElsewhere, NotInThisState, DigestDiffers, PrescriptionStopped,
        OverridesMissing (what became known since: amend instead), and the refusals of identity and of the signing key.
    Rule: B31
    """
    prescription, _ = await steps.own(work, prescription_id, access.PRESCRIBER)
    steps.require_version(prescription, shown.version)
    LIFE.next(Status(prescription.status), "resign", work.actor.role)
    visit = await drafting.visit_of(work, prescription)
    await drafting.require_may_write(work, visit, begun=True, was_signed=True)
    opened = await reading.opened(work, prescription)
    if opened.version.digest != shown.digest:
        raise DigestDiffers
    _, found = await drafting.check_again(work, prescription)
    facts = [each.found() for each in found.findings]
    rules.require_no_stop(facts)
    rules.require_answers(facts, opened.overrides)
    run = await drafting.keep_run(work, prescription, found, await reading.key_of(work, prescription.patient_id))
    assert prescription.signature_id is not None, "what was returned was signed"
    assert prescription.digest is not None, "what was returned was signed"
    second = await _confirm(work, prescription.id, prescription.digest, prescription.signature_id, [], answer)
    moved = await steps.take(
        work,
        prescription,
        "resign",
        text=answer,
        second_signature_id=second,
        check_run_id=run.id,
        decision=found.decision,
        **_submitted(work, prescription, found.decision, again=True),
    )
    return _tell(work, moved)


async def _same_findings(work: Work, prescription: Prescription) -> list[Found]:
    """What was found and shown, when that is still what is found; else it is put down anew, to be looked at.

    Raises: FindingsChanged, with its effects.
    """
    before = await reading.outcome_of(work, prescription)
    _, now = await drafting.check_again(work, prescription)
    if before is None or before[0].digest != outcomes.digest_of(now):
        await drafting.refresh(work, prescription)
        raise FindingsChanged().keeping_effects()
    return [each.found() for each in now.findings]


def _answered(found: list[Found], shown: Shown) -> tuple[dict[str, str], list[str]]:
    """The reasons that go into the document, and the findings that are signed for twice."""
    rules.require_no_stop(found)
    reasons = rules.only_known(shown.reasons, found)
    rules.require_answers(found, reasons)
    return reasons, rules.require_double_confirm(found, given=shown.double_confirm)


async def _put_name(
    work: Work, prescription: Prescription, unsigned: dict[str, Any], reasons: dict[str, str], twice: list[str]
) -> Prescription:
    signed = document.with_overrides(unsigned, reasons)
    digest = document.digest_of(signed)
    made = await signatures.sign(work, work.actor.person, document.ACT, document.TYP, signed)
    second = await _confirm(work, prescription.id, digest, made.id, twice, "") if twice else None
    key = await reading.key_of(work, prescription.patient_id)
    fresh = await store.sign_version(
        work.session,
        prescription.id,
        prescription.version,
        overrides=reading.seal_overrides(work, reasons, prescription.id, prescription.version, key),
        digest=digest,
        signature_id=made.id,
        second_signature_id=second,
    )
    if not fresh:  # signed in this very moment, from another window
        raise NotInThisState(status=prescription.status)
    again = prescription.signature_id is not None
    decision = prescription.decision or ""
    moved = await steps.take(
        work,
        prescription,
        "sign",
        drawn_at=work.now,
        digest=digest,
        signature_id=made.id,
        second_signature_id=second,
        **_submitted(work, prescription, decision, again=again),
    )
    await _count(work, moved, set(reasons))
    return _tell(work, moved)


async def _confirm(
    work: Work, prescription_id: UUID, digest: str, first: UUID, findings: list[str], answer: str
) -> UUID:
    """The second signature. Rule: prescriptions-3"""
    jws = await signatures.jws_of(work, first)
    sha256 = hashlib.sha256(jws.encode()).hexdigest()
    confirmation = document.confirmation_of(prescription_id, digest, findings, answer, sha256)
    return (await signatures.sign(work, work.actor.person, document.ACT, document.TYP, confirmation)).id


def _submitted(work: Work, prescription: Prescription, decision: str, *, again: bool) -> dict[str, Any]:
    """What a signature sets: its day's validity, a place in the queue, no decision yet. Rule: B24"""
    return {
        "signed_at": work.now,
        "valid_until": rules.valid_until(work.now),
        "extended_note": None,
        "told_expiring_at": None,
        "submitted_at": work.now,
        "queue_at": order.place_in_queue(work.now, decision, emergency=prescription.emergency, again=again),
        "reviewer_id": None,
        "review_signature_id": None,
        "review_code": None,
        "decided_at": None,
    }


async def _count(work: Work, prescription: Prescription, overridden: set[str]) -> None:
    """Which rules were shown and overridden, tied to no prescription."""
    found = await reading.outcome_of(work, prescription)
    assert found is not None, "what is signed was checked"
    facts = [each.found() for each in found[1].findings]
    counts = rules.counts_of(facts, overridden)
    place = {"organisation_id": prescription.organisation_id, "day": day_of(work.now)}
    rows = [{**place, "rule": rule, "shown": one, "overridden": over} for rule, (one, over) in counts.items()]
    await store.count_rule(work.session, rows)


def _tell(work: Work, prescription: Prescription) -> Prescription:
    patient_id, house = PersonId(prescription.patient_id), OrganisationId(prescription.organisation_id)
    work.record(PrescriptionSigned(prescription.id, patient_id, house))
    return prescription
