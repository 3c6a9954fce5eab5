"""From rows to views: everything that a page of orders needs, asked once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.fields import DataKey
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.critical import store as criticals
from server.imaging.critical.model import ImagingCritical
from server.imaging.orders import access, naming, rules, store
from server.imaging.orders.access import PATIENT_SIDE, Party
from server.imaging.orders.catalogue import Word, catalogue
from server.imaging.orders.content import COLUMN, TABLE, Asked
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder, ImagingOrderStep, ImagingOrderStudy
from server.imaging.orders.naming import ImagingCodedView, ImagingNamedView, People, coded, imaged, named
from server.imaging.orders.rules import Urgency
from server.imaging.recognition import store as recognitions
from server.imaging.recognition.model import ImagingRecognition
from server.imaging.reports import reading
from server.imaging.reports import store as reports
from server.imaging.reports.document import content_of
from server.imaging.reports.model import ImagingReportVersion

from .views import (
    ImagingDiagnosisView,
    ImagingOrderCriticalView,
    ImagingOrderStepView,
    ImagingOrderView,
    ImagingReportSummaryView,
)

_STEPS = "imaging_order_steps"


@dataclass(slots=True)
class Around:
    """What is known around a page of orders."""

    work: Work
    today: date
    people: People = field(default_factory=dict, repr=False)
    houses: Mapping[UUID, str] = field(default_factory=dict)
    departments: Mapping[UUID, str] = field(default_factory=dict)
    keys: Mapping[UUID, DataKey] = field(default_factory=dict, repr=False)
    studies: Mapping[UUID, list[ImagingOrderStudy]] = field(default_factory=dict)
    criticals: Mapping[UUID, list[ImagingCritical]] = field(default_factory=dict)
    refusals: Mapping[UUID, ImagingRecognition] = field(default_factory=dict)
    cancels: Mapping[UUID, ImagingOrderStep] = field(default_factory=dict)
    rejections: Mapping[UUID, ImagingOrderStep] = field(default_factory=dict)
    reports: Mapping[UUID, ImagingReportVersion] = field(default_factory=dict)


async def of_orders(work: Work, orders: Sequence[tuple[ImagingOrder, Party]]) -> list[ImagingOrderView]:
    """The views of orders, in the order given, each for the asker's part in it."""
    around = await _around(work, orders)
    return [_view(around, order, party) for order, party in orders]


async def of_order(work: Work, order: ImagingOrder, party: Party) -> ImagingOrderView:
    """The view of one."""
    return (await of_orders(work, [(order, party)]))[0]


async def _around(work: Work, orders: Sequence[tuple[ImagingOrder, Party]]) -> Around:
    rows = [order for order, _ in orders]
    ids = [row.id for row in rows]
    session = work.session
    readable = [(row.id, number) for row, party in orders if (number := reading.readable(row, party)) is not None]
    versions = await reports.versions(session, readable)
    people = {each for row in rows for each in _everybody(row)} | {each.author_id for each in versions.values()}
    return Around(
        work,
        day_of(work.now),
        people=await identity.people(work, {PersonId(each) for each in people}),
        houses=await naming.houses(work, {each for row in rows for each in _houses(row)}),
        departments=await naming.departments(work, {row.reading_organisation_id for row in rows}),
        keys=await data_keys.fetch_all(session, work.ground.fields, {row.patient_id for row in rows}),
        studies=await store.studies_of(session, ids),
        criticals=await criticals.of_orders(session, [row.id for row in rows if row.critical != "none"]),
        refusals=await recognitions.refusals(session, ids),
        cancels=await store.last_steps(session, [row.id for row in rows if row.cancelled_at], "cancel"),
        rejections=await store.last_steps(session, [row.id for row in rows if row.rejected_at], "reject_quality"),
        reports=versions,
    )


def _view(around: Around, order: ImagingOrder, party: Party) -> ImagingOrderView:
    work, known = around.work, catalogue()
    asked = _asked(around, order)
    staff = party not in PATIENT_SIDE
    refusal = around.refusals.get(order.id)
    return ImagingOrderView(
        id=order.id,
        number=order.number,
        accession_number=order.accession_number,
        status=Status(order.status),
        version=order.version,
        urgency=Urgency(order.urgency),
        patient=imaged(around.people, order.patient_id, around.today),
        requester=_person(around, order.requester_id),
        from_organisation=_house(around, order.organisation_id),
        performing_organisation=_house(around, order.performing_organisation_id),
        reading_organisation=_house(around, order.reading_organisation_id),
        department=ImagingNamedView(id=order.department_id, name=around.departments.get(order.department_id, "")),
        modality=order.modality,
        body_part=order.body_part,
        procedure=coded(work, known.procedures, order.procedure_code),
        reason=asked.reason,
        diagnosis=[ImagingDiagnosisView(code=each.code, name=each.name) for each in asked.diagnosis],
        allergies=asked.allergies,
        ordered_at=order.ordered_at,
        acquired_at=order.acquired_at,
        queued_at=order.queued_at,
        due_at=order.due_at if staff else None,
        overdue=staff and rules.is_overdue(order.due_at, order.final_at, work.now),
        final_at=order.final_at,
        returned_at=order.returned_at,
        acknowledged_at=order.acknowledged_at,
        acknowledged_by=named(around.people, order.acknowledged_by),
        cancelled_at=order.cancelled_at,
        cancelled=_reason(around, order, around.cancels, known.cancel),
        rejected_at=order.rejected_at,
        rejected=_reason(around, order, around.rejections, known.quality),
        rejections=order.rejections,
        claimed_by=named(around.people, order.claimed_by) if staff else None,
        claimed_until=order.claimed_until if staff else None,
        preliminary_by=named(around.people, order.preliminary_by) if staff else None,
        critical=_critical(around, order) if staff else ImagingOrderCriticalView(state="none"),
        study_ids=[each.study_id for each in around.studies.get(order.id, [])],
        not_recognised=_refusal(around, order, refusal) if refusal else None,
        report=_report(around, order),
        may=access.may(order, work.actor, party),
    )


def _asked(around: Around, order: ImagingOrder) -> Asked:
    text = _opened(around, order, TABLE, COLUMN, order.id, order.content)
    return Asked.model_validate_json(text) if text else Asked.model_construct(reason="", diagnosis=(), allergies="")


def _opened(around: Around, order: ImagingOrder, table: str, column: str, row: UUID | str, sealed: bytes | None) -> str:
    key = around.keys.get(order.patient_id)
    if sealed is None or key is None:  # a destroyed key: what was sealed with it is gone by decision
        return ""
    return around.work.ground.fields.open(sealed, table, column, row, key)


def _reason(
    around: Around, order: ImagingOrder, steps: Mapping[UUID, ImagingOrderStep], words: Mapping[str, Word]
) -> ImagingCodedView | None:
    step = steps.get(order.id)
    if step is None or step.code is None:
        return None
    return coded(around.work, words, step.code, _opened(around, order, _STEPS, "text", step.id, step.text))


def _refusal(around: Around, order: ImagingOrder, row: ImagingRecognition) -> ImagingCodedView:
    text = _opened(around, order, "imaging_recognitions", "words", row.id, row.words)
    return coded(around.work, catalogue().not_recognised, row.code or "", text)


def _critical(around: Around, order: ImagingOrder) -> ImagingOrderCriticalView:
    rows = around.criticals.get(order.id)
    if not rows:
        return ImagingOrderCriticalView(state="none")
    last = rows[0]
    text = _opened(around, order, "imaging_criticals", "content", last.id, last.content)
    unsettled = last.status in access.UNSETTLED
    return ImagingOrderCriticalView.model_validate(
        {
            "state": last.status,
            "value": coded(around.work, catalogue().critical, last.code, text),
            "opened_at": last.opened_at,
            "due_at": last.due_at,
            "overdue": unsettled and last.due_at <= around.work.now,
        }
    )


def _report(around: Around, order: ImagingOrder) -> ImagingReportSummaryView | None:
    row = around.reports.get(order.id)
    if row is None or order.patient_id not in around.keys:
        return None
    cell = f"{row.order_id}/{row.number}"
    content = content_of(reading.loaded(_opened(around, order, reading.TABLE, "content", cell, row.content)))
    return ImagingReportSummaryView(
        version=row.number,
        kind=row.kind,
        impression=content.impression,
        positive=content.positive,
        signed_at=row.signed_at,
        preliminary_by=named(around.people, order.preliminary_by),
        final_by=named(around.people, row.author_id if row.kind == "amendment" else order.final_by),
    )


def _person(around: Around, person_id: UUID) -> ImagingNamedView:
    return named(around.people, person_id) or ImagingNamedView(id=person_id, name="")


def _house(around: Around, house: UUID) -> ImagingNamedView:
    return ImagingNamedView(id=house, name=around.houses.get(house, ""))


def _everybody(row: ImagingOrder) -> list[UUID]:
    everybody = (
        row.patient_id,
        row.requester_id,
        row.claimed_by,
        row.preliminary_by,
        row.final_by,
        row.acknowledged_by,
    )
    return [each for each in everybody if each is not None]


def _houses(row: ImagingOrder) -> tuple[UUID, UUID, UUID]:
    return row.organisation_id, row.performing_organisation_id, row.reading_organisation_id


async def of_steps(work: Work, order: ImagingOrder, party: Party) -> list[ImagingOrderStepView]:
    """The history; the patient's side sees when and what, not the words between colleagues."""
    rows = await store.steps_of(work.session, order.id)
    people = await identity.people(work, {PersonId(row.by_id) for row in rows if row.by_id})
    keys = await data_keys.fetch_all(work.session, work.ground.fields, [order.patient_id])
    around = Around(work, day_of(work.now), keys=keys)
    staff = party not in PATIENT_SIDE
    return [
        ImagingOrderStepView(
            at=row.at,
            verb=row.verb,
            status=Status(row.status),
            by=named(people, row.by_id),
            reason=_why(around, order, row) if staff else None,
        )
        for row in rows
        if staff or not row.verb.startswith("critical_")
    ]


def _why(around: Around, order: ImagingOrder, row: ImagingOrderStep) -> ImagingCodedView | None:
    if row.code is None and row.text is None:
        return None
    known = catalogue()
    words = {"cancel": known.cancel, "reject_quality": known.quality}.get(row.verb, known.critical)
    return coded(around.work, words, row.code or "", _opened(around, order, _STEPS, "text", row.id, row.text))
