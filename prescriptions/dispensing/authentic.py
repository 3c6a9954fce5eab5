"""Whether what is stored is what doctor and pharmacist signed; and the proofs that anybody can check without us."""

from __future__ import annotations

import json
from typing import Any, Literal
from uuid import UUID

from prescriptions import document, reading, steps, store
from prescriptions.model import Prescription
from prescriptions.review.document import review_document
from server.foundation.work import Work
from server.signatures import service as signatures

from .errors import SignaturesDoNotHold
from .model import Dispensing

DISPENSE, CHECK, TYP = "dispense", "check", "dispensing+jws"
_APPROVE, _REVIEW_TYP = "approve", "review+jws"


async def require_signed(work: Work, prescription: Prescription) -> None:
    """Nothing, when the prescriber's and the reviewer's signatures hold, by these two different people.

    Raises: SignaturesDoNotHold. Rule: B20, B30, B35
    """
    for signature_id, made, act, typ, signer_id in await _both(work, prescription):
        verdict = await signatures.verify(work, signature_id, made, act, typ)
        if not verdict.valid or verdict.signer_id != signer_id:
            raise SignaturesDoNotHold
    if prescription.reviewer_id == prescription.prescriber_id:
        raise SignaturesDoNotHold


async def proofs(work: Work, prescription: Prescription, dispensed: Dispensing) -> list[dict[str, Any]]:
    """The proofs of one dispensing, for `python -m server.signatures.verify`: who counted out, and who checked."""
    found = [await signatures.package(work, dispensed.signature_id, await opened(work, prescription, dispensed))]
    if dispensed.check_signature_id is not None:
        checked = await opened(work, prescription, dispensed, "check_document")
        found.append(await signatures.package(work, dispensed.check_signature_id, checked))
    return found


async def opened(
    work: Work,
    prescription: Prescription,
    dispensed: Dispensing,
    column: Literal["document", "check_document"] = "document",
) -> dict[str, Any]:
    """What the dispenser, or the checker, signed."""
    sealed = dispensed.document if column == "document" else dispensed.check_document
    assert sealed is not None, "it was checked"
    found: dict[str, Any] = json.loads(
        await steps.unseal(work, prescription, "dispensings", column, dispensed.id, sealed)
    )
    return found


async def _both(
    work: Work, prescription: Prescription
) -> list[tuple[UUID, dict[str, Any], str, str, UUID | None]]:
    """The signatures of prescriber and reviewer with the documents they must be on."""
    signature_id, review_id = prescription.signature_id, prescription.review_signature_id
    run = await store.check_run(work.session, prescription.check_run_id) if prescription.check_run_id else None
    if signature_id is None or review_id is None or prescription.decided_at is None or run is None:
        raise SignaturesDoNotHold
    written = (await reading.opened(work, prescription)).document
    jws = await signatures.jws_of(work, signature_id)
    reviewed = review_document(prescription, jws, run.digest, _APPROVE, prescription.decided_at)
    return [
        (signature_id, written, document.ACT, document.TYP, prescription.prescriber_id),
        (review_id, reviewed, _APPROVE, _REVIEW_TYP, prescription.reviewer_id),
    ]
