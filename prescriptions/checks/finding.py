"""What checks answer: findings, coverage and the outcome of a whole prescription."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is, the gravest first; the order decides the prescription's outcome."""

    STOP = "stop"  # only a change helps
    FAILED = "failed"  # the check itself broke: never passed
    NOT_COVERED = "not_covered"  # 未覆盖: the data do not know it
    CONFIRM = "confirm"  # the prescriber confirms twice, with a reason; the pharmacist sees it
    WARNING = "warning"
    INFORMATION = "information"


class Decision(StrEnum):
    """The outcome of a prescription: its gravest finding. Information alone is passed."""

    STOP = "stop"
    FAILED = "failed"
    NOT_COVERED = "not_covered"
    CONFIRM = "confirm"
    WARNING = "warning"
    PASSED = "passed"


class Covered(StrEnum):
    """Whether a check looked at a line; the gravest first."""

    FAILED = "failed"
    NOT_COVERED = "not_covered"
    CHECKED = "checked"
    NOT_APPLICABLE = "not_applicable"


GRAVITY = {level: place for place, level in enumerate(Level)}
_WORST = {covered: place for place, covered in enumerate(Covered)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says: which lines, what met what, the sentence for people and the way out.

    `rule` is a row of the data (IX002, CI031), a rule of docs/rules.md (B29), or the check itself (E3).
    `key` tells findings of one rule and line apart (the drug taken already that it met).
    """

    check: str
    rule: str
    level: Level
    lines: tuple[int, ...]
    sentence_zh: str
    sentence_en: str
    advice_zh: str = ""
    advice_en: str = ""
    met: tuple[str, ...] = ()
    key: str = ""
    source: str = ""
    confidence: str = ""
    data_version: str = ""  # filled in by the engine

    @property
    def id(self) -> str:
        """Stable within the prescription, however its lines are ordered: IX002/1,3 or E12/2:metformin."""
        where = ",".join(str(line) for line in sorted(self.lines))
        return f"{self.check}.{self.rule}/{where}" + (f":{self.key}" if self.key else "")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether a check looked at a line, and if not, why not. It raises no alarm by itself."""

    line: int
    check: str
    covered: Covered
    note_zh: str = ""
    note_en: str = ""


def worse(one: Coverage, other: Coverage) -> Coverage:
    """The graver of two answers about the same line and check; of two alike the same one, whichever came first."""
    return min(one, other, key=lambda each: (_WORST[each.covered], not each.note_zh, each.note_zh))


def graver(one: Finding, other: Finding) -> Finding:
    """The graver of two findings of one id; of two alike the same one, whichever came first."""
    return min(one, other, key=lambda each: (GRAVITY[each.level], each.sentence_zh))


def decide(findings: tuple[Finding, ...]) -> Decision:
    """The gravest finding decides: stop > failed > not covered > confirm > warning > passed."""
    worst = min((finding.level for finding in findings), key=GRAVITY.__getitem__, default=Level.INFORMATION)
    return Decision.PASSED if worst is Level.INFORMATION else Decision(worst.value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer about one prescription."""

    decision: Decision
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    data_version: str
