"""What a pharmacy asks and reports, over HTTP: another drug instead (the prescriber answers), and what it does not have."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Routes
from server.foundation.work import Work

from .dispensing import asking, redeeming, views
from .dispensing.asking import AnswerTo, Why
from .dispensing.errors import NothingToAnswer, SubstitutionAsked
from .dispensing.views import QuestionView, RedemptionView, ShortageView

routes = Routes()
_DISPENSE, _WRITE, _SHORTAGES = "prescriptions.dispense", "prescriptions.write", "prescriptions.see-shortages"
_Words = Annotated[str, Field(min_length=2, max_length=500)]


class AskBody(Body):
    """Which line, why, and what could be given instead."""

    item_id: UUID
    code: Why
    text: _Words


class AnswerBody(Body):
    """`amend`: the prescription comes back to be changed and is reviewed anew. `keep`: as it was written."""

    answer: AnswerTo
    text: Annotated[str, Field(max_length=500)] = ""


class ShortageBody(Body):
    """A drug by the formulary's id where it has one, and as people call it."""

    drug_id: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=120)]
    note: Annotated[str, Field(max_length=300)] = ""
    expected_on: date | None = None


@routes.post(
    "/api/redemptions/{redemption_id}/substitution", may=_DISPENSE, problems=(NotInThisState, SubstitutionAsked)
)
async def ask_substitution(work: Work, redemption_id: UUID, body: AskBody) -> RedemptionView:
    """Ask the prescriber whether another drug may be given."""
    await asking.ask(work, redemption_id, body.item_id, body.code, body.text)
    return await _shown(work, redemption_id)


@routes.delete("/api/redemptions/{redemption_id}/substitution", may=_DISPENSE, status=200)
async def drop_substitution(work: Work, redemption_id: UUID) -> RedemptionView:
    """Take the question back."""
    await asking.drop(work, redemption_id)
    return await _shown(work, redemption_id)


@routes.get("/api/substitutions", may=_WRITE)
async def list_substitutions(work: Work) -> list[QuestionView]:
    """What pharmacies asked the acting doctor."""
    return await views.of_questions(work, await asking.questions(work))


@routes.post("/api/substitutions/{substitution_id}/answer", may=_WRITE, problems=(NothingToAnswer, NotInThisState))
async def answer_substitution(work: Work, substitution_id: UUID, body: AnswerBody) -> QuestionView:
    """The prescriber decides."""
    answered = await asking.answer(work, substitution_id, body.answer, body.text)
    return (await views.of_questions(work, [answered]))[0]


@routes.get("/api/shortages", may=_SHORTAGES)
async def list_shortages(work: Work) -> list[ShortageView]:
    """What is short now, at every pharmacy."""
    return await views.of_shortages(work, await asking.shortages(work))


@routes.post("/api/shortages", may=_DISPENSE, status=201)
async def report_shortage(work: Work, body: ShortageBody) -> ShortageView:
    """The own pharmacy does not have a drug."""
    made = await asking.report_shortage(work, body.drug_id, body.name, body.note, body.expected_on)
    return (await views.of_shortages(work, [made]))[0]


@routes.delete("/api/shortages/{shortage_id}", may=_DISPENSE)
async def end_shortage(work: Work, shortage_id: UUID) -> None:
    """The own pharmacy has it again."""
    await asking.end_shortage(work, shortage_id)


async def _shown(work: Work, redemption_id: UUID) -> RedemptionView:
    return await views.of_redemption(work, *await redeeming.own(work, redemption_id, ended=True))
