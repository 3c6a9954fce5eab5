"""Who is told of what happens to an order: by notification, by its number, without a word of what was seen."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications

from .model import ImagingOrder


async def requester(work: Work, order: ImagingOrder, template: str) -> None:
    """Whoever ordered it."""
    await people(work, order, template, [order.requester_id])


async def patient(work: Work, order: ImagingOrder, template: str) -> None:
    """The patient, and whoever reads the patient's messages."""
    await people(work, order, template, [order.patient_id])


async def department(work: Work, order: ImagingOrder, template: str, **values: str) -> None:
    """Every doctor of the department that reads it, but not whoever acts."""
    await people(work, order, template, await radiologists(work, order) - {work.actor.person_id}, **values)


async def institution(work: Work, order: ImagingOrder, template: str) -> None:
    """Whoever works as doctor or clinic worker where the patient is looked after."""
    house = OrganisationId(order.organisation_id)
    staff = await identity.holders(work, house, Role.DOCTOR) | await identity.holders(work, house, Role.CLINIC_WORKER)
    await people(work, order, template, staff)


async def head(work: Work, order: ImagingOrder, template: str) -> None:
    """The head of the centre, or, where the agreement names none, the administrators of the reading institution."""
    if order.head_id is not None:
        await people(work, order, template, [order.head_id])
        return
    house = OrganisationId(order.reading_organisation_id)
    await people(work, order, template, await identity.holders(work, house, Role.ADMINISTRATOR))


async def people(work: Work, order: ImagingOrder, template: str, those: Iterable[UUID | None], **values: str) -> None:
    """These people, each once."""
    about = {"number": order.number, "imaging_order_id": str(order.id), **values}
    for each in sorted({each for each in those if each is not None}):
        await notifications.send(work, PersonId(each), template, about)


async def radiologists(work: Work, order: ImagingOrder) -> set[UUID]:
    """The doctors of the department that reads it."""
    house = OrganisationId(order.reading_organisation_id)
    cards = await identity.doctors(work, organisation_id=house, department_id=order.department_id)
    return {card.id for card in cards}
