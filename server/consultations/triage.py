"""Red flags: the questions asked before booking and before waiting, and what an answer means. Pure, over the data file.

The file is a starter list, to be signed by a clinician before real use; it never says that somebody is well.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "data" / "departments_triage.csv"
_NONE: Final = "无"
_ANY: Final = "任何"


class Action(StrEnum):
    """What a red flag leads to, the gravest last."""

    NONE = "none"
    OFFLINE_NOW = "offline_now"
    CALL_120 = "call_120"


@dataclass(frozen=True, slots=True)
class Symptom:
    """One line of the file. `any_is_flag`: the symptom itself is the red flag (呕血, 中毒)."""

    id: str
    name: str
    department: str
    department_en: str
    red_flags: tuple[str, ...]
    action: Action
    any_is_flag: bool


@cache
def symptoms() -> dict[str, Symptom]:
    """Every symptom of the file by its id, in the file's order."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {row["symptom_id"]: _symptom(row) for row in csv.DictReader(lines)}


def _symptom(row: dict[str, str]) -> Symptom:
    flags = tuple(flag.strip() for flag in row["red_flags_zh"].split(";") if flag.strip() not in ("", _NONE, _ANY))
    return Symptom(
        id=row["symptom_id"],
        name=row["symptom_zh"],
        department=row["department_zh"],
        department_en=row["department_en"],
        red_flags=flags,
        action=Action(row["red_flag_action"]),
        any_is_flag=row["red_flags_zh"].strip() == _ANY,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One symptom that the patient names, and which of its red flags (by position in the file) are present."""

    symptom_id: str
    red_flags: tuple[int, ...] = ()


def unknown_answers(answers: Sequence[Answer]) -> list[int]:
    """Positions of answers that the file does not have."""
    known = symptoms()
    return [
        position
        for position, answer in enumerate(answers)
        if answer.symptom_id not in known
        or any(not 0 <= flag < len(known[answer.symptom_id].red_flags) for flag in answer.red_flags)
    ]


def action_for(answers: Sequence[Answer]) -> Action:
    """What the answers lead to: the gravest action among the symptoms with a red flag present.

    Rule: B16 (docs/rules.md)
    """
    gravity = list(Action)
    found = [symptoms()[answer.symptom_id] for answer in answers if _is_flagged(answer)]
    return max((symptom.action for symptom in found), key=gravity.index, default=Action.NONE)


def _is_flagged(answer: Answer) -> bool:
    return bool(answer.red_flags) or symptoms()[answer.symptom_id].any_is_flag
