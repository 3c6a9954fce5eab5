"""What a QIDO-RS query asks: matching keys with wildcards, lists and ranges, limit and offset, or why not. Pure.

Keys whose values stand in clear become conditions of SQL (`store.py`); keys over sealed words are compared after opening them
(`finding.py`). Every attribute that we know is returned, so `includefield` is understood and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fnmatch import translate
from typing import Final

from server.foundation.fields import normalised
from server.foundation.pinyin import sounds

from .elements import keyword_of
from .errors import BadDicomQuery

LIMITS: Final = {"studies": 1000, "series": 5000, "instances": 5000}
_MOST_KEYS: Final = 30
_MOST_IN_LIST: Final = 500
_LONGEST: Final = 16 * 1024
_UID: Final = re.compile(r"[0-9.]{1,64}")
_NUMBER: Final = re.compile(r"-?\d{1,9}")
_TIME: Final = re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?")


class Level(StrEnum):
    """What is searched for."""

    STUDIES = "studies"
    SERIES = "series"
    INSTANCES = "instances"


class Kind(StrEnum):
    """How a key is compared."""

    UID = "uid"
    CODE = "code"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    FILE_ID = "file_id"  # by blind index
    WORDS = "words"  # sealed: compared after opening
    PERSON = "person"  # sealed, any component group, case does not matter
    BIRTH = "birth"  # sealed, a range of days


_ORDER: Final = (Level.STUDIES, Level.SERIES, Level.INSTANCES)
KEYS: Final[dict[str, tuple[Level, Kind]]] = {
    "StudyInstanceUID": (Level.STUDIES, Kind.UID),
    "StudyDate": (Level.STUDIES, Kind.DATE),
    "StudyTime": (Level.STUDIES, Kind.TIME),
    "AccessionNumber": (Level.STUDIES, Kind.CODE),
    "ModalitiesInStudy": (Level.STUDIES, Kind.CODE),
    "PatientID": (Level.STUDIES, Kind.FILE_ID),
    "PatientName": (Level.STUDIES, Kind.PERSON),
    "PatientBirthDate": (Level.STUDIES, Kind.BIRTH),
    "PatientSex": (Level.STUDIES, Kind.WORDS),
    "ReferringPhysicianName": (Level.STUDIES, Kind.PERSON),
    "StudyDescription": (Level.STUDIES, Kind.WORDS),
    "StudyID": (Level.STUDIES, Kind.WORDS),
    "SeriesInstanceUID": (Level.SERIES, Kind.UID),
    "Modality": (Level.SERIES, Kind.CODE),
    "SeriesNumber": (Level.SERIES, Kind.NUMBER),
    "BodyPartExamined": (Level.SERIES, Kind.CODE),
    "SOPInstanceUID": (Level.INSTANCES, Kind.UID),
    "SOPClassUID": (Level.INSTANCES, Kind.UID),
    "InstanceNumber": (Level.INSTANCES, Kind.NUMBER),
}
SEALED: Final = frozenset({Kind.WORDS, Kind.PERSON, Kind.BIRTH})
_NAMES_SOMEBODY: Final = frozenset(
    {"PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID", "AccessionNumber"}
)


@dataclass(frozen=True, slots=True)
class Key:
    """One condition: any of the values, or between the two ends of a range (either may be open)."""

    keyword: str
    kind: Kind
    values: tuple[str, ...] = field(default=(), repr=False)
    first: str = field(default="", repr=False)
    last: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A whole query."""

    level: Level
    keys: tuple[Key, ...]
    limit: int
    offset: int
    fuzzy: bool
    asked_limit: int | None

    @property
    def clear(self) -> tuple[Key, ...]:
        """The keys that SQL answers."""
        return tuple(key for key in self.keys if key.kind not in SEALED)

    @property
    def is_about_somebody(self) -> bool:
        """Whether it names whom, or whose examination, it asks for; a list of a day's work does not."""
        return any(key.keyword in _NAMES_SOMEBODY for key in self.keys)

    @property
    def sealed(self) -> tuple[Key, ...]:
        """The keys that are compared after opening words; all of them are of the study."""
        return tuple(key for key in self.keys if key.kind in SEALED)


def read_question(level: Level, parameters: Iterable[tuple[str, str]], within: dict[str, str]) -> Question:
    """The query of a request; `within` are the UIDs of its path.

    Raises: BadDicomQuery, naming the parameter and never its value.
    """
    given = list(parameters)
    if len(given) > _MOST_KEYS or sum(len(value) for _, value in given) > _LONGEST:
        raise BadDicomQuery(parameter="...")
    keys = [_key(level, keyword, uid) for keyword, uid in within.items()]
    controls: dict[str, str] = {}
    for name, value in given:
        if name in ("limit", "offset", "fuzzymatching", "includefield", "accept"):
            controls[name] = value
        elif key := _asked(level, name, value):
            keys.append(key)
    most, asked = LIMITS[level], _count(controls, "limit")
    return Question(
        level=level,
        keys=tuple(keys),
        limit=most if asked is None else min(asked, most),
        offset=_count(controls, "offset") or 0,
        fuzzy=controls.get("fuzzymatching", "").casefold() == "true",
        asked_limit=asked,
    )


def _asked(level: Level, name: str, value: str) -> Key | None:
    keyword = keyword_of(name)
    if keyword is None or keyword not in KEYS:
        raise BadDicomQuery(parameter=name[:40] if name.isascii() and name.isprintable() else "?")
    return _key(level, keyword, value) if value not in ("", "*") else None  # universal matching


def _count(controls: dict[str, str], name: str) -> int | None:
    text = controls.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadDicomQuery(parameter=name)
    return int(text)


def _key(level: Level, keyword: str, value: str) -> Key:
    own, kind = KEYS[keyword]
    if _ORDER.index(own) > _ORDER.index(level) or "\x00" in value:
        raise BadDicomQuery(parameter=keyword)
    if kind in (Kind.DATE, Kind.BIRTH, Kind.TIME):
        first, last = _range(keyword, kind, value)
        return Key(keyword, kind, first=first, last=last)
    lists = kind in (Kind.UID, Kind.CODE)
    values = tuple(part.strip() for part in re.split(r"[,\\]", value)) if lists else (value,)
    shape = {Kind.UID: _UID, Kind.NUMBER: _NUMBER}.get(kind)
    if len(values) > _MOST_IN_LIST or (shape and not all(shape.fullmatch(each) for each in values)):
        raise BadDicomQuery(parameter=keyword)
    return Key(keyword, kind, values)


def _range(keyword: str, kind: Kind, value: str) -> tuple[str, str]:
    first, dash, last = value.partition("-")
    ends = (first, last if dash else first)
    if not any(ends) or any(end and not _is(kind, end) for end in ends):
        raise BadDicomQuery(parameter=keyword)
    return ends


def _is(kind: Kind, text: str) -> bool:
    if kind is Kind.TIME:
        return _TIME.fullmatch(text) is not None
    return day_from(text) is not None


def day_from(text: str) -> date | None:
    """A DICOM date (YYYYMMDD, or the old YYYY.MM.DD); None when it is none."""
    digits = text.replace(".", "")
    try:
        return datetime.strptime(digits, "%Y%m%d").date() if len(digits) == 8 else None  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return None


def fits_words(key: Key, text: str) -> bool:
    """Whether a sealed text satisfies a key, with * and ?."""
    return any(_like(value, text) for value in key.values)


def fits_birth(key: Key, text: str) -> bool:
    """Whether a birth date lies in the key's range; an unknown one does not."""
    return bool(text) and (not key.first or key.first <= text) and (not key.last or text <= key.last)


def fits_person(key: Key, name: str, *, fuzzy: bool) -> bool:
    """Whether a person's name satisfies a key: the whole name or one of its groups, without regard to case.

    Fuzzy: the beginning of any of its words, also by how Chinese sounds, so `wang` finds 王德顺 and WANG^DESHUN.
    """
    if fuzzy:
        return any(_sounds_like(value, name) for value in key.values)
    groups = (name, *name.split("="))
    asked = [value.casefold().rstrip("^") for value in key.values]
    return any(_like(value, group.casefold().rstrip("^")) for value in asked for group in groups)


def _sounds_like(value: str, name: str) -> bool:
    words = [normalised(word) for word in re.split(r"[\^= ]+", name) if word]
    spoken = [sounds(word)[0] for word in words if not word.isascii()]
    asked = [normalised(word.strip("*")) for word in re.split(r"[\^= ]+", value) if word.strip("*")]
    return all(any(word.startswith(each) for word in (*words, *spoken)) for each in asked)


def _like(pattern: str, text: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    escaped = pattern.replace("[", "[[]")
    return re.fullmatch(translate(escaped), text) is not None


def sql_pattern(value: str) -> str | None:
    """A value with wildcards as a LIKE pattern (escape character backslash); None when it has none."""
    if "*" not in value and "?" not in value:
        return None
    plain = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return plain.replace("*", "%").replace("?", "_")
