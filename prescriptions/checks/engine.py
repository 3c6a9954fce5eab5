"""Runs every check over a picture and puts the answers together.

A check is a generator of findings and coverage. It says `Coverage` only where its answer is not simply "looked at": what it
does not speak of counts as checked. One that raises gives a `failed` finding and is never taken as passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

import structlog

from prescriptions.formulary.knowledge import Knowledge

from .finding import GRAVITY, Coverage, Covered, Finding, Level, Outcome, decide, graver, worse
from .picture import Item, Kind, Picture
from .reading import drug_of
from .table import CHECKS, Answer, Check, Speaks

log = structlog.get_logger(__name__)


def check(picture: Picture, knowledge: Knowledge, checks: Sequence[Check] = CHECKS) -> Outcome:
    """All findings and coverage of a prescription; the same for the same picture, whatever the order of its lines."""
    picture = picture.in_order()
    findings: dict[str, Finding] = {}
    spoken: dict[tuple[int, str], Coverage] = {}
    for one in checks:
        for answer in _run(one, picture, knowledge):
            if isinstance(answer, Finding):
                name = answer.id
                findings[name] = graver(findings.get(name, answer), answer)
            else:
                place = (answer.line, one.id)
                spoken[place] = worse(spoken.get(place, answer), answer)
    found = tuple(
        replace(each, data_version=knowledge.version)
        for _, _, _, each in sorted((GRAVITY[each.level], each.lines, name, each) for name, each in findings.items())
    )
    coverage = tuple(_coverage(picture, knowledge, checks, spoken))
    return Outcome(decide(found), found, coverage, knowledge.version)


def _coverage(
    picture: Picture, knowledge: Knowledge, checks: Sequence[Check], spoken: Mapping[tuple[int, str], Coverage]
) -> Iterator[Coverage]:
    """What was said of every line and check, in order; what was not said is silence."""
    for item in picture.items:
        silence = {speaks: _silence(speaks, picture.kind, item, knowledge) for speaks in Speaks}
        for one in checks:
            yield spoken.get((item.line, one.id)) or Coverage(item.line, one.id, silence[one.speaks])


def _silence(speaks: Speaks, kind: Kind, item: Item, knowledge: Knowledge) -> Covered:
    """What it means that a check said nothing about a line."""
    if speaks is Speaks.OF_EVERY_LINE or drug_of(item, knowledge) is not None:
        return Covered.CHECKED
    if speaks is Speaks.OF_HERBS_TOO and knowledge.herb(item.name) is not None:
        return Covered.CHECKED
    is_western_check_of_pieces = kind is Kind.TCM_PIECES and speaks is Speaks.OF_KNOWN_DRUGS
    return Covered.NOT_APPLICABLE if is_western_check_of_pieces else Covered.NOT_COVERED


def _run(one: Check, picture: Picture, knowledge: Knowledge) -> Iterator[Answer]:
    try:
        yield from one.run(picture, knowledge)
    except Exception as broken:  # whatever broke, the answer is "failed", never "passed"
        # Its type and place only: its words could hold what was prescribed to whom.
        log.error("check.failed", check=one.id, error=type(broken).__name__, at=_place_of(broken))
        yield _failed(one, picture)
        yield from (Coverage(line, one.id, Covered.FAILED) for line in picture.lines)


def _place_of(broken: Exception) -> str:
    last = extract_tb(broken.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


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
