"""QIDO-RS: what an institution has that fits a question, as DICOM JSON. Sealed words are opened and compared within a bound.

PatientID is found by its blind index over the whole value. Names and descriptions are sealed, so the candidates that everything
else leaves are opened, newest first, and no more than `MOST_OPENED`: then the answer says that it may not be all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.fields import DataKey
from server.foundation.work import Work
from server.imaging.studies.facts import Named
from server.imaging.studies.model import Study
from server.imaging.studies.naming import open_named, open_words

from . import store
from .elements import Json
from .querying import Key, Kind, Level, Question, fits_birth, fits_person, fits_words
from .results import instance_json, series_json, study_json

MOST_OPENED: Final = 5000
_AT_ONCE: Final = 500
_WORDS: Final = {
    "PatientName": "patient_name",
    "PatientBirthDate": "birth_date",
    "PatientSex": "sex",
    "ReferringPhysicianName": "referrer",
    "StudyDescription": "description",
    "StudyID": "study_id",
}
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and whose the studies of it are; `more` when there is, or may be, more than this."""

    found: list[Json]
    more: bool
    whose: dict[UUID, PersonId]


async def find(work: Work, organisation_id: OrganisationId, question: Question, address: str) -> Answer:
    """The answer to a question, within one institution."""
    search = {Level.STUDIES: _studies, Level.SERIES: _series, Level.INSTANCES: _instances}[question.level]
    where = store.conditions(
        organisation_id,
        question.clear,
        lambda value: work.ground.fields.indexes("imaging-file-id", value, organisation_id),
    )
    return await search(work, where, question, address)


async def _studies(work: Work, where: Sequence[store.Condition], question: Question, address: str) -> Answer:
    fetch = partial(store.studies, work.session, where)
    kept, more = await _fitting(work, question, fetch, lambda study: study)
    modalities = await store.modalities(work.session, [study.id for study, _ in kept])
    found = [study_json(study, named, modalities.get(study.id, []), address) for study, named in kept]
    return Answer(found, more, _whose(study for study, _ in kept))


async def _series(work: Work, where: Sequence[store.Condition], question: Question, address: str) -> Answer:
    fetch = partial(store.series, work.session, where)
    kept, more = await _fitting(work, question, fetch, lambda row: row[1])
    keys = await _keys(work, [row[1] for row, _ in kept])
    found = []
    for (series, study, count), named in kept:
        description = open_words(work, series.words, "imaging_series", series.id, _key(keys, study))
        found.append(series_json(series, study, named, description, count, address))
    return Answer(found, more, _whose(row[1] for row, _ in kept))


async def _instances(work: Work, where: Sequence[store.Condition], question: Question, address: str) -> Answer:
    fetch = partial(store.instances, work.session, where)
    kept, more = await _fitting(work, question, fetch, lambda row: row[2])
    found = [instance_json(instance, series, study, address) for (instance, series, study), _ in kept]
    return Answer(found, more, _whose(row[2] for row, _ in kept))


def _whose(studies: Iterable[Study]) -> dict[UUID, PersonId]:
    return {study.id: PersonId(study.patient_id) for study in studies if study.patient_id}


async def _fitting(
    work: Work,
    question: Question,
    fetch: Callable[[int, int], Awaitable[Sequence[R]]],
    study_of: Callable[[R], Study],
) -> tuple[list[tuple[R, Named]], bool]:
    """The rows of the page asked for, with the words of their studies; whether there may be more."""
    start, end = question.offset, question.offset + question.limit
    if not question.sealed:
        rows = await fetch(question.limit + 1, start)
        return await _with_words(work, rows[: question.limit], study_of), len(rows) > question.limit
    kept: list[tuple[R, Named]] = []
    seen = 0
    while seen < MOST_OPENED and len(kept) <= end:
        rows = await fetch(_AT_ONCE, seen)
        kept += [each for each in await _with_words(work, rows, study_of) if _fits(question, each[1])]
        seen += len(rows)
        if len(rows) < _AT_ONCE:
            return kept[start:end], len(kept) > end
    return kept[start:end], True


async def _with_words(work: Work, rows: Sequence[R], study_of: Callable[[R], Study]) -> list[tuple[R, Named]]:
    studies = [study_of(row) for row in rows]
    keys = await _keys(work, studies)
    words = {each.id: open_named(work, each.words, each.id, _key(keys, each)) for each in studies if _opens(keys, each)}
    return [(row, words.get(study.id, Named())) for row, study in zip(rows, studies, strict=True)]


async def _keys(work: Work, studies: Sequence[Study]) -> dict[UUID, DataKey]:
    whose = {study.patient_id for study in studies if study.patient_id}
    return await data_keys.fetch_all(work.session, work.ground.fields, whose) if whose else {}


def _key(keys: dict[UUID, DataKey], study: Study) -> DataKey | None:
    return keys[study.patient_id] if study.patient_id else None


def _opens(keys: dict[UUID, DataKey], study: Study) -> bool:
    """Whether its words can still be read: not once the patient was forgotten."""
    return study.patient_id is None or study.patient_id in keys


def _fits(question: Question, named: Named) -> bool:
    return all(_key_fits(key, getattr(named, _WORDS[key.keyword]), fuzzy=question.fuzzy) for key in question.sealed)


def _key_fits(key: Key, text: str, *, fuzzy: bool) -> bool:
    if key.kind is Kind.PERSON:
        return fits_person(key, text, fuzzy=fuzzy)
    return fits_birth(key, text) if key.kind is Kind.BIRTH else fits_words(key, text)
