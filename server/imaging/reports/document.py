"""The document of a report version: exactly what is shown and signed, in one JSON value, kept sealed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from server.foundation.canonical import canonical

from .content import ReportContent


class Kind(StrEnum):
    """What a version is; each has its act of signing."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDMENT = "amendment"


ACTS: Final = {
    Kind.PRELIMINARY: "imaging.preliminary",
    Kind.FINAL: "imaging.final",
    Kind.AMENDMENT: "imaging.amend",
}


@dataclass(frozen=True, slots=True)
class Examination:
    """What was examined, of whom, for whom; as it was called when the report was signed."""

    order_id: UUID
    number: str
    accession_number: str
    modality: str
    body_part: str
    procedure: str
    patient_id: UUID
    patient: str = field(repr=False)
    sex: str
    birth_date: date
    from_organisation: str
    reading_organisation: str
    department: str
    study_ids: tuple[UUID, ...]
    acquired_at: datetime


@dataclass(frozen=True, slots=True)
class Author:
    """Who signs."""

    id: UUID
    name: str
    title: str
    licence: str


@dataclass(frozen=True, slots=True)
class Before:
    """The signed version that this one confirms or changes: its number, digest, and the digest of its signature."""

    number: int
    digest: str
    signature_sha256: str
    author_id: UUID


def document_of(
    examination: Examination,
    author: Author,
    content: ReportContent,
    *,
    kind: Kind,
    number: int,
    at: datetime,
    before: Before | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """What is signed. Rule: imaging-29, imaging-30"""
    return {
        "kind": str(kind),
        "version": number,
        "at": _instant(at),
        "examination": {
            "order_id": str(examination.order_id),
            "number": examination.number,
            "accession_number": examination.accession_number,
            "modality": examination.modality,
            "body_part": examination.body_part,
            "procedure": examination.procedure,
            "study_ids": [str(each) for each in examination.study_ids],
            "acquired_at": _instant(examination.acquired_at),
        },
        "patient": {
            "id": str(examination.patient_id),
            "name": examination.patient,
            "sex": examination.sex,
            "birth_date": examination.birth_date.isoformat(),
        },
        "institutions": {
            "requested_by": examination.from_organisation,
            "read_by": examination.reading_organisation,
            "department": examination.department,
        },
        "author": {
            "id": str(author.id),
            "name": author.name,
            "title": author.title,
            "licence": author.licence,
        },
        "content": content.document(),
        "before": _before(before),
        "reason": reason,
    }


def content_of(document: Mapping[str, Any]) -> ReportContent:
    """What the radiologist wrote."""
    return ReportContent.model_validate(document["content"])


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the RFC 8785 form."""
    return hashlib.sha256(canonical(dict(document))).hexdigest()


def _before(before: Before | None) -> dict[str, Any] | None:
    if before is None:
        return None
    return {
        "version": before.number,
        "digest": before.digest,
        "signature_sha256": before.signature_sha256,
        "author_id": str(before.author_id),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
