"""A booking for a phone's calendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from server.appointments.calendar_file import Entry, calendar_file
from server.foundation.ground import Ground
from tests import people
from tests.api import Answer, Api
from tests.people import Hospital

from .window import YES, a_clinic_session

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
async def hospital(ground: Ground) -> Hospital:
    return await people.a_hospital(ground)


def _read(answer: Answer) -> dict[str, str]:
    """The properties of the entry, unfolded; the alarm's come behind."""
    text = answer.raw.decode()
    assert answer.status == 200, text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    found: dict[str, str] = {}
    for line in lines[:-1]:
        name, _, value = line.partition(":")
        found.setdefault(name.partition(";")[0], value)
    return found


async def test_a_booking_goes_into_a_calendar_and_out_again(api: Api, ground: Ground, hospital: Hospital) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    place = (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES})).ok()
    answer = await me.get(f"/api/bookings/{place['id']}/calendar")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"{place['reference']}.ics" in answer.headers["Content-Disposition"]
    entry = _read(answer)
    assert entry["METHOD"] == "PUBLISH"
    assert entry["UID"] == f"{place['id']}@lianyi"
    assert entry["DTSTART"] == f"{session.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    assert (entry["STATUS"], entry["SEQUENCE"], entry["TRIGGER"]) == ("CONFIRMED", "0", "-PT2H")
    assert hospital.name in entry["LOCATION"]
    assert patient.name not in answer.raw.decode(), "one's own calendar knows whose it is"
    (await me.post(f"/api/bookings/{place['id']}/cancel", {"reason": ""})).ok()
    later = _read(await me.get(f"/api/bookings/{place['id']}/calendar"))
    assert (later["UID"], later["STATUS"], later["SEQUENCE"]) == (entry["UID"], "CANCELLED", "1")
    assert "TRIGGER" not in later


async def test_who_books_for_another_is_told_whose_it_is(api: Api, ground: Ground, hospital: Hospital) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    mother = await people.a_patient(ground)
    child = await people.a_patient(ground, name="小娃娃", born=date(2019, 5, 1), guardian=mother)
    me, stranger = api.signed_in(mother.token), api.signed_in((await people.a_patient(ground)).token)
    place = (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(child.id), **YES})).ok()
    path = f"/api/bookings/{place['id']}/calendar"
    assert "小娃娃" in _read(await me.get(path))["SUMMARY"]
    assert (await stranger.get(path)).status == 404


def test_text_is_escaped_and_folded_without_tearing_a_character() -> None:
    summary = "看病，" * 20 + "a;b,c\\d\nnext"
    entry = Entry(UUID(int=7), AT, AT, "CONFIRMED", AT, summary)
    text = calendar_file(entry, AT).decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "a\\;b\\,c\\\\d\\nnext" in text.replace("\r\n ", "")
