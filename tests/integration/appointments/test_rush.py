"""Two hundred people at the same moment for ten places: ten get one, and the rows agree. A careless way of counting fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import store
from server.appointments.model import Booking, QuotaRow
from server.appointments.rules import Quota
from server.foundation.ground import Ground
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


async def test_reading_first_and_writing_after_would_fail(
    api: Api, ground: Ground, crowd: list[people.Somebody], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rush against a careless `take_place`: it must not pass, or this test proves nothing."""

    async def read_then_write(session: AsyncSession, slot_id: UUID, quota: Quota) -> bool:
        row = await session.get(QuotaRow, (slot_id, quota))
        assert row is not None
        if row.taken >= row.capacity:
            return False
        await asyncio.sleep(0)
        row.taken += 1
        await session.flush()
        return True

    monkeypatch.setattr(store, "take_place", read_then_write)
    came = await _rush(api, ground, crowd)
    assert came.statuses != {201: PLACES, 409: PEOPLE - PLACES} or came.taken != came.bookings
