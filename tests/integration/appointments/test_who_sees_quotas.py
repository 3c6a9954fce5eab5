"""The quotas of a slot are for those who work at its institution; everybody else sees what they can take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.foundation.actor import Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from tests import people
from tests.api import Api


async def test_quotas_are_seen_inside_the_house_only(api: Api, ground: Ground) -> None:
    house, other = await people.a_hospital(ground), await people.a_hospital(ground)
    doctor = await people.a_doctor(ground, house)
    scheduler = await people.a_member_of_staff(ground, Role.SCHEDULER, house)
    day = day_of(ground.clock.now()) + timedelta(days=3)
    body = {
        "department_id": str(house.department_id),
        "doctor_id": str(doctor.id),
        "starts_at": f"{day}T08:00:00+08:00",
        "ends_at": f"{day}T09:00:00+08:00",
        "slot_minutes": 60,
        "slot_capacity": 3,
    }
    (await api.signed_in(scheduler.token).post("/api/sessions", body)).ok()

    async def seen_by(somebody: people.Somebody) -> Any:
        path = f"/api/sessions?first={day}&last={day}&doctor_id={doctor.id}"
        (session,) = (await api.signed_in(somebody.token).get(path)).ok()
        return session["slots"][0]["quotas"]

    whole = [{"quota": "online", "capacity": 3, "taken": 0}]
    assert [await seen_by(each) for each in (scheduler, doctor)] == [whole, whole]
    outside = (
        await people.a_patient(ground),
        await people.a_doctor(ground, other),
        await people.a_member_of_staff(ground, Role.SCHEDULER, other),
    )
    assert [await seen_by(each) for each in outside] == [None, None, None]
