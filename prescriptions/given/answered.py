"""The outcome as JSON: the decision, each finding with its sentences, what was looked at line by line, whose data."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from prescriptions.checks.finding import Covered, Decision, Level, Outcome
from prescriptions.checks.picture import Picture
from prescriptions.formulary.knowledge import UNSIGNED_EN, Knowledge
from server.foundation.routes import View

from .asked import inline


class JudgedFinding(View):
    """What one rule says."""

    id: str
    check: str
    rule: str
    level: Annotated[Level, inline(Level)]
    lines: tuple[int, ...]
    met: tuple[str, ...]
    sentence_zh: str
    sentence_en: str
    advice_zh: str
    advice_en: str
    source: str
    confidence: str
    data_version: str


class JudgedCoverage(View):
    """Whether a check looked at a line."""

    line: int
    check: str
    covered: Annotated[Covered, inline(Covered)]
    note_zh: str
    note_en: str


class JudgedLine(View):
    """Which drug a line was taken for; for an unknown or shared name, what it may mean."""

    line: int
    name: str
    drug_id: str | None
    drug_zh: str | None
    drug_en: str | None
    form_assumed: bool = Field(description="The name leaves the dosage form open; the drug's dose limits were used")
    may_mean: tuple[str, ...] = Field(description="Drugs that share this name, when it is not one drug's alone")


class JudgedPicture(View):
    """The answer. Only `passed` is passed: `not_covered` and `failed` never are."""

    decision: Annotated[Decision, inline(Decision)]
    findings: tuple[JudgedFinding, ...]
    coverage: tuple[JudgedCoverage, ...]
    lines: tuple[JudgedLine, ...]
    data_version: str
    signed_by: str | None
    signed_on: date | None
    unsigned_notice: str | None
    unsigned_notice_en: str | None

    @classmethod
    def of(cls, outcome: Outcome, picture: Picture, knowledge: Knowledge) -> JudgedPicture:
        """The outcome of a picture, with the names as they were understood."""
        return cls(
            decision=outcome.decision,
            findings=tuple(JudgedFinding.model_validate(each) for each in outcome.findings),
            coverage=tuple(JudgedCoverage.model_validate(each) for each in outcome.coverage),
            lines=tuple(_line(item.line, item.name, item.drug_id, knowledge) for item in picture.items),
            data_version=outcome.data_version,
            signed_by=knowledge.signed_by,
            signed_on=knowledge.signed_on,
            unsigned_notice=knowledge.unsigned_notice,
            unsigned_notice_en=UNSIGNED_EN if knowledge.unsigned_notice else None,
        )


def _line(line: int, name: str, drug_id: str | None, knowledge: Knowledge) -> JudgedLine:
    drug = knowledge.drug(drug_id) if drug_id else None
    return JudgedLine(
        line=line,
        name=name,
        drug_id=drug_id,
        drug_zh=drug.name_zh if drug else None,
        drug_en=drug.name_en if drug else None,
        form_assumed=drug is not None and knowledge.form_is_assumed(name),
        may_mean=() if drug else tuple(each.name_zh for each in knowledge.candidates(name)),
    )
