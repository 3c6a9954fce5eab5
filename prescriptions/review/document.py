"""What the reviewing pharmacist signs: digests of exactly what was seen, the decision and its time. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from prescriptions.model import Prescription


def review_document(
    prescription: Prescription, prescriber_jws: str, findings_digest: str, decision: str, at: datetime
) -> dict[str, Any]:
    """The document under the act `approve`; `at` to the millisecond, as signatures tell the time. Rule: B20, rx-32"""
    return {
        "prescription_id": str(prescription.id),
        "number": prescription.number,
        "version": prescription.version,
        "prescription_digest": prescription.digest,
        "prescriber_signature_sha256": hashlib.sha256(prescriber_jws.encode()).hexdigest(),
        "findings_digest": findings_digest,
        "decision": decision,
        "at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
