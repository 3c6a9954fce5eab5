"""What the reviewing pharmacist signs: digests of exactly what was seen, the decision and its time.

The document is not kept: it follows from what is, so anybody who holds prescription and findings can make it again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from prescriptions import reading, steps
from prescriptions.access import PRESCRIBER, REVIEWER
from prescriptions.model import Prescription
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.signatures import service as signatures


async def review_document(work: Work, prescription: Prescription, at: datetime) -> dict[str, Any]:
    """The document of an approval at that time. Rule: B20, reviews-3"""
    assert prescription.signature_id is not None, "what is in review was signed"
    opened = await reading.opened(work, prescription)
    found = await reading.outcome_of(work, prescription)
    assert found is not None, "what is in review was checked"
    prescriber = await signatures.jws_of(work, prescription.signature_id)
    findings = found[1].model_dump(mode="json")
    return signatures.review_document(opened.document, prescriber, findings, signatures.APPROVED, at)


async def proof_for(work: Work, prescription_id: UUID) -> dict[str, Any]:
    """The chain of an approved prescription, for its doctor and its hospital's pharmacists: who needs no account verifies it.

    Raises: Unknown, also before approval.
    """
    prescription, _ = await steps.own(work, prescription_id, PRESCRIBER | REVIEWER)
    if prescription.review_signature_id is None:
        raise Unknown
    assert prescription.signature_id is not None, "approved: it was signed"
    assert prescription.decided_at is not None, "approved at some time"
    opened = await reading.opened(work, prescription)
    found = await reading.outcome_of(work, prescription)
    assert found is not None, "what was approved was checked"
    reviewed = await review_document(work, prescription, prescription.decided_at)
    return {
        "prescription": await signatures.package(work, prescription.signature_id, opened.document),
        "review": await signatures.package(work, prescription.review_signature_id, reviewed),
        "findings": found[1].model_dump(mode="json"),
    }
