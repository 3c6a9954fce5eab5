"""What is recognised for a patient, and what becomes of it: accepted instead of an order, or refused with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import rights, steps
from server.imaging.orders import store as orders
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.errors import NoSuchImagingReason
from server.imaging.orders.model import ImagingOrder
from server.settings import ExamSettings

from . import rules, store
from .errors import NothingToRecognise, RecognisedResultExists
from .model import ImagingRecognition

_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Recognised:
    """One result that is recognised; `report_id` is the order whose report it is."""

    report_id: UUID
    number: str
    version: int
    patient_id: PersonId
    modality: str
    body_part: str
    procedure_code: str
    organisation_id: OrganisationId
    institution: str
    at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a recognised result is not accepted: a code of the catalogue, and words where there is more to say."""

    code: str
    text: str = field(default="", repr=False)


async def require_may_order(work: Work, patient_id: PersonId) -> None:
    """Nothing, when the actor may order for this patient: a clinic worker with the patient's consent, a doctor who has the
    patient in care or works where the patient lets the institution act.

    Raises: Unknown. Rule: imaging-20
    """
    if await identity.replaced_by(work, patient_id) is not None or await rights.right_of(work, patient_id) is None:
        raise Unknown


async def recognised(work: Work, patient_id: PersonId, modality: str, body_part: str) -> list[Recognised]:
    """The results of this examination that are recognised now, the newest first. Raises: Unknown. Rule: imaging-34"""
    await require_may_order(work, patient_id)
    return await _valid(work, patient_id, modality, body_part)


async def accept(work: Work, report_id: UUID) -> Recognised:
    """Use a recognised result instead of ordering: an examination saved. Raises: Unknown, NothingToRecognise.

    Rule: imaging-35
    """
    order, patient_id = await _result(work, report_id)
    found = await _valid(work, patient_id, order.modality, order.body_part)
    chosen = next((each for each in found if each.report_id == report_id), None)
    if chosen is None:
        raise NothingToRecognise
    _keep(work, chosen, "accepted")
    await work.session.flush()
    work.audit("imaging-result.accept", "imaging_order", report_id, patient_id=chosen.patient_id)
    return chosen


async def require_reason(
    work: Work, patient_id: PersonId, modality: str, body_part: str, refusal: Refusal | None
) -> Sequence[Recognised]:
    """The results that an order passes over, with its reason; none when nothing is recognised.

    Raises: RecognisedResultExists, NoSuchImagingReason. Rule: imaging-35
    """
    found = await _valid(work, patient_id, modality, body_part)
    if refusal is not None and refusal.code not in catalogue().not_recognised:
        raise NoSuchImagingReason
    if found and refusal is None:
        raise RecognisedResultExists(day=day_of(found[0].at).isoformat(), report_id=str(found[0].report_id))
    return found


async def refuse(work: Work, passed_over: Sequence[Recognised], refusal: Refusal, new_order: ImagingOrder) -> None:
    """Write down why the newest of them was not enough; the earlier ones are behind it."""
    if not passed_over:
        return
    row = _keep(work, passed_over[0], "refused", code=refusal.code, new_order_id=new_order.id)
    if refusal.text:
        row.words = await steps.seal(work, new_order, "imaging_recognitions", "words", row.id, refusal.text)
    await work.session.flush()
    work.audit(
        "imaging-result.refuse", "imaging_order", row.order_id, patient_id=passed_over[0].patient_id, code=refusal.code
    )


async def _result(work: Work, report_id: UUID) -> tuple[ImagingOrder, PersonId]:
    order = await orders.by_id(work.session, report_id)
    if order is None:
        raise Unknown
    patient_id = await identity.replaced_by(work, PersonId(order.patient_id)) or PersonId(order.patient_id)
    await require_may_order(work, patient_id)
    return order, patient_id


async def _valid(work: Work, patient_id: PersonId, modality: str, body_part: str) -> list[Recognised]:
    days = work.part(ExamSettings).recognition_days
    every = await identity.with_merged(work, [patient_id])
    since = work.now - timedelta(days=days)
    rows = await store.results(work.session, every, modality, body_part, since, _MOST)
    names = await identity.organisation_names(work, _institutions(rows))
    return [
        _recognised(row, names, days)
        for row in rows
        if row.acquired_at is not None and rules.is_valid(row.acquired_at, days, work.now)
    ]


def _institutions(rows: Sequence[ImagingOrder]) -> set[OrganisationId]:
    return {OrganisationId(row.performing_organisation_id) for row in rows}


def _recognised(row: ImagingOrder, names: dict[UUID, str], days: int) -> Recognised:
    assert row.acquired_at is not None, "what was reported was taken"
    assert row.returned_version is not None, "what was returned has a version"
    institution_id = OrganisationId(row.performing_organisation_id)
    return Recognised(
        report_id=row.id,
        number=row.number,
        version=row.returned_version,
        patient_id=PersonId(row.patient_id),
        modality=row.modality,
        body_part=row.body_part,
        procedure_code=row.procedure_code,
        organisation_id=institution_id,
        institution=names.get(institution_id, ""),
        at=row.acquired_at,
        valid_until=rules.valid_until(row.acquired_at, days),
    )


def _keep(
    work: Work, chosen: Recognised, decision: str, *, code: str | None = None, new_order_id: UUID | None = None
) -> ImagingRecognition:
    row = ImagingRecognition(
        id=work.new_id(),
        patient_id=chosen.patient_id,
        order_id=chosen.report_id,
        report_version=chosen.version,
        organisation_id=work.actor.organisation,
        by_id=work.actor.person,
        at=work.now,
        decision=decision,
        code=code,
        words=None,
        new_order_id=new_order_id,
        modality=chosen.modality,
        body_part=chosen.body_part,
    )
    work.session.add(row)
    return row
