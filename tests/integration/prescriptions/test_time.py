"""B24: good until 24:00 of the day it was signed, three days in all with the doctor's note; what becomes of it afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from prescriptions import jobs
from server.foundation.clock import Clock, day_of, start_of_day
from server.foundation.jobs import Task

from .practice import Practice


class _Ahead(Clock):
    """The clock of a later hour."""

    def __init__(self, clock: Clock, passed: timedelta) -> None:
        self._real, self._passed = clock, passed

    def now(self) -> datetime:
        """What it will be then."""
        return self._real.now() + self._passed


async def _scan(practice: Practice, scan: Task, passed: timedelta) -> None:
    await scan.run(replace(practice.ground, clock=_Ahead(practice.ground.clock, passed)))


async def _status(practice: Practice, rx: dict[str, Any]) -> str:
    return str((await practice.doctor.get(f"/api/prescriptions/{rx['id']}")).ok()["status"])


def _until_midnight(practice: Practice) -> timedelta:
    now = practice.ground.clock.now()
    return start_of_day(day_of(now) + timedelta(days=1)) - now


async def _extend(practice: Practice, rx: dict[str, Any], days: int) -> Any:
    last = day_of(practice.ground.clock.now()) + timedelta(days=days)
    body = {"version": rx["version"], "until": last.isoformat(), "note": "患者明天才能取药"}
    return await practice.doctor.post(f"/api/prescriptions/{rx['id']}/extend", body)


async def test_b24_an_approved_one_is_good_until_midnight_and_then_expires(practice: Practice) -> None:
    valid = await practice.approved()
    until = datetime.fromisoformat(valid["valid_until"])
    assert until == start_of_day(day_of(practice.ground.clock.now()) + timedelta(days=1))
    await _scan(practice, jobs.scan_expiry, _until_midnight(practice) - timedelta(minutes=1))
    assert await _status(practice, valid) == "valid"
    await _scan(practice, jobs.scan_expiry, _until_midnight(practice) + timedelta(seconds=1))
    assert await _status(practice, valid) == "expired"
    assert (await _extend(practice, valid, 1)).code == "not-in-this-state", "an expired one stays so"
    inbox = (await practice.at_home.get("/api/inbox")).ok()["messages"]
    assert any(each["links"].get("prescription_id") == valid["id"] for each in inbox)


async def test_b24_the_doctor_extends_with_a_note_to_three_days_in_all(practice: Practice) -> None:
    valid = await practice.approved()
    longer = (await _extend(practice, valid, 2)).ok()
    assert datetime.fromisoformat(longer["valid_until"]) == start_of_day(
        day_of(practice.ground.clock.now()) + timedelta(days=3)
    )
    assert longer["extended_note"] == "患者明天才能取药"
    await _scan(practice, jobs.scan_expiry, _until_midnight(practice) + timedelta(seconds=1))
    assert await _status(practice, valid) == "valid"
    refused = await _extend(practice, valid, 3)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "extension-too-long", "B24")
    assert refused.body["title"].startswith("处方当日有效，需延长须由医师注明且最长不超过3天")
    assert (await _extend(practice, valid, 0)).code == "extension-backwards"
    await _scan(practice, jobs.scan_expiry, _until_midnight(practice) + timedelta(days=2, seconds=1))
    assert await _status(practice, valid) == "expired"


async def test_b24_what_waits_for_review_lives_as_long_as_it_can_be_extended(practice: Practice) -> None:
    waiting = await practice.signed()
    await _scan(practice, jobs.scan_expiry, _until_midnight(practice) + timedelta(days=1, hours=1))
    assert await _status(practice, waiting) == "in_review"
    await _scan(practice, jobs.scan_expiry, _until_midnight(practice) + timedelta(days=2, seconds=1))
    assert await _status(practice, waiting) == "expired"


async def test_patients_are_told_before_it_expires_once(practice: Practice) -> None:
    await practice.approved()

    async def told() -> int:
        inbox = (await practice.at_home.get("/api/inbox")).ok()["messages"]
        return sum(each["template"] == "prescription-expiring" for each in inbox)

    before = await told()
    soon = _until_midnight(practice) - timedelta(hours=1)
    for _ in range(2):
        await _scan(practice, jobs.scan_expiring, soon)
    assert await told() == before + 1
