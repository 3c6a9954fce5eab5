"""Waiting lists and suspensions over HTTP. An offer is taken by confirming its held booking, and declined by cancelling it."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Routes
from server.foundation.work import Work

from . import no_shows, views_waiting, waiting
from .errors import (
    AlreadyBooked,
    AlreadyWaiting,
    BookingSuspended,
    FirstVisit,
    NotOpenYet,
    PlacesLeft,
    SessionClosed,
    WaitingClosed,
)
from .views_waiting import SuspensionView, WaitingView

routes = Routes()


class JoinList(Body):
    """For whom; for a visit by video whether the same complaint was diagnosed in person (B11)."""

    patient_id: UUID
    diagnosed_in_person: bool = Field(False, description="已在实体医疗机构就诊并确诊")


@routes.post(
    "/api/sessions/{session_id}/waitings",
    may="appointments.book",
    problems=(
        FirstVisit,
        SessionClosed,
        WaitingClosed,
        NotOpenYet,
        PlacesLeft,
        AlreadyBooked,
        AlreadyWaiting,
        BookingSuspended,
    ),
    status=201,
)
async def join_waiting_list(work: Work, session_id: UUID, body: JoinList) -> WaitingView:
    """候补: wait for a place in a session that is full."""
    joined = await waiting.join(
        work, session_id, PersonId(body.patient_id), diagnosed_in_person=body.diagnosed_in_person
    )
    return (await views_waiting.of_entries(work, await waiting.entry(work, joined)))[0]


@routes.get("/api/waitings", may="appointments.book")
async def list_waitings(work: Work) -> list[WaitingView]:
    """Where the own family waits, or those whom one had wait; for schedulers everybody at their institution."""
    return await views_waiting.of_entries(work, await waiting.entries(work))


@routes.delete("/api/waitings/{waiting_id}", may="appointments.book", problems=(NotInThisState,))
async def leave_waiting_list(work: Work, waiting_id: UUID) -> None:
    """Wait no longer."""
    await waiting.leave(work, waiting_id)


@routes.get("/api/booking-suspensions", may="appointments.suspended")
async def list_suspensions(work: Work) -> list[SuspensionView]:
    """Suspensions in force of the own family, of those one acts for, or at the scheduler's institution."""
    return await views_waiting.of_suspensions(work, await no_shows.in_force(work))


@routes.post("/api/booking-suspensions/{suspension_id}/lift", may="appointments.lift")
async def lift_suspension(work: Work, suspension_id: UUID) -> None:
    """End a suspension early, at the own institution."""
    await no_shows.lift(work, suspension_id)
