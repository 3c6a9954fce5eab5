"""Pages of the worklist for a radiologist: the own departments and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import naming, rules
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.naming import ImagingNamedView, People
from server.imaging.orders.places import Place, read_place
from server.imaging.orders.rules import Urgency

from . import store
from .store import Wanted
from .views import ImagingWorklistItemView, ImagingWorklistView

PAGE: Final = 50


class Shown(StrEnum):
    """Which part of the worklist."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    MINE = "mine"
    PRELIMINARY = "preliminary"
    REPORTED = "reported"


async def page(work: Work, shown: Shown, wanted: Wanted, after: str | None) -> ImagingWorklistView:
    """One page. Raises: BadPlace. Rule: imaging-23, imaging-27"""
    mine = await identity.own_departments(work)
    rows = await _rows(work, shown, wanted, mine, read_place(after))
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    people = await identity.people(work, {PersonId(each) for row in rows for each in _everybody(row)})
    houses = await naming.houses(work, {row.organisation_id for row in rows})
    own_house = {work.actor.organisation} if mine else set()
    departments = await naming.departments(work, {*own_house})
    return ImagingWorklistView(
        items=[_item(work, row, people, houses, departments, day_of(work.now)) for row in rows],
        next=_place(shown, rows[-1]).written() if more else None,
        departments=[ImagingNamedView(id=each, name=name) for each, name in departments.items() if each in mine],
    )


async def _rows(
    work: Work, shown: Shown, wanted: Wanted, departments: set[UUID], after: Place | None
) -> Sequence[ImagingOrder]:
    if shown is Shown.MINE:
        return await store.claimed_by(work.session, work.actor.person, work.actor.organisation)
    if shown is Shown.REPORTED:
        return await store.reported(work.session, wanted, departments, after, PAGE + 1)
    in_status = replace(wanted, status=Status(shown.value))
    return await store.waiting(work.session, in_status, departments, after, PAGE + 1)


def _place(shown: Shown, row: ImagingOrder) -> Place:
    if shown is Shown.REPORTED:
        assert row.final_at is not None, "what is reported was finalised"
        return Place(row.final_at, row.id)
    assert row.due_at is not None, "what is to be read is due"
    return Place(row.due_at, row.id, row.urgency)


def _item(
    work: Work,
    row: ImagingOrder,
    people: People,
    houses: Mapping[UUID, str],
    departments: Mapping[UUID, str],
    today: date,
) -> ImagingWorklistItemView:
    return ImagingWorklistItemView(
        id=row.id,
        number=row.number,
        accession_number=row.accession_number,
        version=row.version,
        status=Status(row.status),
        urgency=Urgency(row.urgency),
        patient=naming.imaged(people, row.patient_id, today),
        from_organisation=ImagingNamedView(id=row.organisation_id, name=houses.get(row.organisation_id, "")),
        department=ImagingNamedView(id=row.department_id, name=departments.get(row.department_id, "")),
        modality=row.modality,
        body_part=row.body_part,
        procedure=naming.coded(work, catalogue().procedures, row.procedure_code),
        queued_at=row.queued_at,
        due_at=row.due_at,
        overdue=rules.is_overdue(row.due_at, row.final_at, work.now),
        final_at=row.final_at,
        claimed_by=naming.named(people, row.claimed_by),
        claimed_until=row.claimed_until,
        preliminary_by=naming.named(people, row.preliminary_by),
        final_by=naming.named(people, row.final_by),
        critical=row.critical,
        rejections=row.rejections,
        own=row.preliminary_by == work.actor.person_id,
    )


def _everybody(row: ImagingOrder) -> list[UUID]:
    return [each for each in (row.patient_id, row.claimed_by, row.preliminary_by, row.final_by) if each is not None]
