"""Runs every check over a picture and puts the answers together.

A check is a generator of findings and coverage. It says `Coverage` only where its answer is not simply "looked at": what it
does not speak of counts as checked. One that raises gives a `failed` finding and is never taken as passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import structlog

from prescriptions.formulary.knowledge import Knowledge

from .finding import GRAVITY, Coverage, Covered, Finding, Level, Outcome, decide, worse
from .picture import Picture
from .table import CHECKS, Answer, Check

log = structlog.get_logger(__name__)


def check(picture: Picture, knowledge: Knowledge, checks: Sequence[Check] = CHECKS) -> Outcome:
    """All findings and coverage of a prescription; the same for the same picture, whatever the order of its lines."""
    answers = [answer for one in checks for answer in _run(one, picture, knowledge)]
    findings = tuple(
        sorted(
            {
                each.id: replace(each, data_version=knowledge.version) for each in answers if isinstance(each, Finding)
            }.values(),
            key=lambda each: (GRAVITY[each.level], each.lines, each.id),
        )
    )
    coverage: dict[tuple[int, str], Coverage] = {}
    for answer in answers:
        if isinstance(answer, Coverage):
            place = (answer.line, answer.check)
            coverage[place] = worse(coverage[place], answer) if place in coverage else answer
    for line in picture.lines:
        for one in checks:
            coverage.setdefault((line, one.id), Coverage(line, one.id, Covered.CHECKED))
    return Outcome(decide(findings), findings, tuple(coverage[place] for place in sorted(coverage)), knowledge.version)


def _run(one: Check, picture: Picture, knowledge: Knowledge) -> Iterator[Answer]:
    try:
        yield from one.run(picture, knowledge)
    except Exception as broken:  # whatever broke, the answer is "failed", never "passed"
        # The type only: its words could hold what was prescribed to whom.
        log.error("check.failed", check=one.id, error=type(broken).__name__)
        yield _failed(one, picture)
        yield from (Coverage(line, one.id, Covered.FAILED) for line in picture.lines)


def _failed(one: Check, picture: Picture) -> Finding:
    return Finding(
        check=one.id,
        rule=one.id,
        level=Level.FAILED,
        lines=picture.lines,
        key="failed",
        sentence_zh=f"“{one.name_zh}”检查未能完成，不能视为通过。",
        sentence_en=f'The check "{one.name_en}" could not be completed; it does not count as passed.',
        advice_zh="请稍后重试；仍失败时请由药师人工核对并通知管理员。",
        advice_en="Try again; if it still fails, have a pharmacist check by hand and tell the administrator.",
    )
