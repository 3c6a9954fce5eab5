"""A booking as a calendar entry (RFC 5545): one VEVENT with an alarm, for a phone's own calendar. Pure.

Written here, not with a library: one kind of entry in UTC needs escaping and folding, no time zones and no recurrence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

_ALARM_BEFORE: Final = timedelta(hours=2)
_MOST_OCTETS: Final = 75
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


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
    return "".join(f"{line}\r\n" for each in _lines(entry, now) for line in folded(each)).encode()


def _lines(entry: Entry, now: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lianyi//Appointments//ZH", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", "BEGIN:VEVENT", f"UID:{entry.booking_id}@lianyi", f"DTSTAMP:{_utc(now)}")
    yield f"LAST-MODIFIED:{_utc(entry.changed_at)}"
    yield f"SEQUENCE:{int(entry.cancelled)}"
    yield f"DTSTART:{_utc(entry.starts_at)}"
    yield f"DTEND:{_utc(entry.ends_at)}"
    yield f"STATUS:{entry.status}"
    yield _text("SUMMARY", entry.summary, entry.language)
    if entry.place:
        yield _text("LOCATION", entry.place, entry.language)
    if entry.text:
        yield _text("DESCRIPTION", entry.text, entry.language)
    yield from ("CLASS:PRIVATE", f"TRANSP:{'TRANSPARENT' if entry.cancelled else 'OPAQUE'}")
    if not entry.cancelled:
        hours = _ALARM_BEFORE // timedelta(hours=1)
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-PT{hours}H")
        yield _text("DESCRIPTION", entry.summary, entry.language)
        yield "END:VALARM"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(name: str, value: str, language: str) -> str:
    return f"{name};LANGUAGE={language}:{value.translate(_ESCAPED)}"


def folded(line: str) -> Iterator[str]:
    """A content line in pieces of at most 75 octets, each but the first led by a space; no character is torn apart."""
    piece, octets = "", 0
    for character in line:
        width = len(character.encode())
        if octets + width > _MOST_OCTETS:
            yield piece
            piece, octets = " ", 1
        piece, octets = piece + character, octets + width
    yield piece
