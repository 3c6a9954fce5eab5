"""Whether what is stored is what doctor and pharmacist signed; and the proofs that anybody can check without us."""

from __future__ import annotations

import json
from typing import Any, Literal

from prescriptions import proving, steps
from prescriptions.model import Prescription
from prescriptions.review import proof
from server.foundation.work import Work
from server.signatures import service as signatures

from .errors import SignaturesDoNotHold
from .model import Dispensing


async def require_signed(work: Work, prescription: Prescription) -> None:
    """Nothing, when the prescriber's and the reviewer's signatures hold, by these two different people.

    Raises: SignaturesDoNotHold. Rule: B20, B30, B35
    """
    if not await proving.is_genuine(work, prescription) or not await _is_reviewed(work, prescription):
        raise SignaturesDoNotHold


async def _is_reviewed(work: Work, prescription: Prescription) -> bool:
    signature_id, at = prescription.review_signature_id, prescription.decided_at
    if signature_id is None or at is None or prescription.reviewer_id == prescription.prescriber_id:
        return False
    reviewed = await proof.review_document(work, prescription, at)
    verdict = await signatures.verify(work, signature_id, reviewed, signatures.APPROVE, signatures.REVIEW)
    return verdict.valid and verdict.signer_id == prescription.reviewer_id


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
