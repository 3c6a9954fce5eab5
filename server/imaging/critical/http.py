"""Critical values over HTTP: opened, called in, acknowledged by name, listed."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work
from server.imaging.orders.errors import NoSuchImagingReason

from . import listing, reporting
from .errors import CriticalAlreadyOpen, NoCriticalValue
from .listing import CriticalValueView
from .model import ImagingCritical
from .reporting import Call, Seen

routes = Routes()
_READ: Final = "imaging.read"
_ORDER: Final = "imaging.order"
_Name = Annotated[str, Field(min_length=2, max_length=40)]
_Words = Annotated[str, Field(max_length=1000)]


class CriticalBody(Body):
    """What was seen."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    text: _Words = ""


class CallBackBody(Body):
    """Who was reached, and what was said."""

    reached_name: _Name
    reached_role: Annotated[str, Field(min_length=1, max_length=40)]
    phone: Annotated[str, Field(max_length=30)] = ""
    text: _Words = ""


class AcknowledgementBody(Body):
    """Who takes it over."""

    name: _Name


class CriticalsQuery(Query):
    """Everything, or what nobody has acknowledged yet."""

    unsettled: bool = True


@routes.get("/api/imaging/critical", may="imaging.see-critical")
async def list_critical_values(work: Work, query: CriticalsQuery) -> list[CriticalValueView]:
    """Critical values that concern the asker's institution, the newest first."""
    return await listing.of_institution(work, unsettled_only=query.unsettled)


@routes.post(
    "/api/imaging/orders/{order_id}/critical",
    may=_READ,
    status=201,
    problems=(Unknown, NoSuchImagingReason, CriticalAlreadyOpen, NotInThisState),
)
async def open_critical_value(work: Work, order_id: UUID, body: CriticalBody) -> CriticalValueView:
    """Report a critical value: the requesting institution is told at once, and the call-back clock runs."""
    return await _shown(work, await reporting.open_critical(work, order_id, Seen(body.code, body.text)))


@routes.post("/api/imaging/orders/{order_id}/critical/call-back", may=_READ, problems=(Unknown, NoCriticalValue))
async def call_critical_value_in(work: Work, order_id: UUID, body: CallBackBody) -> CriticalValueView:
    """Note a call that reached somebody."""
    return await _shown(work, await reporting.call_back(work, order_id, Call(**body.model_dump())))


@routes.post("/api/imaging/orders/{order_id}/critical/acknowledge", may=_ORDER, problems=(Unknown, NoCriticalValue))
async def acknowledge_critical_value(work: Work, order_id: UUID, body: AcknowledgementBody) -> CriticalValueView:
    """Take it over by name; a signed report that waited for this goes back now."""
    return await _shown(work, await reporting.acknowledge(work, order_id, body.name))


async def _shown(work: Work, row: ImagingCritical) -> CriticalValueView:
    return (await listing.shown(work, [row]))[0]
