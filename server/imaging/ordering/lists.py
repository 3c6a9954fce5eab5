"""Lists of orders: of one patient, one's own, those of the own institution. The same policy as for one order."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import tuple_

from server.foundation.actor import PATIENT_SIDE, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import access, store
from server.imaging.orders.access import Party
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.places import Place, read_place
from server.records import service as records

PAGE: Final = 50


class Box(StrEnum):
    """Which orders of an institution."""

    MINE = "mine"  # that I ordered
    INSTITUTION = "institution"  # that we ordered
    PERFORMING = "performing"  # whose pictures we take


Parted = list[tuple[ImagingOrder, Party]]


async def of_patient(
    work: Work, patient_id: PersonId, state: Status | None, after: str | None
) -> tuple[Parted, str | None]:
    """A patient's orders, the newest first: for the patient's side and who may read the record; for others those that they
    have to do with.

    Raises: Unknown, BadPlace.
    """
    right = await records.may_read(work, patient_id)
    if right is None and work.actor.role in PATIENT_SIDE:
        raise Unknown
    every = await identity.with_merged(work, [patient_id])
    conditions: list[Any] = [ImagingOrder.patient_id.in_(every)]
    if right is None:
        conditions.append(_of_house(work))
    return await _page(work, conditions, state, after, right)


async def of_family(work: Work, state: Status | None, after: str | None) -> tuple[Parted, str | None]:
    """The acting patient's orders and those of everybody acted for, the newest first."""
    people = [work.actor.person, *await identity.wards(work)]
    every = await identity.with_merged(work, people)
    own = set(await identity.with_merged(work, [work.actor.person]))
    found, after_that = await _page(work, [ImagingOrder.patient_id.in_(every)], state, after, "self")
    return [(row, Party.PATIENT if row.patient_id in own else Party.GUARDIAN) for row, _ in found], after_that


async def of_institution(work: Work, box: Box, state: Status | None, after: str | None) -> tuple[Parted, str | None]:
    """The orders of the acting member of staff or of the institution, the newest first."""
    house = work.actor.organisation
    conditions: list[Any] = {
        Box.MINE: [ImagingOrder.requester_id == work.actor.person, ImagingOrder.organisation_id == house],
        Box.INSTITUTION: [ImagingOrder.organisation_id == house],
        Box.PERFORMING: [ImagingOrder.performing_organisation_id == house],
    }[box]
    return await _page(work, conditions, state, after, None)


async def _page(
    work: Work, conditions: list[Any], state: Status | None, after: str | None, right: str | None
) -> tuple[Parted, str | None]:
    place = read_place(after)
    if state is not None:
        conditions.append(ImagingOrder.status == str(state))
    if place is not None:
        conditions.append(tuple_(ImagingOrder.ordered_at, ImagingOrder.id) < tuple_(place.at, place.id))
    rows = await store.some(work.session, PAGE + 1, *conditions)
    departments = await identity.own_departments(work)
    parted = [
        (row, party)
        for row in rows[:PAGE]
        if (party := access.party_of(row, work.actor, right, departments)) is not None
    ]
    after_that = Place(rows[PAGE - 1].ordered_at, rows[PAGE - 1].id).written() if len(rows) > PAGE else None
    return parted, after_that


def _of_house(work: Work) -> Any:
    """What the acting member of staff's institution has to do with."""
    if work.actor.role not in (Role.DOCTOR, Role.CLINIC_WORKER):
        raise Unknown
    house = work.actor.organisation
    return (
        (ImagingOrder.organisation_id == house)
        | (ImagingOrder.performing_organisation_id == house)
        | (ImagingOrder.reading_organisation_id == house)
    )
