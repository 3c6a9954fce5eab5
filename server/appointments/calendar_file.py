"""A booking as a calendar entry (RFC 5545): one VEVENT with an alarm, for a phone's own calendar. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from icalendar import Alarm, Calendar, Component, Event, vText

_ALARM_BEFORE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar is told: when and where to be, never why."""

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str  # TENTATIVE, CONFIRMED or CANCELLED
    changed_at: datetime
    summary: str = field(repr=False)
    place: str = ""
    text: str = ""
    language: str = "zh"

    @property
    def cancelled(self) -> bool:
        """Whether the entry is to vanish from calendars, or be struck out."""
        return self.status == "CANCELLED"


def calendar_file(entry: Entry, now: datetime) -> bytes:
    """The file: the same booking always has the same UID, and a later state a higher SEQUENCE."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Lianyi//Appointments//ZH")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical(sorted=False))


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    event.add("UID", f"{entry.booking_id}@lianyi")
    event.add("SEQUENCE", int(entry.cancelled))
    event.add("STATUS", entry.status)
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    times = {"DTSTAMP": now, "LAST-MODIFIED": entry.changed_at, "DTSTART": entry.starts_at, "DTEND": entry.ends_at}
    for name, instant in times.items():
        event.add(name, instant.astimezone(UTC).replace(microsecond=0))
    for name, words in {"SUMMARY": entry.summary, "LOCATION": entry.place, "DESCRIPTION": entry.text}.items():
        if words:
            _say(event, name, words, entry.language)
    if not entry.cancelled:
        event.add_component(_alarm(entry))
    return event


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", -_ALARM_BEFORE)
    _say(alarm, "DESCRIPTION", entry.summary, entry.language)
    return alarm


def _say(component: Component, name: str, words: str, language: str) -> None:
    component.add(name, vText(words), parameters={"LANGUAGE": language})
