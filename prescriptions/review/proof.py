"""What the reviewing pharmacist signs: digests of exactly what was seen, the decision and its time.

The document is not kept: it follows from what is, so anybody who holds prescription and findings can make it again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prescriptions import reading
from prescriptions.model import Prescription
from server.foundation.work import Work
from server.signatures import service as signatures


async def review_document(work: Work, prescription: Prescription, at: datetime) -> dict[str, Any]:
    """The document of an approval at that time. Rule: B20, rx-32"""
    assert prescription.signature_id is not None, "what is in review was signed"
    opened = await reading.opened(work, prescription)
    found = await reading.outcome_of(work, prescription)
    assert found is not None, "what is in review was checked"
    prescriber = await signatures.jws_of(work, prescription.signature_id)
    findings = found[1].model_dump(mode="json")
    return signatures.review_document(opened.document, prescriber, findings, signatures.APPROVED, at)


async def proof_of(work: Work, prescription: Prescription) -> dict[str, Any]:
    """The chain of an approved prescription for `python -m server.signatures.verify`; the caller asked who may have it."""
    assert prescription.signature_id is not None, "approved: it was signed"
    assert prescription.review_signature_id is not None, "approved: it was signed by a pharmacist"
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
