"""What the checks found about a prescription, as it is kept, shown and referred to by others' signatures."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from server.foundation.canonical import canonical
from server.foundation.routes import View

from .checks.finding import Outcome
from .rules import Found


class FindingView(View):
    """What one rule says, about which lines, from which source."""

    id: str
    check: str
    rule: str
    level: str
    lines: tuple[int, ...]
    met: tuple[str, ...]
    sentence_zh: str
    sentence_en: str
    advice_zh: str
    advice_en: str
    source: str
    confidence: str
    data_version: str

    def found(self) -> Found:
        """What of it the rules of signing look at."""
        return Found(
            self.id,
            self.check,
            self.rule,
            self.level,
            self.sentence_zh,
            self.sentence_en,
            self.advice_zh,
            self.advice_en,
        )


class CoverageView(View):
    """Whether a check looked at a line, and if not, why not."""

    line: int
    check: str
    covered: str
    note_zh: str
    note_en: str


class Kept(View):
    """An outcome as it is kept, sealed."""

    decision: str
    findings: tuple[FindingView, ...]
    coverage: tuple[CoverageView, ...]
    data_version: str


class OutcomeView(Kept):
    """The last check of a prescription. `digest` is the findings' own, for the review."""

    id: UUID
    at: datetime
    digest: str
    unsigned_notice: str | None


def kept(outcome: Outcome) -> Kept:
    """The checks' answer in the form that is kept."""
    return Kept(
        decision=outcome.decision,
        findings=tuple(FindingView.model_validate(each) for each in outcome.findings),
        coverage=tuple(CoverageView.model_validate(each) for each in outcome.coverage),
        data_version=outcome.data_version,
    )


def digest_of(found: Kept) -> str:
    """SHA-256 over the canonical form: what the pharmacist signs for having seen."""
    return hashlib.sha256(canonical(found.model_dump(mode="json"))).hexdigest()
