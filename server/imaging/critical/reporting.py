"""A critical value from opening to acknowledgement: told at once, called in, and put a name to.

It opens at any state of an examination that somebody reads or has read. While it is unsettled the order is neither returned,
acknowledged nor cancelled: its own row says so (`critical`), and every such step asks that row in the same statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from server.foundation.actor import OrganisationId
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.imaging.events import CriticalOpened
from server.imaging.orders import returning, steps, telling
from server.imaging.orders import store as orders
from server.imaging.orders.access import RADIOLOGIST, REQUESTER
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.errors import NoSuchImagingReason
from server.imaging.orders.lifecycle import REPORTED, TO_READ, Status
from server.imaging.orders.model import ImagingOrder
from server.settings import ExamSettings

from . import store
from .errors import CriticalAlreadyOpen, NoCriticalValue
from .lifecycle import UNSETTLED, CriticalStatus
from .model import ImagingCritical, ImagingCriticalCall

TABLE: Final = "imaging_criticals"
CALLS: Final = "imaging_critical_calls"
_READ: Final = TO_READ | REPORTED


class Call(BaseModel):
    """Who was reached, and what was said; sealed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    reached_name: str
    reached_role: str
    phone: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen: a code of the catalogue, and words."""

    code: str
    text: str = field(default="", repr=False)


async def open_critical(work: Work, order_id: UUID, seen: Seen) -> ImagingCritical:
    """Report a critical value: everybody at the requesting institution is told at once, the call-back clock runs.

    Raises: Unknown, NoSuchImagingReason, CriticalAlreadyOpen, NotInThisState (nothing to read yet). Rule: imaging-33
    """
    if seen.code not in catalogue().critical:
        raise NoSuchImagingReason
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    if Status(order.status) not in _READ:
        raise NotInThisState(status=order.status)
    if await store.unsettled(work.session, order_id) is not None:
        raise CriticalAlreadyOpen
    return await _open(work, order, seen)


async def open_once(work: Work, order_id: UUID, seen: Seen) -> None:
    """The same from a draft that saves itself: told once, however often it is saved. Raises: as `open_critical`."""
    before = (await store.of_orders(work.session, [order_id])).get(order_id, [])
    if not any(each.status in UNSETTLED or each.code == seen.code for each in before):
        await open_critical(work, order_id, seen)


async def _open(work: Work, order: ImagingOrder, seen: Seen) -> ImagingCritical:
    marked = await _mark(work, order, CriticalStatus.OPEN)
    if marked is None:  # somebody opened one, or the order moved, in this very moment
        raise CriticalAlreadyOpen
    row_id = work.new_id()
    row = ImagingCritical(
        id=row_id,
        order_id=order.id,
        organisation_id=order.organisation_id,
        reading_organisation_id=order.reading_organisation_id,
        code=seen.code,
        content=await steps.seal(work, order, TABLE, "content", row_id, seen.text),
        status=str(CriticalStatus.OPEN),
        opened_by=work.actor.person,
        opened_at=work.now,
        due_at=work.now + timedelta(seconds=work.part(ExamSettings).critical_s),
        escalated=0,
    )
    work.session.add(row)
    await work.session.flush()
    await steps.write(work, marked, "critical_open", code=seen.code)
    await telling.institution(work, marked, "imaging-critical")
    work.record(CriticalOpened(order.id, row_id, OrganisationId(order.organisation_id)))
    return row


async def call_back(work: Work, order_id: UUID, call: Call) -> ImagingCritical:
    """Note a call that reached somebody; a further one is noted beside it.

    Raises: Unknown, NoCriticalValue. Rule: imaging-33
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    critical = await _unsettled(work, order)
    first = critical.called_back_at or work.now
    moved = await store.move(work.session, critical, "call_back", work.actor.role, called_back_at=first)
    if moved is None:
        raise NoCriticalValue
    row_id = work.new_id()
    sealed = await steps.seal(work, order, CALLS, "content", row_id, call.model_dump_json())
    work.session.add(
        ImagingCriticalCall(id=row_id, critical_id=moved.id, by_id=work.actor.person, at=work.now, content=sealed)
    )
    await work.session.flush()
    marked = await _mark(work, order, CriticalStatus.CALLED_BACK) or order
    await steps.write(work, marked, "critical_call_back", code=moved.code)
    return moved


async def acknowledge(work: Work, order_id: UUID, name: str) -> ImagingCritical:
    """Somebody of the requesting institution takes it over, by name; a final report that waited for this is returned now.

    Raises: Unknown, NoCriticalValue. Rule: imaging-33, imaging-32
    """
    order, _ = await steps.own(work, order_id, REQUESTER)
    critical = await _unsettled(work, order)
    moved = await store.move(
        work.session,
        critical,
        "acknowledge",
        work.actor.role,
        acknowledged_by=work.actor.person,
        acknowledged_name=await steps.seal(work, order, TABLE, "acknowledged_name", critical.id, name),
        acknowledged_at=work.now,
    )
    if moved is None:
        raise NoCriticalValue
    marked = await _mark(work, order, CriticalStatus.ACKNOWLEDGED) or order
    await steps.write(work, marked, "critical_acknowledge", code=moved.code)
    await telling.people(work, marked, "imaging-critical-acknowledged", [moved.opened_by])
    await returning.return_report(work, marked)
    return moved


async def _unsettled(work: Work, order: ImagingOrder) -> ImagingCritical:
    found = await store.unsettled(work.session, order.id)
    if found is None:
        raise NoCriticalValue
    return found


async def _mark(work: Work, order: ImagingOrder, status: CriticalStatus) -> ImagingOrder | None:
    """The order's own word for it, which every step that closes something asks."""
    only_if = (
        (ImagingOrder.critical.in_(["none", "acknowledged"]), ImagingOrder.status == order.status)
        if status is CriticalStatus.OPEN
        else ()
    )
    return await orders.change(
        work.session,
        order.id,
        *only_if,
        critical=str(status),
        version=ImagingOrder.version + 1,
        changed_at=work.now,
    )
