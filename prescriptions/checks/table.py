"""The table of checks, in the order of evaluation. A new check is one row here and one row in docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Finding
from .picture import Picture

Answer = Finding | Coverage


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its id in docs/rules.md, its names for people, and the function."""

    id: str
    name_zh: str
    name_en: str
    run: Callable[[Picture, Knowledge], Iterable[Answer]]


CHECKS: Final[tuple[Check, ...]] = ()
