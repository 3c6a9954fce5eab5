"""The desk of the review queue: who asks for the next prescription at one moment is served by one statement.

An edge like the booking desk (docs/decisions/): it opens the unit of work, keeps idempotency keys, commits and answers.
Each gets another prescription, in the order of the queue and of the asking; a claim by number is `claiming.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from prescriptions import store_review as store
from prescriptions.lifecycle import LIFE
from prescriptions.model import StepRow
from server.foundation import audit
from server.foundation.actor import SYSTEM, OrganisationId, PersonId
from server.foundation.audit import AuditRow
from server.foundation.bulk import insert_many
from server.foundation.errand import Errand, Told
from server.foundation.gathering import Answer, Gathering, Waiting, first_answers, keep_answers
from server.foundation.ground import Ground, push
from server.foundation.routes import View
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.settings import ReviewSettings

from .errors import NothingToReview

_VERB: Final = "claim"
_KNOWN_FOR: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Wanted:
    """From which queue, and what of it; None is everything."""

    organisation_id: OrganisationId
    kind: str | None = None
    department_id: UUID | None = None
    decision: str | None = None


class ClaimView(View):
    """A prescription that is now the asker's to decide, and until when."""

    id: UUID
    number: str
    version: int
    submitted_at: datetime
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class _Given:
    errand: Errand
    claim: ClaimView
    patient_id: UUID
    answer: Told[Any]


class ReviewDesk:
    """One per application process."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._line: Gathering[Wanted] = Gathering(self._serve)
        self._qualified: dict[PersonId, datetime] = {}

    async def next(self, errand: Errand, wanted: Wanted) -> Told[ClaimView]:
        """The next prescription of a queue, claimed for the asker.

        Raises: NothingToReview, Unavailable, KeyReused, and identity's refusals of the pharmacist (B08).
        """
        await self._require_may_review(errand)
        return await self._line.take(wanted, errand)

    async def _require_may_review(self, errand: Errand) -> None:
        """B08, believed for a minute; a decision asks again."""
        person, now = errand.actor.person, self._ground.clock.now()
        if self._qualified.get(person, now) > now:
            return
        async with unit_of_work(self._ground, errand.actor, language=errand.language) as work:
            await identity.require_may_review(work, person)
        self._qualified[person] = now + _KNOWN_FOR

    async def _serve(self, batch: Sequence[Waiting[Wanted]]) -> Sequence[Answer]:
        async with unit_of_work(self._ground, SYSTEM) as work:
            raw = await work.raw()
            kept = await first_answers(raw, self._ground.answers, [each.errand for each in batch])
            answers: dict[int, Answer] = {place: first for place, first in enumerate(kept) if first is not None}
            given: dict[int, _Given] = {}
            for wanted, places in _by_queue(batch, answers).items():
                given |= await self._claim(raw, work.now, wanted, {each: batch[each].errand for each in places})
            await _write(work, raw, list(given.values()))
        answers |= {place: each.answer for place, each in given.items()}
        return [answers.get(place) or NothingToReview() for place in range(len(batch))]

    async def _claim(
        self, raw: AsyncConnection[Any], now: datetime, wanted: Wanted, errands: dict[int, Errand]
    ) -> dict[int, _Given]:
        """The next of one queue for each place in the batch, while there are any."""
        places = list(errands)
        asked = {
            "organisation": wanted.organisation_id,
            "kind": wanted.kind,
            "department": wanted.department_id,
            "decision": wanted.decision,
            "now": now,
            "until": now + timedelta(seconds=self._ground.part(ReviewSettings).claim_s),
        }
        found = await store.claim(raw, [errands[each].actor.person for each in places], asked)
        given = {places[row[0] - 1]: _given(errands[places[row[0] - 1]], row) for row in found}
        left = {place: errand for place, errand in errands.items() if place not in given}
        if len(errands) > 1:  # what one of them prescribed was nobody's in this batch: alone, the others may have it
            for place, errand in left.items():
                given |= await self._claim(raw, now, wanted, {place: errand})
        return given


def _by_queue(batch: Sequence[Waiting[Wanted]], answered: Iterable[int]) -> dict[Wanted, list[int]]:
    queues: dict[Wanted, list[int]] = {}
    for place, each in enumerate(batch):
        if place not in answered:
            queues.setdefault(each.want, []).append(place)
    return queues


def _given(errand: Errand, row: tuple[Any, ...]) -> _Given:
    _, prescription_id, number, version, patient_id, submitted_at, until = row
    claim = ClaimView(
        id=prescription_id, number=number, version=version, submitted_at=submitted_at, claimed_until=until
    )
    return _Given(errand, claim, patient_id, Told(errand.status, errand.dump(claim)))


async def _write(work: Work, raw: AsyncConnection[Any], given: Sequence[_Given]) -> None:
    """History, audit and kept answers: what `steps.take` writes for one."""
    if not given:
        return
    async with raw.pipeline():
        await insert_many(raw, StepRow, [_step(work, each) for each in given])
        await insert_many(raw, AuditRow, [_audited(work, each) for each in given])
        await keep_answers(raw, work.ground.answers, [(each.errand, each.answer) for each in given], work.now)
    for each in given:
        work.after_commit(push(f"prescription:{each.claim.id}", each.claim.id))
        work.after_commit(push(f"reviews:{each.errand.actor.organisation}", each.errand.actor.organisation))


def _step(work: Work, given: _Given) -> dict[str, Any]:
    actor = given.errand.actor
    return {
        "id": work.new_id(),
        "prescription_id": given.claim.id,
        "at": work.now,
        "verb": _VERB,
        "status": str(LIFE.after(_VERB)),
        "version": given.claim.version,
        "by_id": actor.person_id,
        "by_role": str(actor.role),
        "organisation_id": actor.organisation_id,
    }


def _audited(work: Work, given: _Given) -> dict[str, Any]:
    return audit.values(
        id=work.new_id(),
        at=work.now,
        actor=given.errand.actor,
        action=f"prescription.{_VERB}",
        kind="prescription",
        subject=str(given.claim.id),
        patient_id=given.patient_id,
        facts={"status": str(LIFE.after(_VERB)), "version": given.claim.version},
    )
