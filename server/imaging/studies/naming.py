"""The sealed words of studies and series: descriptions, and who the files say the patient is."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import orjson

from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.fields import DataKey
from server.foundation.work import Work
from server.imaging.dicom.verdict import Header

from .facts import Named

WordsKey = DataKey | None  # None: nobody's yet, sealed with the purpose `fields`


def named_of(header: Header) -> Named:
    """What a header says of the person and the study."""
    return Named(**header.names)


async def words_key(work: Work, patient_id: PersonId | None) -> WordsKey:
    """The key that a study's words are sealed with."""
    return None if patient_id is None else await data_keys.fetch(work.session, work.ground.fields, patient_id)


def seal_words(work: Work, words: Named | str, table: str, row_id: UUID, key: WordsKey) -> bytes:
    """Sealed for the column `words` of that table."""
    text = words if isinstance(words, str) else orjson.dumps(asdict(words)).decode()
    return work.ground.fields.seal(text, table, "words", row_id, key)


def open_words(work: Work, sealed: bytes, table: str, row_id: UUID, key: WordsKey) -> str:
    """The words of a series."""
    return work.ground.fields.open(sealed, table, "words", row_id, key)


def open_named(work: Work, sealed: bytes, row_id: UUID, key: WordsKey) -> Named:
    """The words of a study."""
    return Named(**orjson.loads(open_words(work, sealed, "imaging_studies", row_id, key)))
