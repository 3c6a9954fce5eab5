"""What a patient is told of how a visit ended or why it waits for something: the problem's own sentence, with its rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from server.foundation.errors import Problem

from .errors import (
    FirstVisitRefused,
    PapersUnclear,
    RecordingDeclined,
    RedFlag,
    RedFlagOffline,
    TerminatedToOffline,
)
from .triage import Action


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence for people, and the rule that it follows."""

    code: str
    rule: str | None
    sentence: str


_PROBLEMS: Final[dict[str, type[Problem]]] = {
    Action.CALL_120: RedFlag,
    Action.OFFLINE_NOW: RedFlagOffline,
    FirstVisitRefused.code: FirstVisitRefused,
    TerminatedToOffline.code: TerminatedToOffline,
    PapersUnclear.code: PapersUnclear,
    RecordingDeclined.code: RecordingDeclined,
}
_WORDS: Final[dict[str, tuple[str | None, str, str]]] = {
    "cancelled": (None, "本次复诊已取消", "This visit was cancelled"),
    "session_stopped": (
        "visits-10",
        "医生停诊，本次复诊已取消，请另约时间",
        "The doctor's session does not take place and the visit was cancelled; please book another time",
    ),
    "no_show": (
        "visits-9",
        "叫号或就诊时间内未到，本次复诊已结束，请重新预约",
        "You were not present when called, so the visit has ended; please book again",
    ),
    "not_reached": (
        "visits-9",
        "很抱歉，医生今天没能看到您的号。这不算您失约，请重新预约",
        "We are sorry: the doctor could not see you today. This does not count against you; please book again",
    ),
    "done": (None, "本次复诊已完成", "The visit is complete"),
}


def told(code: str | None, language: str) -> Told | None:
    """The sentence for an end code in `zh` or `en`; None where there is nothing to tell."""
    if code is None:
        return None
    if code in _PROBLEMS:
        problem = _PROBLEMS[code]
        return Told(code, problem.rule, problem().sentence(language))
    rule, zh, en = _WORDS[code]
    return Told(code, rule, en if language == "en" else zh)
