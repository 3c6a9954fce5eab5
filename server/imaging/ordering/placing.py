"""Ordering an examination: who may, where it is read, under which agreement, and whether it is needed at all."""

from __future__ import annotations

from dataclasses import dataclass

from server.cooperation.service import Clocks
from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.ids import short_number
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import rules, steps, store
from server.imaging.orders.catalogue import Procedure, catalogue
from server.imaging.orders.content import COLUMN, TABLE, Asked
from server.imaging.orders.errors import NoSuchProcedure, NotPerformedThere
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.numbers import accession_number
from server.imaging.orders.rules import Urgency
from server.imaging.recognition import recognising
from server.imaging.recognition.recognising import Refusal
from server.records import service as records

from . import reading_place
from .reading_place import ReadingPlace


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is ordered. Unless said it is taken here, and read here where that can be, else under the best agreement."""

    patient_id: PersonId
    procedure_code: str
    urgency: Urgency
    asked: Asked
    reading_organisation_id: OrganisationId | None = None
    performing_organisation_id: OrganisationId | None = None
    not_recognised: Refusal | None = None


async def place(work: Work, new: NewOrder) -> ImagingOrder:
    """Order an examination of a patient.

    Raises: Unknown (not the actor's patient), NoSuchProcedure, NotPerformedThere, NoOwnRadiologists, NoAgreement (B46),
        NoReadingDepartment, RecognisedResultExists, NoSuchImagingReason.
    Rule: B46, imaging-20, imaging-21, imaging-22, imaging-35
    """
    await recognising.require_may_order(work, new.patient_id)
    procedure = _procedure(new.procedure_code)
    performing_id = await _performing(work, new.performing_organisation_id)
    reading = await reading_place.find(work, procedure, new.reading_organisation_id)
    passed_over = await recognising.require_reason(
        work, new.patient_id, procedure.modality, procedure.body_part, new.not_recognised
    )
    order = await _write(work, new, procedure, reading, performing_id)
    if passed_over and new.not_recognised is not None:
        await recognising.refuse(work, passed_over, new.not_recognised, order)
    return order


def _procedure(code: str) -> Procedure:
    found = catalogue().procedures.get(code)
    if found is None:
        raise NoSuchProcedure
    return found


async def _performing(work: Work, wanted: OrganisationId | None) -> OrganisationId:
    """The own institution, or one above it. Raises: NotPerformedThere. Rule: imaging-21"""
    own = here = work.actor.organisation
    if wanted is None or wanted == own:
        return own
    above = {each.id: each.parent_id for each in await identity.organisations(work)}
    while (parent := above.get(here)) is not None:
        if parent == wanted:
            return wanted
        here = parent
    raise NotPerformedThere


async def _write(
    work: Work,
    new: NewOrder,
    procedure: Procedure,
    reading: ReadingPlace,
    performing_id: OrganisationId,
) -> ImagingOrder:
    today, session = day_of(work.now), work.session
    order = ImagingOrder(
        id=work.new_id(),
        number=short_number(today, await store.next_count(session)),
        accession_number=accession_number(today, await store.next_accession(session, performing_id, today)),
        organisation_id=work.actor.organisation,
        performing_organisation_id=performing_id,
        reading_organisation_id=reading.organisation_id,
        department_id=reading.department_id,
        agreement_id=reading.agreement_id,
        head_id=reading.head_id,
        patient_id=new.patient_id,
        requester_id=work.actor.person,
        modality=procedure.modality,
        body_part=procedure.body_part,
        procedure_code=procedure.code,
        urgency=str(new.urgency),
        status=str(Status.ORDERED),
        version=1,
        ordered_at=work.now,
        changed_at=work.now,
        turnaround_s=_turnaround_s(new.urgency, reading.clocks),
        rejections=0,
        escalated=0,
        critical="none",
    )
    order.content = await steps.seal(work, order, TABLE, COLUMN, order.id, new.asked.model_dump_json())
    session.add(order)
    await session.flush()
    if work.actor.role is Role.DOCTOR:  # who orders goes on caring for the patient until the report is there
        await records.open_care(
            work,
            patient_id=new.patient_id,
            carer_id=work.actor.person,
            organisation_id=work.actor.organisation,
            source_id=order.id,
        )
    await steps.write(work, order, "order")
    return order


def _turnaround_s(urgency: Urgency, clocks: Clocks) -> int:
    within = rules.turnaround(urgency, emergency_min=clocks.imaging_emergency_min, ordinary_h=clocks.imaging_ordinary_h)
    return int(within.total_seconds())
