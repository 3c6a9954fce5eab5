"""Two hundred people at the same moment for ten places: ten get one, and the rows agree. A careless way of counting fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server.appointments import ledger
from server.appointments.allotment import Place, Want
from server.appointments.board import Board
from server.appointments.errors import SlotFull
from server.appointments.model import Booking, QuotaRow
from server.appointments.rules import Quota, Status
from server.foundation.actor import SYSTEM
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import people
from tests.api import Api

PEOPLE, PLACES = 200, 10


@dataclass(frozen=True)
class Outcome:
    """What came of a rush."""

    statuses: Counter[int]
    codes: Counter[str]
    taken: int
    bookings: int
    numbers: list[int]


@pytest.fixture(scope="session")
async def crowd(ground: Ground) -> list[people.Somebody]:
    return [await people.a_patient(ground) for _ in range(PEOPLE)]


async def _rush(api: Api, ground: Ground, crowd: list[people.Somebody]) -> Outcome:
    hospital = await people.a_hospital(ground)
    session = await people.a_session(ground, await people.a_doctor(ground, hospital), slots=1, capacity=PLACES)
    slot = (await people.slots_of(ground, session))[0]
    answers = await asyncio.gather(
        *(
            api.signed_in(each.token).post(
                f"/api/slots/{slot}/bookings", {"patient_id": str(each.id), "diagnosed_in_person": True}
            )
            for each in crowd
        )
    )
    async with ground.database.session() as session_:
        taken = (await session_.execute(select(QuotaRow.taken).where(QuotaRow.slot_id == slot))).scalar_one()
        numbers = (await session_.execute(select(Booking.number).where(Booking.slot_id == slot))).scalars().all()
        live = select(func.count()).where(Booking.slot_id == slot, Booking.status == "booked")
        bookings = (await session_.execute(live)).scalar_one()
    return Outcome(
        Counter(answer.status for answer in answers),
        Counter(answer.code for answer in answers if answer.code),
        taken,
        bookings,
        sorted(numbers),
    )


async def test_ten_places_go_to_ten_of_two_hundred(api: Api, ground: Ground, crowd: list[people.Somebody]) -> None:
    came = await _rush(api, ground, crowd)
    assert came.statuses == {201: PLACES, 409: PEOPLE - PLACES}
    assert came.codes == {"slot-full": PEOPLE - PLACES}
    assert (came.taken, came.bookings) == (PLACES, PLACES)
    assert came.numbers == list(range(1, PLACES + 1))


@pytest.mark.parametrize("careless", [False, True], ids=["as it is", "read, then written"])
async def test_only_a_locked_ledger_counts_right(
    ground: Ground, crowd: list[people.Somebody], monkeypatch: pytest.MonkeyPatch, *, careless: bool
) -> None:
    """Forty transactions at once claim ten places, past the desk. Without the lock it must go wrong, or this proves nothing."""
    if careless:
        monkeypatch.setattr(ledger, "_LOCK", ledger._LOCK.removesuffix(" FOR UPDATE"))
        monkeypatch.setattr(ledger, "_TAKE", ledger._TAKE.removesuffix(" AND q.taken + w.places <= q.capacity"))
    hospital = await people.a_hospital(ground)
    session = await people.a_session(ground, await people.a_doctor(ground, hospital), slots=1, capacity=PLACES)
    slot = (await people.slots_of(ground, session))[0]
    outcomes = await asyncio.gather(*(_claim(ground, slot, each) for each in crowd[:40]), return_exceptions=True)
    places = [each for each in outcomes if isinstance(each, Place)]
    refused = [each for each in outcomes if isinstance(each, SlotFull)]
    exact = len(places) == PLACES and len(refused) == 40 - PLACES and len({each.number for each in places}) == PLACES
    assert exact is not careless


async def _claim(ground: Ground, slot: UUID, person: people.Somebody) -> Place | Problem:
    card = await ground.part(Board).card(slot)
    async with unit_of_work(ground, SYSTEM) as work:
        want = Want(
            booking_id=work.new_id(),
            slot_id=slot,
            session_id=card.session_id,
            organisation_id=card.organisation_id,
            department_id=card.department_id,
            day=card.day,
            starts_at=card.starts_at,
            quotas=(Quota.ONLINE,),
            patient_id=person.id,
            booked_by=person.id,
            right_used="self",
            channel="online",
            status=Status.BOOKED,
        )
        return (await ledger.claim(await work.raw(), [want], work.now))[0]
