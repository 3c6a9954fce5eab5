"""Experts of a request: who may be one (B03), asking them, their answer, their leaving; their place in the pool and their care.

Care begins when a request is scheduled and an expert named, and ends for each when their part does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from server.appointments import service as appointments
from server.appointments.errors import SlotFull
from server.cooperation import service as cooperation
from server.cooperation.service import Scope
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import NotAllowed
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import access, steps, store, store_people, telling
from .content import Urgency
from .errors import ExpertBusy, MayNotBeInvited, NoPlaceThen, NotAnExpertHere
from .events import ExpertsChanged
from .lifecycle import WITH_EXPERTS
from .model import RemoteExpert, RemoteRequest

_HERE: Final = frozenset({"asked", "coming", "joined", "signed"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """An expert whom a dispatcher names; of the serving institution, unless another is said."""

    person_id: UUID
    lead: bool = False
    organisation_id: UUID | None = None


async def houses(work: Work, request: RemoteRequest) -> list[OrganisationId]:
    """Where experts may come from: the serving institution, and those that serve it in their turn. Rule: B46, remote-3"""
    assert request.to_organisation_id is not None, "a request that was sent says to whom"
    own = OrganisationId(request.to_organisation_id)
    further = await cooperation.serving(work, own, Scope.CONSULTATION)
    return [own, *(each.server_id for each in further if each.server_id != request.from_organisation_id)]


async def name(work: Work, request: RemoteRequest, chosen: Sequence[Chosen], *, anew: bool = False) -> None:
    """Make exactly these the experts of a scheduled request. `anew`: the time is another, so places are taken again.

    Raises: NotAnExpertHere, MayNotBeInvited, ExpertBusy, NoPlaceThen.
    """
    await store_people.hold_people(work.session, {each.person_id for each in chosen})
    wanted = {each.person_id: each for each in chosen}
    there = await store_people.live_experts(work.session, request.id)
    for row in there:
        if row.person_id not in wanted:
            await _leave(work, request, row, "released")
        elif anew:
            await appointments.give_time_back(work, row.id)
    await store_people.unlead(work.session, request.id)
    known = {row.person_id: row for row in there if row.person_id in wanted}
    for each in chosen:
        old = known.get(each.person_id)
        if old is not None:
            await store_people.change_expert(work.session, old.id, _HERE, lead=each.lead)
            if anew or old.by_clock:
                await _take_time(work, request, old)
            await _open_care(work, request, old)
        else:
            await _ask(work, request, each)
    work.record(ExpertsChanged(request.id))
    new = [PersonId(each.person_id) for each in chosen if anew or each.person_id not in known]
    await telling.scheduled(work, request, new)


async def answer(work: Work, request_id: UUID, *, coming: bool, reason: str) -> RemoteRequest:
    """The expert will come, or cannot and says why: then the dispatchers choose again. Raises: Unknown. Rule: B49"""
    request, _ = await steps.own(work, request_id, access.EXPERTS)
    row = await _mine(work, request)
    if coming:
        await store_people.change_expert(work.session, row.id, {"asked"}, state="coming", answered_at=work.now)
    elif row.state in ("asked", "coming"):
        sealed = await steps.seal(work, request, ("remote_experts", "reason", row.id), reason)
        await _leave(work, request, row, "declined", reason=sealed)
    work.audit(
        "remote-request.answer", "remote_request", request.id, patient_id=PersonId(request.patient_id), coming=coming
    )
    await telling.expert_answered(work, request, work.actor.person, coming=coming)
    if request.status in WITH_EXPERTS:
        work.record(ExpertsChanged(request.id))
    steps.tell(work, request)
    return request


async def come(work: Work, request: RemoteRequest, person_id: UUID) -> None:
    """An expert whom the clock asked took the request on, and leads where nobody else does; nothing, when it was no expert."""
    there = await store_people.live_experts(work.session, request.id)
    row = next((each for each in there if each.person_id == person_id), None)
    if row is None:
        return
    leads = row.lead or not any(each.lead for each in there)
    await store_people.change_expert(work.session, row.id, {"asked"}, state="coming", lead=leads, answered_at=work.now)


async def mark(work: Work, request: RemoteRequest, person_id: UUID, state: str) -> None:
    """An expert is in the room (`joined`), or has signed an opinion (`signed`); for meetings. A second time is nothing."""
    before = {"joined": {"asked", "coming"}, "signed": {"asked", "coming", "joined"}}[state]
    for row in await store_people.live_experts(work.session, request.id):
        if row.person_id == person_id:
            await store_people.change_expert(work.session, row.id, before, state=state)
            steps.tell(work, request)


async def ask_by_clock(work: Work, request: RemoteRequest, person_id: UUID) -> bool:
    """The next expert, asked because a clock ran out; False when somebody asked them already."""
    chosen = Chosen(person_id)
    organisation_id = await _house_of(work, request, chosen)
    row = await _insert(work, request, chosen, organisation_id, by_clock=True)
    if row is not None and request.status in WITH_EXPERTS:
        await _open_care(work, request, row)
        work.record(ExpertsChanged(request.id))
    return row is not None


async def end_parts(work: Work, request: RemoteRequest, *, but_lead: bool, give_back: bool) -> None:
    """The experts may not read any longer; their places go back where the time was not needed. Rule: remote-8"""
    for row in await store_people.live_experts(work.session, request.id):
        if give_back:
            await appointments.give_time_back(work, row.id)
        if not (but_lead and row.lead):
            await records.end_care(work, request.id, 0, carer_id=PersonId(row.person_id))


async def _ask(work: Work, request: RemoteRequest, chosen: Chosen) -> None:
    organisation_id = await _house_of(work, request, chosen)
    row = await _insert(work, request, chosen, organisation_id, by_clock=False)
    assert row is not None, "under the lock of the person, and not among those who are there"
    await _take_time(work, request, row)
    await _open_care(work, request, row)


async def _insert(
    work: Work, request: RemoteRequest, chosen: Chosen, organisation_id: OrganisationId, *, by_clock: bool
) -> RemoteExpert | None:
    row_id = work.new_id()
    made = await store_people.add_expert(
        work.session,
        {
            "id": row_id,
            "request_id": request.id,
            "person_id": chosen.person_id,
            "organisation_id": organisation_id,
            "lead": chosen.lead,
            "state": "asked",
            "asked_at": work.now,
            "by_clock": by_clock,
        },
    )
    return await work.session.get(RemoteExpert, row_id) if made else None


async def _house_of(work: Work, request: RemoteRequest, chosen: Chosen) -> OrganisationId:
    """For which institution this doctor comes. Raises: NotAnExpertHere, MayNotBeInvited. Rule: B03"""
    allowed = await houses(work, request)
    cards = [
        card
        for card in await identity.doctors(work, [PersonId(chosen.person_id)])
        if card.organisation_id in allowed and chosen.organisation_id in (None, card.organisation_id)
    ]
    if not cards:
        raise NotAnExpertHere
    card = min(cards, key=lambda each: allowed.index(each.organisation_id))
    try:
        await identity.require_may_consult(work, card.id, card.organisation_id)
    except NotAllowed as refusal:
        raise MayNotBeInvited(name=card.name, reason=refusal.code) from None
    return card.organisation_id


async def _take_time(work: Work, request: RemoteRequest, row: RemoteExpert) -> None:
    """The expert's time, where the consultation has one. Raises: ExpertBusy, NoPlaceThen (not in an emergency)."""
    if request.starts_at is None or request.ends_at is None:
        return
    emergency = request.urgency == Urgency.EMERGENCY
    if await store.ahead_of(work.session, row.person_id, request.starts_at, request.ends_at, request.id):
        if emergency:
            return
        raise ExpertBusy(name=(await identity.person(work, PersonId(row.person_id))).name)
    level = (await identity.organisation(work, OrganisationId(request.from_organisation_id))).level
    try:
        await appointments.reserve_time(
            work,
            doctor_id=PersonId(row.person_id),
            organisation_id=OrganisationId(row.organisation_id),
            at=request.starts_at,
            source_id=row.id,
            level=level,
        )
    except SlotFull:
        if not emergency:
            raise NoPlaceThen(name=(await identity.person(work, PersonId(row.person_id))).name) from None


async def _open_care(work: Work, request: RemoteRequest, row: RemoteExpert) -> None:
    await records.open_care(
        work,
        patient_id=PersonId(request.patient_id),
        carer_id=PersonId(row.person_id),
        organisation_id=OrganisationId(row.organisation_id),
        source_id=request.id,
    )


async def _leave(
    work: Work, request: RemoteRequest, row: RemoteExpert, state: str, *, reason: bytes | None = None
) -> None:
    await store_people.change_expert(
        work.session, row.id, _HERE, state=state, lead=False, answered_at=work.now, reason=reason
    )
    await appointments.give_time_back(work, row.id)
    await records.end_care(work, request.id, 0, carer_id=PersonId(row.person_id))


async def _mine(work: Work, request: RemoteRequest) -> RemoteExpert:
    there = await store_people.live_experts(work.session, request.id)
    return next(each for each in there if each.person_id == work.actor.person)
