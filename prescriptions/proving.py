"""Whether a prescription is what its doctor signed: verified from what is stored, and packed for strangers."""

from __future__ import annotations

from typing import Any

from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.signatures import service as signatures

from . import document, reading
from .model import Prescription


async def is_genuine(work: Work, prescription: Prescription) -> bool:
    """Whether the stored document is the one that was signed by its prescriber, by a certificate that counted then."""
    if prescription.signature_id is None:
        return False
    opened = await reading.opened(work, prescription)
    if document.digest_of(opened.document) != prescription.digest:
        return False
    verdict = await signatures.verify(work, prescription.signature_id, opened.document, document.ACT, document.TYP)
    return verdict.valid and verdict.signer_id == prescription.prescriber_id


async def proof(work: Work, prescription: Prescription) -> dict[str, Any]:
    """The doctor's signature with document and certificates. The caller checked who may have it. Raises: Unknown."""
    if prescription.signature_id is None:
        raise Unknown
    opened = await reading.opened(work, prescription)
    return await signatures.package(work, prescription.signature_id, opened.document)
