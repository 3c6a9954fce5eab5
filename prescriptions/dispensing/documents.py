"""What dispenser and checker sign: which drugs of which batch for which prescription, and that the matches were made. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from prescriptions.content import Line
from prescriptions.document import digest_of
from prescriptions.model import Prescription

from .rules import plain


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of one line was counted out, of which batch."""

    item_id: UUID
    quantity: Decimal
    batch: str
    expires_on: date | None
    trace_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, at which pharmacy."""

    person_id: UUID
    name: str
    pharmacy_id: UUID
    pharmacy: str


def dispensing_document(
    prescription: Prescription,
    dispensing_id: UUID,
    by: Signatory,
    counted: Sequence[tuple[int, Line, Counted]],
    matched: Sequence[str],
    at: datetime,
) -> dict[str, Any]:
    """The document under the act `dispense`; amounts are text, so that 0.1 is one tenth everywhere. Rule: B33"""
    return {
        "dispensing_id": str(dispensing_id),
        "prescription_id": str(prescription.id),
        "number": prescription.number,
        "version": prescription.version,
        "prescription_digest": prescription.digest,
        "pharmacy": {"id": str(by.pharmacy_id), "name": by.pharmacy},
        "dispenser": {"id": str(by.person_id), "name": by.name},
        "items": [_item(line_number, line, item) for line_number, line, item in counted],
        "matched": list(matched),
        "at": _instant(at),
    }


def checking_document(
    dispensed: Mapping[str, Any],
    dispenser_jws: str,
    by: Signatory,
    matched: Sequence[str],
    at: datetime,
    *,
    single_duty: bool,
) -> dict[str, Any]:
    """The document under the act `check`: on exactly what the dispenser signed, and their signature. Rule: B33"""
    return {
        "dispensing_id": dispensed["dispensing_id"],
        "prescription_id": dispensed["prescription_id"],
        "number": dispensed["number"],
        "dispensing_digest": digest_of(dispensed),
        "dispenser_signature_sha256": hashlib.sha256(dispenser_jws.encode()).hexdigest(),
        "pharmacy": {"id": str(by.pharmacy_id), "name": by.pharmacy},
        "checker": {"id": str(by.person_id), "name": by.name},
        "single_duty": single_duty,
        "matched": list(matched),
        "at": _instant(at),
    }


def _item(number: int, line: Line, item: Counted) -> dict[str, Any]:
    return {
        "line": number,
        "item_id": str(item.item_id),
        "name": line.name,
        "strength": line.strength,
        "quantity": plain(item.quantity),
        "unit": line.quantity_unit,
        "batch": item.batch,
        "expires_on": item.expires_on.isoformat() if item.expires_on else None,
        "trace_codes": list(item.trace_codes),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
