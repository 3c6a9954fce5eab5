"""The document of a prescription: exactly what is shown, checked and signed, in one JSON value.

It is made once, when the doctor saves, and kept sealed; so what was shown, what is signed and what is verified years later are
the same bytes, whatever became of names and titles since. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from server.foundation.canonical import canonical

from .content import Content

ACT: Final = "prescribe"
TYP: Final = "prescription+jws"


@dataclass(frozen=True, slots=True)
class Heading:
    """前记: for whom, by whom, where; as they were when it was written."""

    number: str
    hospital_id: UUID
    hospital: str
    department: str
    patient_id: UUID
    patient: str
    sex: str
    birth_date: date
    age: int
    weight_kg: str | None
    prescriber_id: UUID
    prescriber: str
    title: str
    licence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Which check the document was made with."""

    digest: str
    decision: str
    data_version: str


@dataclass(frozen=True, slots=True)
class Original:
    """The prescription that this one continues, and how: renewal, continuation."""

    id: UUID
    number: str
    how: str


def document_of(
    heading: Heading, content: Content, checked: Checked, original: Original | None, *, version: int, drawn_at: datetime
) -> dict[str, Any]:
    """What is shown and signed. `overrides` is empty until the doctor signs."""
    return {
        "number": heading.number,
        "version": version,
        "drawn_at": _instant(drawn_at),
        "hospital": {"id": str(heading.hospital_id), "name": heading.hospital},
        "department": heading.department,
        "patient": {
            "id": str(heading.patient_id),
            "name": heading.patient,
            "sex": heading.sex,
            "birth_date": heading.birth_date.isoformat(),
            "age": heading.age,
            "weight_kg": heading.weight_kg,
        },
        "prescriber": {
            "id": str(heading.prescriber_id),
            "name": heading.prescriber,
            "title": heading.title,
            "licence": heading.licence,
        },
        "content": content.document(),
        "check": {"digest": checked.digest, "decision": checked.decision, "data_version": checked.data_version},
        "continues": {"id": str(original.id), "number": original.number, "how": original.how} if original else None,
        "overrides": [],
    }


def content_of(document: Mapping[str, Any]) -> Content:
    """What the doctor wrote."""
    return Content.model_validate(document["content"])


def with_overrides(document: Mapping[str, Any], reasons: Mapping[str, str]) -> dict[str, Any]:
    """The document as it is signed: with the reasons given, in the order of the findings' ids."""
    overrides = [{"finding_id": each, "reason": reasons[each]} for each in sorted(reasons)]
    return {**document, "overrides": overrides}


def confirmation_of(
    prescription_id: UUID, digest: str, findings: list[str], text: str, first_signature_sha256: str
) -> dict[str, Any]:
    """What the doctor signs a second time (双签名): this very document, for these findings or this answer."""
    return {
        "prescription_id": str(prescription_id),
        "prescription_digest": digest,
        "first_signature_sha256": first_signature_sha256,
        "findings": sorted(findings),
        "answer": text,
    }


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the RFC 8785 form."""
    return hashlib.sha256(canonical(dict(document))).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
