"""What holds for one institution: its own limits over the product's, and the agreement that a session is under."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from server.foundation.actor import OrganisationId
from server.foundation.work import Work
from server.settings import AppointmentSettings

from . import store
from .agreement import NOTHING_RESERVED, Terms
from .facts import BookingFacts
from .model_agreed import BookingPolicy, PoolAgreement
from .rules import CheckInTimes


async def of(work: Work, organisation_id: OrganisationId) -> AppointmentSettings:
    """The limits of an institution: what it set, else the product's defaults; always within the settings' bounds.

    Rule: appointments-11
    """
    usual = work.part(AppointmentSettings)
    own = await work.session.get(BookingPolicy, organisation_id)
    return AppointmentSettings.model_validate({**usual.model_dump(), **own.limits}) if own else usual


async def terms_of(work: Work, agreement_id: UUID | None) -> Terms:
    """The terms that a session was published under; without an agreement everything is ONLINE."""
    if agreement_id is None:
        return NOTHING_RESERVED
    row = await work.session.get(PoolAgreement, agreement_id)
    assert row is not None, "agreements are never deleted"
    return Terms.model_validate(row.terms)


async def agreement_for(work: Work, organisation_id: OrganisationId, day: date) -> PoolAgreement | None:
    """The agreement in force for a hospital's sessions of that day; the latest made, where several are."""
    return await store.agreement_on(work.session, organisation_id, day)


async def check_in_times(work: Work, booking: BookingFacts) -> CheckInTimes:
    """When the window of the booking's institution checks in for it."""
    limits = await of(work, booking.organisation_id)
    return CheckInTimes.around(
        booking.slot_starts_at,
        minutes_before=limits.check_in_before_minutes,
        minutes_after=limits.check_in_after_minutes,
    )
