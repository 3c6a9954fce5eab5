"""Critical values as pages see them: of one order, and what is unsettled in an institution."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.fields import DataKey
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import access, naming, rights
from server.imaging.orders import store as orders
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.naming import ImagedPatientView, ImagingCodedView, ImagingNamedView

from . import store
from .lifecycle import UNSETTLED, CriticalStatus
from .model import ImagingCritical, ImagingCriticalCall
from .reporting import CALLS, TABLE, Call

_MOST: Final = 200
_CONCERNED: Final = frozenset({access.Party.REQUESTER, access.Party.RADIOLOGIST})


class CriticalCallView(View):
    """One call-back."""

    at: datetime
    by: ImagingNamedView | None
    reached_name: str
    reached_role: str
    phone: str
    text: str


class CriticalValueView(View):
    """One critical value. `may`: call_back, acknowledge."""

    id: UUID
    order_id: UUID
    number: str
    accession_number: str
    state: CriticalStatus
    value: ImagingCodedView
    procedure: ImagingCodedView
    patient: ImagedPatientView
    from_organisation: ImagingNamedView
    reading_organisation: ImagingNamedView
    opened_at: datetime
    opened_by: ImagingNamedView | None
    due_at: datetime
    overdue: bool
    escalated: int
    called_back_at: datetime | None
    calls: list[CriticalCallView]
    acknowledged_at: datetime | None
    acknowledged_by: ImagingNamedView | None
    acknowledged_name: str
    may: list[str]


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known around a list of critical values."""

    work: Work
    orders: Mapping[UUID, ImagingOrder]
    calls: Mapping[UUID, list[ImagingCriticalCall]]
    people: naming.People
    houses: Mapping[UUID, str]
    keys: Mapping[UUID, DataKey]
    parties: Mapping[UUID, access.Party | None]

    def opened(self, row: ImagingCritical, table: str, column: str, cell: UUID, sealed: bytes | None) -> str:
        """A sealed text; empty without one, or where the patient's key was destroyed."""
        key = self.keys.get(self.orders[row.order_id].patient_id)
        return self.work.ground.fields.open(sealed, table, column, cell, key) if sealed and key else ""


async def of_institution(work: Work, *, unsettled_only: bool) -> list[CriticalValueView]:
    """What concerns the acting member of staff: of the own patients, or of the departments that one reads for.

    Rule: imaging-23, imaging-33
    """
    house = work.actor.organisation
    return await shown(
        work, await store.of_institution(work.session, house, limit=_MOST, unsettled_only=unsettled_only)
    )


async def shown(work: Work, rows: Sequence[ImagingCritical]) -> list[CriticalValueView]:
    """These, as far as the actor has to do with their orders."""
    by_id = await orders.by_ids(work.session, {row.order_id for row in rows})
    parties = await _parties(work, by_id.values())
    mine = [row for row in rows if parties[row.order_id] in _CONCERNED]
    calls = await store.calls_of(work.session, [row.id for row in mine])
    people = {each for row in mine for each in _everybody(row, by_id[row.order_id], calls.get(row.id, []))}
    around = _Around(
        work,
        by_id,
        calls,
        await identity.people(work, {PersonId(each) for each in people}),
        await naming.houses(
            work, {each for row in mine for each in (row.organisation_id, row.reading_organisation_id)}
        ),
        await data_keys.fetch_all(work.session, work.ground.fields, {by_id[row.order_id].patient_id for row in mine}),
        parties,
    )
    return [_view(around, row) for row in mine]


async def _parties(work: Work, rows: Collection[ImagingOrder]) -> dict[UUID, access.Party | None]:
    """The actor's part in each of these orders. Rule: imaging-23"""
    departments, known = await identity.own_departments(work), await rights.patients(work)
    return {
        row.id: access.party_of(row, work.actor, "clinic" if row.patient_id in known else None, departments)
        for row in rows
    }


def _view(around: _Around, row: ImagingCritical) -> CriticalValueView:
    work, order = around.work, around.orders[row.order_id]
    text = around.opened(row, TABLE, "content", row.id, row.content)
    return CriticalValueView(
        id=row.id,
        order_id=row.order_id,
        number=order.number,
        accession_number=order.accession_number,
        state=CriticalStatus(row.status),
        value=naming.coded(work, catalogue().critical, row.code, text),
        procedure=naming.coded(work, catalogue().procedures, order.procedure_code),
        patient=naming.imaged(around.people, order.patient_id, day_of(work.now)),
        from_organisation=_house(around, row.organisation_id),
        reading_organisation=_house(around, row.reading_organisation_id),
        opened_at=row.opened_at,
        opened_by=naming.named(around.people, row.opened_by),
        due_at=row.due_at,
        overdue=row.status in UNSETTLED and row.due_at <= work.now,
        escalated=row.escalated,
        called_back_at=row.called_back_at,
        calls=[_call(around, row, each) for each in around.calls.get(row.id, [])],
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=naming.named(around.people, row.acknowledged_by),
        acknowledged_name=around.opened(row, TABLE, "acknowledged_name", row.id, row.acknowledged_name),
        may=_may(around, row),
    )


def _may(around: _Around, row: ImagingCritical) -> list[str]:
    if row.status not in UNSETTLED:
        return []
    return ["call_back"] if around.parties[row.order_id] is access.Party.RADIOLOGIST else ["acknowledge"]


def _call(around: _Around, row: ImagingCritical, call: ImagingCriticalCall) -> CriticalCallView:
    text = around.opened(row, CALLS, "content", call.id, call.content)
    said = Call.model_validate_json(text) if text else Call(reached_name="", reached_role="")
    return CriticalCallView(
        at=call.at,
        by=naming.named(around.people, call.by_id),
        reached_name=said.reached_name,
        reached_role=said.reached_role,
        phone=said.phone,
        text=said.text,
    )


def _house(around: _Around, house: UUID) -> ImagingNamedView:
    return ImagingNamedView(id=house, name=around.houses.get(house, ""))


def _everybody(row: ImagingCritical, order: ImagingOrder, calls: Sequence[ImagingCriticalCall]) -> list[UUID]:
    everybody = (order.patient_id, row.opened_by, row.acknowledged_by, *(each.by_id for each in calls))
    return [each for each in everybody if each is not None]
