"""What the patient takes: the calendar of today and the coming days, how long supplies last, and labels in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from prescriptions import access, lists, reading, steps, store
from prescriptions.content import Line
from prescriptions.formulary.knowledge import shipped
from prescriptions.lifecycle import APPROVED
from prescriptions.model import ItemRow, Prescription
from prescriptions.reading import Opened
from server.foundation.actor import PersonId
from server.foundation.clock import day_of, start_of_day
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Seen

from . import calendar, labels, refusing, rules
from . import store as kept
from .calendar import Course, Dose
from .labels import Label

_AHEAD_DAYS: Final = 14
_LOOK_BACK: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Day:
    """A day and what is taken on it."""

    day: date
    doses: list[Dose]


@dataclass(frozen=True, slots=True)
class Supply:
    """How long a drug lasts, and whether more may be asked for now."""

    prescription_id: UUID
    number: str
    item_id: UUID
    name: str
    dose: str
    ends_on: date
    remaining_days: int
    may_renew: bool


@dataclass(frozen=True, slots=True)
class Medications:
    """One person's medicines."""

    patient_id: PersonId
    patient: str
    days: list[Day]
    supplies: list[Supply]


async def medications(work: Work, patient_id: PersonId | None) -> list[Medications]:
    """The calendars of one patient, or of everybody whose side the actor is. Raises: Unknown."""
    if patient_id is not None:
        await records.require_may_read(work, patient_id)
        people = [patient_id]
    else:
        people = await lists.acting_for(work)
    names = await identity.people(work, people)
    return [await _of(work, each, names[each].name) for each in people if each in names]


async def label(work: Work, prescription_id: UUID) -> tuple[Prescription, list[Label]]:
    """The lines of a prescription in plain words. Raises: Unknown."""
    prescription, party = await steps.own(work, prescription_id, access.ANYONE)
    patient_id = PersonId(prescription.patient_id)
    await records.note_read(work, patient_id, Seen.PRESCRIPTION, prescription.id, own=party is access.Party.PATIENT)
    content = await reading.content_of(work, prescription)
    known = shipped()
    return prescription, [
        labels.label_of(
            line, known.flags_of(line.drug_id) if line.drug_id and known.drug(line.drug_id) else frozenset()
        )
        for line in content.items
    ]


async def _of(work: Work, patient_id: PersonId, name: str) -> Medications:
    every = await identity.with_merged(work, [patient_id])
    right = await records.may_read(work, patient_id)
    since = start_of_day(day_of(work.now)) - _LOOK_BACK
    found = await store.signed_since(work.session, every, since, APPROVED)
    if found:
        own = right is records.Right.SELF
        await records.note_read(work, patient_id, Seen.PRESCRIPTION, patient_id, own=own)
    courses = await _courses(work, found)
    today = day_of(work.now)
    days = [
        Day(day, calendar.doses_on(courses, day)) for day in (today + timedelta(days=n) for n in range(_AHEAD_DAYS))
    ]
    return Medications(patient_id, name, days, _supplies(found, courses, today))


async def _courses(work: Work, found: Sequence[Prescription]) -> list[Course]:
    ids = [each.id for each in found]
    supplied = await kept.supplied_on(work.session, ids)
    refused = await refusing.refused_items(work, ids)
    given = [each for each in found if each.id in supplied]
    items = await store.items_of_many(work.session, given)
    words = labels.dose_words_en if work.language == "en" else labels.dose_words
    courses: list[Course] = []
    for opened in await reading.opened_many(work, given):
        begins = day_of(supplied[opened.prescription.id])
        rows = (row for row in items[opened.prescription.id] if row.id not in refused)
        courses += _lines(opened, rows, begins, words)
    return calendar.in_turn(courses)


def _lines(opened: Opened, items: Iterable[ItemRow], begins: date, words: Callable[[Line], str]) -> Iterable[Course]:
    rows = {row.line: row for row in items}
    for line in opened.content.items:
        row = rows.get(line.line)
        if line.days is None or row is None or row.dispensed == 0:
            continue
        yield Course(
            prescription_id=opened.prescription.id,
            item_id=row.id,
            drug=f"{line.drug_id or line.name}/{line.strength}",
            name=f"{line.name} {line.strength}".strip(),
            dose=words(line),
            frequency=line.frequency,
            note=line.note,
            begins=begins,
            days=max(int(line.days * row.dispensed / row.quantity), 1),
        )


def _supplies(found: Sequence[Prescription], courses: Sequence[Course], today: date) -> list[Supply]:
    by_id = {each.id: each for each in found}
    last: dict[str, Course] = {}
    for course in courses:
        last[course.drug] = course
    return sorted(
        (
            Supply(
                course.prescription_id,
                by_id[course.prescription_id].number,
                course.item_id,
                course.name,
                course.dose,
                course.ends,
                max((course.ends - today).days + 1, 0),
                by_id[course.prescription_id].long_term and rules.is_time_to_renew(course.ends, today),
            )
            for course in last.values()
        ),
        key=lambda supply: (supply.ends_on, supply.name),
    )
