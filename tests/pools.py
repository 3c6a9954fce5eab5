"""Builders of a small alliance with a shared pool: a county hospital, a township hospital, a village clinic, one agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from server.appointments import service as appointments
from server.appointments.agreement import Opening, ReleaseStep, Terms
from server.appointments.facts import NewSession, SessionFacts
from server.appointments.model_agreed import PoolAgreement
from server.appointments.rules import Quota
from server.foundation.actor import SYSTEM, Level, OrganisationId, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.records.model import ConsentRow
from server.records.service import Purpose

from . import invented
from .invented import Someone

MIDNIGHT = time(0, 0)
# Everything is open from the first day on, so that a test moves the clock only for what it is about.
OPEN = {quota: Opening(days_before=60, at=MIDNIGHT) for quota in Quota}
CHAIN = (
    ReleaseStep(step=1, from_quota=Quota.VILLAGE, to_quota=Quota.TOWNSHIP, days_before=3, at=time(8)),
    ReleaseStep(step=2, from_quota=Quota.TOWNSHIP, to_quota=Quota.ONLINE, days_before=2, at=time(8)),
)
TERMS = Terms(shares={Quota.VILLAGE: 30, Quota.TOWNSHIP: 20}, opens=OPEN, chain=CHAIN)


@dataclass(frozen=True, slots=True)
class Pool:
    """An alliance: workers of each level, the hospital's scheduler, and the agreement."""

    hospital_id: OrganisationId
    department_id: UUID
    scheduler: Someone
    township: Someone
    village: Someone
    agreement_id: UUID


async def a_pool(ground: Ground, terms: Terms = TERMS) -> Pool:
    """A fresh alliance under these terms."""
    hospital_id = await invented.an_organisation(ground)
    department_id = await invented.a_department(ground, hospital_id)
    scheduler = await invented.a_member(ground, Role.SCHEDULER, at=hospital_id)
    township, village = [
        await invented.a_member(
            ground, Role.CLINIC_WORKER, at=await invented.an_organisation(ground, level=level, parent=hospital_id)
        )
        for level in (Level.TOWNSHIP, Level.VILLAGE)
    ]
    members = [each.organisation_id for each in (township, village) if each.organisation_id]
    async with unit_of_work(ground, SYSTEM) as work:
        alliance_id = await identity.add_alliance(work, f"医共体{hospital_id.hex[-12:]}", hospital_id, members)
        agreement = PoolAgreement(
            id=work.new_id(),
            organisation_id=hospital_id,
            alliance_id=alliance_id,
            terms=terms.model_dump(mode="json"),
            valid_from=day_of(work.now) - timedelta(days=1),
            made_at=work.now,
            made_by=scheduler.id,
        )
        work.session.add(agreement)
        await work.session.flush()
    return Pool(hospital_id, department_id, scheduler, township, village, agreement.id)


async def a_session(
    ground: Ground,
    pool: Pool,
    *,
    days_ahead: int = 10,
    slots: int = 1,
    capacity: int = 10,
    hour: int = 9,
    service: str = "expert",
    department_id: UUID | None = None,
) -> SessionFacts:
    """A published session of a doctor of its own, its places divided by the pool's agreement."""
    department = department_id or pool.department_id
    doctor = await invented.a_doctor(ground, at=pool.hospital_id, department=department, signed_in=False)
    day = day_of(ground.clock.now()) + timedelta(days=days_ahead)
    starts_at = datetime.combine(day, time(hour), tzinfo=SHANGHAI)
    async with unit_of_work(ground, SYSTEM) as work:
        return await appointments.publish(
            work,
            pool.hospital_id,
            NewSession(
                department_id=department,
                doctor_id=doctor.id,
                service=service,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=30 * slots),
                slot_minutes=30,
                slot_capacity=capacity,
            ),
        )


async def consents_to(ground: Ground, patient: Someone, worker: Someone) -> None:
    """The patient is known to the worker's institution and lets it act for them."""
    assert worker.organisation_id is not None
    async with unit_of_work(ground, SYSTEM) as work:
        await identity.admit(work, patient.id, worker.organisation_id)
        work.session.add(
            ConsentRow(
                id=work.new_id(),
                person_id=patient.id,
                patient_id=patient.id,
                purpose=Purpose.ACT_FOR_ME,
                version="test",
                text_sha256="0" * 64,
                language="zh",
                organisation_id=worker.organisation_id,
                given_by=patient.id,
                witnessed_by=worker.id,
                given_at=work.now,
            )
        )
