"""Which weekly half-days fall on which days, given holidays, leave and days worked like another (调休). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId

from .rules import SHANGHAI, Quota

MIDNIGHT: Final = time(0, 0)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A doctor's half-day that comes every week; `weekday` 1 is Monday. One that ends at 00:00 ends with its day."""

    id: UUID
    department_id: UUID
    doctor_id: PersonId
    service: str
    weekday: int
    starts_at: time
    ends_at: time
    slot_minutes: int
    slot_capacity: int
    quotas: Mapping[Quota, int] | None
    valid_from: date
    valid_until: date | None
    version: int = 1

    def holds_on(self, day: date) -> bool:
        """Whether the template is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def times_on(self, day: date) -> tuple[datetime, datetime]:
        """Start and end of the session of that day."""
        ends_on = day + _DAY if self.ends_at == MIDNIGHT else day
        starts_at = datetime.combine(day, self.starts_at, tzinfo=SHANGHAI)
        return starts_at, datetime.combine(ends_on, self.ends_at, tzinfo=SHANGHAI)

    def meets(self, other: Weekly) -> bool:
        """Whether the two would want the same doctor at the same time."""
        if (self.doctor_id, self.weekday) != (other.doctor_id, other.weekday):
            return False
        if (self.valid_until or date.max) < other.valid_from or (other.valid_until or date.max) < self.valid_from:
            return False
        (starts, ends), (other_starts, other_ends) = (each.times_on(date(2026, 1, 1)) for each in (self, other))
        return starts < other_ends and other_starts < ends


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A day that is not like its weekday: of everybody, or of one doctor. `works_as` None is a day off."""

    id: UUID
    day: date
    doctor_id: PersonId | None
    name: str
    works_as: int | None


@dataclass(frozen=True, slots=True)
class Falling:
    """A template that falls on a day; `off` is the exception that takes it away."""

    day: date
    weekly: Weekly
    off: Exceptional | None = None


def falling(
    templates: Sequence[Weekly], exceptions: Iterable[Exceptional], first: date, last: date
) -> Iterator[Falling]:
    """Every template's days from first to last, in order of day and time; with those that an exception takes away.

    A doctor's own exception goes before everybody's.
    """
    special = {(each.day, each.doctor_id): each for each in exceptions}
    ordered = sorted(templates, key=lambda each: (each.starts_at, each.id))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for weekly in ordered:
            own, everybodys = special.get((day, weekly.doctor_id)), special.get((day, None))
            worked_as = next((each.works_as for each in (own, everybodys) if each and each.works_as), day.isoweekday())
            if weekly.weekday == worked_as and weekly.holds_on(day):
                exception = own or everybodys
                yield Falling(day, weekly, exception if exception and exception.works_as is None else None)
