"""Lists of orders: of one patient, one's own, those of the own institution. The same policy as for one order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, or_, tuple_

from server.foundation.actor import PATIENT_SIDE, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import access, rights, store
from server.imaging.orders.access import Party
from server.imaging.orders.lifecycle import BEFORE_READING, Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.places import Place, read_place

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
    right = await rights.right_of(work, patient_id)
    if right is None and work.actor.role in PATIENT_SIDE:
        raise Unknown
    every = await identity.with_merged(work, [patient_id])
    conditions: list[Any] = [ImagingOrder.patient_id.in_(every)]
    if right is None:
        conditions.append(await _concerns(work))
    return await _page(work, conditions, state, after, lambda _: right)


async def of_family(work: Work, state: Status | None, after: str | None) -> tuple[Parted, str | None]:
    """The acting patient's orders and those of everybody acted for, the newest first."""
    people = [work.actor.person, *await identity.wards(work)]
    every = await identity.with_merged(work, people)
    own = set(await identity.with_merged(work, [work.actor.person]))
    found, after_that = await _page(work, [ImagingOrder.patient_id.in_(every)], state, after, lambda _: "self")
    return [(row, Party.PATIENT if row.patient_id in own else Party.GUARDIAN) for row, _ in found], after_that


async def of_institution(work: Work, box: Box, state: Status | None, after: str | None) -> tuple[Parted, str | None]:
    """The orders of the acting member of staff or of the institution, the newest first."""
    house = work.actor.organisation
    ours = {
        Box.MINE: (ImagingOrder.requester_id == work.actor.person) & (ImagingOrder.organisation_id == house),
        Box.INSTITUTION: ImagingOrder.organisation_id == house,
        Box.PERFORMING: ImagingOrder.performing_organisation_id == house,
    }[box]
    known = await rights.patients(work)
    conditions = [ours, await _concerns(work, known)]
    return await _page(work, conditions, state, after, lambda row: "clinic" if row.patient_id in known else None)


async def _page(
    work: Work,
    conditions: list[Any],
    state: Status | None,
    after: str | None,
    right_of: Callable[[ImagingOrder], str | None],
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
        if (party := access.party_of(row, work.actor, right_of(row), departments)) is not None
    ]
    after_that = Place(rows[PAGE - 1].ordered_at, rows[PAGE - 1].id).written() if len(rows) > PAGE else None
    return parted, after_that


async def _concerns(work: Work, known: Collection[UUID] = ()) -> Any:
    """The orders that the acting member of staff has a part in, in words of the database; `access.party_of` says the same.

    Rule: imaging-23
    """
    if work.actor.role not in (Role.DOCTOR, Role.CLINIC_WORKER):
        raise Unknown
    house, order = work.actor.organisation, ImagingOrder
    departments = await identity.own_departments(work) if work.actor.role is Role.DOCTOR else set()
    looked_after = or_(
        order.patient_id.in_(known),
        order.requester_id == work.actor.person,
        order.critical.in_(sorted(access.UNSETTLED)),
    )
    return or_(
        and_(order.organisation_id == house, looked_after),
        and_(order.performing_organisation_id == house, order.status.in_(sorted(map(str, BEFORE_READING)))),
        and_(
            order.reading_organisation_id == house,
            or_(order.department_id.in_(departments), order.head_id == work.actor.person),
        ),
    )
