"""Whose pictures these are: what a file says of its patient beside what the record says, compared field by field. Pure.

A name is compared as it is written or as it sounds (scanners write pinyin), and alone never proves anything. An ID number in
the file is read like one from a card; any other number is the scanner's own and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from server.foundation.fields import normalised
from server.foundation.pinyin import sounds
from server.identity.service import IdNumber, Sex


class Doubt(StrEnum):
    """What somebody must confirm before a study becomes a patient's. The last two are about what could not be compared."""

    NAME = "name"
    ID_NUMBER = "id_number"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    ONLY_NAME = "only_name"
    NOTHING_AGREES = "nothing_agrees"


FIELDS: Final = (Doubt.NAME, Doubt.ID_NUMBER, Doubt.BIRTH_DATE, Doubt.SEX)


class Verdict(StrEnum):
    """How file and record stand to each other in one field."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Fits(StrEnum):
    """Whether these can be the patient's pictures."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Waits(StrEnum):
    """Why a study waits for a person."""

    NO_ACCESSION = "no_accession"
    ACCESSION_UNKNOWN = "accession_unknown"
    NOTHING_TO_COMPARE = "nothing_to_compare"
    DIFFERS = "differs"
    ORDER_OVER = "order_over"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class InFile:
    """What a file says of its patient, as DICOM writes it."""

    name: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = ""
    id_number: IdNumber | None = field(default=None, repr=False)  # `number`, where it is one of a card


@dataclass(frozen=True, slots=True)
class InRecord:
    """What the record says."""

    name: str = field(repr=False)
    id_number_tail: str = field(repr=False)
    birth_date: date
    sex: Sex


@dataclass(frozen=True, slots=True)
class Compared:
    """One field: what the file says, what the record says, and the verdict."""

    what: Doubt
    file: str = field(repr=False)
    record: str = field(repr=False)
    verdict: Verdict


def compare(file: InFile, record: InRecord) -> list[Compared]:
    """Every field, in the order in which people look. Rule: imaging-42"""
    tail = f"…{record.id_number_tail}" if record.id_number_tail else ""
    shown = {Sex.MALE: "M", Sex.FEMALE: "F"}.get(record.sex, "")
    return [
        Compared(Doubt.NAME, file.name, record.name, _name(file.name, record.name)),
        Compared(Doubt.ID_NUMBER, file.number, tail, _id_number(file.id_number, record)),
        Compared(Doubt.BIRTH_DATE, file.birth_date, f"{record.birth_date:%Y%m%d}", _birth(file.birth_date, record)),
        Compared(Doubt.SEX, file.sex, shown, _plain(file.sex if file.sex in ("M", "F") else "", shown)),
    ]


def doubts(compared: Sequence[Compared]) -> frozenset[Doubt]:
    """What must be confirmed, one by one: each difference, and that nothing but the name, or nothing at all, agrees.

    Rule: imaging-43
    """
    found = {each.what for each in compared if each.verdict is Verdict.DIFFERS}
    agreeing = {each.what for each in compared if each.verdict is Verdict.AGREES} - {Doubt.SEX}
    if not agreeing:
        found.add(Doubt.NOTHING_AGREES)
    elif agreeing == {Doubt.NAME}:
        found.add(Doubt.ONLY_NAME)
    return frozenset(found)


def unconfirmed(compared: Sequence[Compared], confirmed: Collection[Doubt]) -> frozenset[Doubt]:
    """The doubts that nobody has confirmed yet. Rule: imaging-43"""
    return doubts(compared) - frozenset(confirmed)


def fits(compared: Sequence[Compared]) -> Fits:
    """Whether these can be the patient's: no difference, and more than the name agrees."""
    found = doubts(compared)
    if any(each in FIELDS for each in found):
        return Fits.NO
    return Fits.UNKNOWN if found else Fits.YES


def joins_order(compared: Sequence[Compared]) -> Waits | None:
    """None when a study with the order's accession number may join it by itself, else why it waits.

    The number is the institution's own, so a name that agrees is enough beside it; a difference never is passed over.
    Rule: imaging-42
    """
    if any(each.verdict is Verdict.DIFFERS for each in compared):
        return Waits.DIFFERS
    names = (Doubt.NAME, Doubt.ID_NUMBER)
    if any(each.verdict is Verdict.AGREES for each in compared if each.what in names):
        return None
    return Waits.NOTHING_TO_COMPARE


def _name(file: str, record: str) -> Verdict:
    groups = [normalised(group.replace("^", " ")) for group in file.split("=")]
    written = [group for group in groups if group]
    if not written:
        return Verdict.UNKNOWN
    asked = (normalised(record), normalised(sounds(record)[0]))
    return Verdict.AGREES if all(group in asked for group in written) else Verdict.DIFFERS


def _id_number(number: IdNumber | None, record: InRecord) -> Verdict:
    if number is None or not record.id_number_tail:
        return Verdict.UNKNOWN
    same = (number.birth_date, number.sex) == (record.birth_date, record.sex)
    return Verdict.AGREES if same and number.text.endswith(record.id_number_tail) else Verdict.DIFFERS


def _birth(file: str, record: InRecord) -> Verdict:
    return _plain(re.sub(r"[^0-9]", "", file), f"{record.birth_date:%Y%m%d}")


def _plain(file: str, record: str) -> Verdict:
    if not file or not record:
        return Verdict.UNKNOWN
    return Verdict.AGREES if file == record else Verdict.DIFFERS
