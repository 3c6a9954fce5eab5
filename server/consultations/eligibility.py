"""The doctor's decision at the gate: a follow-up of the same diagnosis, a first visit, or papers that say nothing clear."""

from __future__ import annotations

from uuid import UUID

from server.foundation.work import Work
from server.records import service as records

from . import ending, rules, steps, telling
from .errors import PapersUnclear
from .model import Visit
from .rules import Decision
from .steps import DOCTOR_ONLY


async def decide(work: Work, visit_id: UUID, decision: Decision, reason: str) -> Visit:
    """Take the doctor's decision, each with its own consequence.

    Raises: Unknown, NotInThisState, PapersMissing (B13), RecordNotOpened (B12).
    Rule: B11, B12, B13
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    if decision is Decision.FIRST_VISIT:
        return await ending.refuse_first_visit(work, visit, reason)
    if decision is Decision.PAPERS_UNCLEAR:
        return await _ask_for_papers(work, visit, reason)
    rules.require_record_opened(
        papers=await records.has_paper(work, visit.encounter_id),
        opened=await records.opened_by(work, visit.encounter_id, work.actor.person),
    )
    return await steps.take(work, visit, "find_eligible", eligible_at=work.now)


async def _ask_for_papers(work: Work, visit: Visit, reason: str) -> Visit:
    """Back to preparing: the patient uploads a clear diagnosis and checks in again, behind those who wait."""
    sealed = await steps.seal(work, visit, "end_reason", reason) if reason else None
    sent_back = await steps.take(
        work,
        visit,
        "ask_for_papers",
        checked_in_at=None,
        checked_in_by=None,
        calls=0,
        last_called_at=None,
        first_called_at=None,
        end_code=PapersUnclear.code,
        end_reason=sealed,
    )
    await telling.tell_patient(work, visit, "visit-papers-unclear")
    return sent_back
