"""Days that are not like their weekday: holidays, leave of one doctor, weekends worked like another day (调休)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import store_planning
from .errors import DayTaken
from .model_agreed import DayException
from .weeks import Exceptional


async def exceptions(work: Work, organisation_id: OrganisationId, first: date, last: date) -> list[Exceptional]:
    """An institution's exceptional days, in order."""
    return [facts(row) for row in await store_planning.exceptions(work.session, organisation_id, first, last)]


async def add(work: Work, day: date, doctor_id: PersonId | None, name: str, works_as: int | None) -> Exceptional:
    """An exceptional day of the actor's institution, or of one of its doctors. What is planned already stays.

    Raises: DayTaken, Unknown for a doctor of another institution.
    """
    organisation_id = work.actor.organisation
    if doctor_id is not None and not await identity.doctors(work, [doctor_id], organisation_id=organisation_id):
        raise Unknown
    row = DayException(
        id=work.new_id(),
        organisation_id=organisation_id,
        day=day,
        doctor_id=doctor_id,
        name=name,
        works_as=works_as,
        made_at=work.now,
        made_by=work.actor.person,
    )
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_day_exceptions_organisation_id_day_doctor_id":
            raise DayTaken from None
        raise
    work.audit("add", "day_exception", row.id)
    return facts(row)


async def remove(work: Work, exception_id: UUID) -> None:
    """The day is like its weekday again, for sessions not made yet. Raises: Unknown."""
    row = await work.session.get(DayException, exception_id)
    if row is None or row.organisation_id != work.actor.organisation:
        raise Unknown
    await work.session.delete(row)
    work.audit("remove", "day_exception", exception_id)


async def planned_on(work: Work, each: Exceptional) -> int:
    """How many sessions are planned on that day all the same, to be looked at by hand."""
    return await store_planning.sessions_on(work.session, work.actor.organisation, each.day, each.doctor_id)


def facts(row: DayException) -> Exceptional:
    """The row as a value."""
    doctor_id = PersonId(row.doctor_id) if row.doctor_id is not None else None
    return Exceptional(row.id, row.day, doctor_id, row.name, row.works_as)
