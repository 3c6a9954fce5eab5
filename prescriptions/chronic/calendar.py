"""The medication calendar: what is taken on a day and when, from what was supplied. Pure.

A second supply of the same drug, taken in the same way, begins when the first is used up; taken in another way it takes the
place of the first. So no day ever says a drug twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Final
from uuid import UUID

from prescriptions.checks import frequency

_BEDTIME_WORDS: Final = ("qn", "hs", "睡前", "每晚")
_WEEK: Final = 7


class When(StrEnum):
    """A time of day, as people order theirs by."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    BEDTIME = "bedtime"
    AS_NEEDED = "as_needed"


_BY_TIMES: Final = {
    1: (When.MORNING,),
    2: (When.MORNING, When.EVENING),
    3: (When.MORNING, When.NOON, When.EVENING),
}
_FOUR: Final = (When.MORNING, When.NOON, When.EVENING, When.BEDTIME)
# Days of a week's course on which something taken so often a week is taken.
_OF_A_WEEK: Final = {1: (0,), 2: (0, 3), 3: (0, 2, 4)}


@dataclass(frozen=True, slots=True)
class Course:
    """One line that was supplied: how it is taken, from when, for how long."""

    prescription_id: UUID
    item_id: UUID
    drug: str  # the same text for the same drug and strength
    name: str
    dose: str
    frequency: str
    note: str
    begins: date
    days: int

    @property
    def ends(self) -> date:
        """The last day."""
        return self.begins + timedelta(days=self.days - 1)

    @property
    def use(self) -> tuple[str, str]:
        """How it is taken; the same use follows on, another one replaces."""
        return (self.dose, self.frequency)


@dataclass(frozen=True, slots=True)
class Dose:
    """Something to take at one time of a day."""

    when: When
    course: Course


def in_turn(courses: Iterable[Course]) -> list[Course]:
    """The courses with those of one drug put one after the other; what is replaced whole is left out. Rule: prescriptions-6"""
    found: list[Course] = []
    for _, same in groupby(
        sorted(courses, key=lambda one: (one.drug, one.begins, str(one.item_id))), lambda one: one.drug
    ):
        found += _chained(list(same))
    return found


def doses_on(courses: Iterable[Course], day: date) -> list[Dose]:
    """What is taken on a day, in the order of its times."""
    order = list(When)
    doses = [
        Dose(when, course)
        for course in courses
        if course.begins <= day <= course.ends
        for when in times_of(course.frequency, (day - course.begins).days)
    ]
    return sorted(doses, key=lambda dose: (order.index(dose.when), dose.course.name))


def times_of(text: str, day_of_course: int) -> tuple[When, ...]:
    """When something is taken on a day of its course; what cannot be read is shown once, to be asked about."""
    read = frequency.read(text)
    if read is None or read.per_day is None or read.as_needed:
        return (When.AS_NEEDED,)
    if read.once:
        return (When.MORNING,) if day_of_course == 0 else ()
    if read.per_day >= 1:
        return _times_a_day(text, round(read.per_day))
    return _times_of(text) if _is_day(read.per_day, day_of_course) else ()


def _times_a_day(text: str, times: int) -> tuple[When, ...]:
    return _times_of(text) if times == 1 else _BY_TIMES.get(times, _FOUR)


def _times_of(text: str) -> tuple[When, ...]:
    return (When.BEDTIME,) if any(word in text.lower() for word in _BEDTIME_WORDS) else (When.MORNING,)


def _is_day(per_day: Decimal, day_of_course: int) -> bool:
    """Whether something taken less than daily is taken on this day of its course."""
    a_week = per_day * _WEEK
    if a_week == round(a_week) and int(a_week) in _OF_A_WEEK:
        return day_of_course % _WEEK in _OF_A_WEEK[int(a_week)]
    return day_of_course % round(1 / per_day) == 0


def _chained(courses: list[Course]) -> list[Course]:
    chain: list[Course] = []
    for course in courses:
        if chain and chain[-1].ends >= course.begins:
            if chain[-1].use == course.use:
                chain.append(replace(course, begins=chain[-1].ends + timedelta(days=1)))
                continue
            chain = _cut(chain, course.begins)
        chain.append(course)
    return chain


def _cut(chain: list[Course], day: date) -> list[Course]:
    """What of a chain is before that day."""
    return [replace(each, days=min(each.days, (day - each.begins).days)) for each in chain if each.begins < day]
