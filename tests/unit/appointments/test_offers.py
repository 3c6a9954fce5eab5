"""What somebody whose session was stopped is offered instead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

from server.appointments.offers import Candidate, equal_place
from server.appointments.rules import SHANGHAI, OpeningTimes, Quota
from server.foundation.actor import PersonId

DOCTOR, COLLEAGUE = PersonId(uuid4()), PersonId(uuid4())
NOW = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
LOST = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)


def _place(doctor: PersonId, days: int, free: dict[Quota, int] | None = None, opens: int = 7) -> Candidate:
    starts_at = LOST + timedelta(days=days)
    return Candidate(
        slot_id=uuid4(),
        session_id=uuid4(),
        doctor_id=doctor,
        day=starts_at.date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        free={Quota.ONLINE: 1} if free is None else free,
        opens={quota: OpeningTimes(opens, time(7)) for quota in Quota},
    )


def _offered(
    *candidates: Candidate, quotas: tuple[Quota, ...] = (Quota.ONLINE,), busy: set[date] | None = None
) -> Candidate | None:
    found = equal_place(candidates, doctor_id=DOCTOR, after=LOST, quotas=quotas, busy=busy or set(), now=NOW)
    return found[0] if found else None


def test_the_same_doctor_comes_before_an_earlier_colleague() -> None:
    colleague, same = _place(COLLEAGUE, 0), _place(DOCTOR, 2)
    assert _offered(colleague, same) is same
    assert _offered(colleague) is colleague
    assert _offered() is None


def test_only_what_can_be_booked_is_offered() -> None:
    same = _place(DOCTOR, 1)
    assert _offered(same) is same
    assert _offered(_place(DOCTOR, 1, {Quota.ONLINE: 0})) is None
    assert _offered(_place(DOCTOR, 1, {Quota.VILLAGE: 1})) is None
    assert _offered(_place(DOCTOR, 9)) is None, "not open yet"
    assert _offered(_place(DOCTOR, -1)) is None, "before the lost place"
    assert _offered(same, busy={same.day}) is None, "the patient is there already on that day"


def test_a_reserved_place_serves_who_had_one() -> None:
    reserved = _place(DOCTOR, 1, {Quota.VILLAGE: 1})
    assert _offered(reserved, quotas=(Quota.VILLAGE, Quota.ONLINE)) is reserved
