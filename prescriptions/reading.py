"""Opening what is sealed about prescriptions: documents, outcomes of checks, words of the history. Asks nobody's right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from server.foundation import data_keys
from server.foundation.fields import DataKey
from server.foundation.work import Work

from . import document, store
from .content import Content
from .model import CheckRun, Prescription, StepRow, Version
from .outcomes import Kept

_VERSIONS = "prescription_versions"
_CHECKS = "prescription_checks"
_STEPS = "prescription_steps"


@dataclass(frozen=True, slots=True)
class Opened:
    """A prescription with its document open."""

    prescription: Prescription
    version: Version
    document: dict[str, Any]
    content: Content
    overrides: dict[str, str]


async def opened(work: Work, prescription: Prescription, number: int | None = None) -> Opened:
    """The document of a prescription's present version, or of an earlier one."""
    row = await store.version(work.session, prescription.id, number or prescription.version)
    assert row is not None, "the present version and every signed one is kept"
    return _open(work, prescription, row, await key_of(work, prescription.patient_id))


async def opened_many(work: Work, prescriptions: Sequence[Prescription]) -> list[Opened]:
    """The same for many, in the order given."""
    rows = await store.versions_of(work.session, [(each.id, each.version) for each in prescriptions])
    keys = await data_keys.fetch_all(work.session, work.ground.fields, {each.patient_id for each in prescriptions})
    return [_open(work, each, rows[each.id], keys[each.patient_id]) for each in prescriptions]


async def contents_of(work: Work, prescriptions: Sequence[Prescription]) -> list[tuple[Prescription, Content]]:
    """What the doctors wrote, for many."""
    return [(each.prescription, each.content) for each in await opened_many(work, prescriptions)]


async def content_of(work: Work, prescription: Prescription) -> Content:
    """What the doctor wrote."""
    return (await opened(work, prescription)).content


async def outcome_of(work: Work, prescription: Prescription) -> tuple[CheckRun, Kept] | None:
    """The last run of the checks and what it found; None before the first."""
    run = await store.check_run(work.session, prescription.check_run_id) if prescription.check_run_id else None
    if run is None:
        return None
    return run, kept_of(work, run, await key_of(work, prescription.patient_id))


def kept_of(work: Work, run: CheckRun, key: DataKey) -> Kept:
    """What a run of the checks found."""
    return Kept.model_validate_json(work.ground.fields.open(run.outcome, _CHECKS, "outcome", run.id, key))


async def words_of(work: Work, prescription: Prescription, rows: Iterable[StepRow]) -> dict[UUID, str]:
    """The words of steps of the history, by step."""
    key = await key_of(work, prescription.patient_id)
    return {each.id: work.ground.fields.open(each.text, _STEPS, "text", each.id, key) for each in rows if each.text}


async def key_of(work: Work, patient_id: UUID) -> DataKey:
    """The patient's data key."""
    return await data_keys.fetch(work.session, work.ground.fields, patient_id)


def seal_document(work: Work, made: dict[str, Any], prescription_id: UUID, number: int, key: DataKey) -> bytes:
    """A document, sealed for its version's cell."""
    return work.ground.fields.seal(
        orjson.dumps(made).decode(), _VERSIONS, "content", _cell(prescription_id, number), key
    )


def seal_overrides(work: Work, reasons: dict[str, str], prescription_id: UUID, number: int, key: DataKey) -> bytes:
    """The prescriber's reasons, sealed for their version's cell."""
    text = orjson.dumps(reasons).decode()
    return work.ground.fields.seal(text, _VERSIONS, "overrides", _cell(prescription_id, number), key)


def seal_outcome(work: Work, found: Kept, run_id: UUID, key: DataKey) -> bytes:
    """An outcome, sealed for its run's cell."""
    return work.ground.fields.seal(found.model_dump_json(), _CHECKS, "outcome", run_id, key)


def _open(work: Work, prescription: Prescription, row: Version, key: DataKey) -> Opened:
    cell = _cell(row.prescription_id, row.version)
    made = orjson.loads(work.ground.fields.open(row.content, _VERSIONS, "content", cell, key))
    reasons: dict[str, str] = {}
    if row.overrides is not None:
        reasons = orjson.loads(work.ground.fields.open(row.overrides, _VERSIONS, "overrides", cell, key))
        made = document.with_overrides(made, reasons)
    return Opened(prescription, row, made, document.content_of(made), reasons)


def _cell(prescription_id: UUID, number: int) -> str:
    return f"{prescription_id}/{number}"
