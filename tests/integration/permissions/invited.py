"""A cooperation agreement and a remote request of a patient, as far as the matrix needs them.

The clinic asks, the hospital serves; the request is scheduled with the doctor of the side as its lead. `cooperation_id` is an
agreement in force, `proposed_id` waits for the clinic's side.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from server.consultations.remote import consenting, dispatching, drafting, inviting
from server.consultations.remote.consenting import Signed
from server.consultations.remote.content import Content, Giver, Signature
from server.consultations.remote.dispatching import Plan
from server.consultations.remote.drafting import Written
from server.consultations.remote.experts import Chosen
from server.cooperation import service as cooperation
from server.cooperation.service import NewAgreement, Scope, Side
from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.records import service as records
from server.records.service import Purpose
from tests import people
from tests.people import Somebody

from .houses import House, Known

Ids = dict[str, str]
_STROKES = (((100, 40, 0), (700, 60, 180)),)


async def agreed(ground: Ground, house: House) -> Ids:
    """An agreement in force between the clinic and its hospital, and one that is proposed."""
    async with unit_of_work(ground, SYSTEM) as work:
        today = day_of(work.now)
        new = NewAgreement(
            requester_kind=Side.ORGANISATION,
            requester_id=house.clinic.id,
            server_id=house.hospital.id,
            scope=frozenset(Scope),
            valid_from=today,
            valid_until=today + timedelta(days=300),
            head_id=house.staff[Role.SCHEDULER].id,
        )
        made = await cooperation.make(work, new)
        await cooperation.confirm(work, made.id, made.version)
        proposed = await cooperation.make(work, replace(new, valid_until=today + timedelta(days=30)))
    return {"cooperation_id": str(made.id), "proposed_id": str(proposed.id)}


async def asker_of(ground: Ground, house: House, *, own: bool) -> Somebody:
    """The clinic's worker, or a colleague of theirs."""
    if own:
        return house.staff[Role.CLINIC_WORKER]
    return await people.a_member_of_staff(ground, Role.CLINIC_WORKER, house.clinic)


async def invited(ground: Ground, house: House, known: Known, asker: Somebody, doctor: Somebody, ids: Ids) -> Ids:
    """The ids of a request that this clinic worker made, and of what is attached to it."""
    await _allow(ground, house, known)
    written = Written(
        content=Content(reason="矩阵", purpose="矩阵", summary="咳嗽三周，胸部 CT 见斑片影，请会诊"),
        agreement_id=UUID(ids["cooperation_id"]),
        department_id=house.hospital.department_id,
        title_wanted="physician",
        asap=True,
    )
    async with unit_of_work(ground, asker.actor) as work:
        drawn = await drafting.draft(work, known.who.id, written)
        text = next(each for each in records.consent_text_list("zh") if each.purpose is Purpose.REMOTE_CONSULTATION)
        signature = Signature(strokes=_STROKES)
        signed = await consenting.sign(work, drawn.id, None, Signed(text.version, Giver.PATIENT, None, signature))
        sent = await inviting.submit(work, signed.id, signed.version)
    async with unit_of_work(ground, house.staff[Role.SCHEDULER].actor) as work:
        taken = await dispatching.accept(work, sent.id, sent.version)
        plan = Plan([Chosen(doctor.id, lead=True)], work.now + timedelta(days=3 + len(known.who.name)))
        await dispatching.schedule(work, taken.id, taken.version, plan)
    async with unit_of_work(ground, SYSTEM) as work:  # for the asking only: who acts for whom is the world's to say
        await records.withdraw_consent(work, person_id=known.who.id, purpose=Purpose.ACT_FOR_ME)
    return {"request_id": str(drawn.id), "material_id": str(drawn.id)}


async def _allow(ground: Ground, house: House, known: Known) -> None:
    """The patient lets the clinic act."""
    async with unit_of_work(ground, SYSTEM) as work:
        text = next(each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME)
        await records.give_consent(
            work,
            patient_id=known.who.id,
            purpose=Purpose.ACT_FOR_ME,
            version=text.version,
            given_by=known.who.id,
            organisation_id=house.clinic.id,
        )
