"""Where Chinese text may be broken: between characters, never inside a Latin word or number, and no line begins with a comma."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

# A run that stays together: a word or figure (`E78.5`, `20 mg`'s parts), or one character; with what must not begin a line.
_CLOSING: Final = "，。、；：！？）》」』】％%,.;:!?)"
_OPENING: Final = "（《「『【("
_RUN: Final = re.compile(rf"[{re.escape(_OPENING)}]*(?:[A-Za-z0-9./%+×~-]+|.)[{re.escape(_CLOSING)}]*", re.DOTALL)


def lines_of(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The lines in which a text fits a width; a run longer than the line is cut. Empty text has none."""
    found: list[str] = []
    for paragraph in text.split("\n") if text else ():
        line = ""
        for run in _fitting(paragraph, width, measure):
            if line and measure((line + run).rstrip()) > width:
                found.append(line.rstrip())
                line = run.lstrip()
            else:
                line += run
        found.append(line.rstrip())
    return found


def _fitting(paragraph: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    for found in _RUN.finditer(paragraph):
        run = found[0]
        if measure(run) <= width:
            yield run
        else:
            yield from run
