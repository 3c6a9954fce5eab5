"""处方点评: a sample of what was approved is drawn by lot and judged afterwards, and the doctor hears of the faults.

医院处方点评管理规范(试行) 2010 art. 9: at least one in a thousand of the prescriptions, and at least a hundred a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any, Final
from uuid import UUID

from prescriptions import steps
from prescriptions import store as prescriptions
from prescriptions import store_review as store
from prescriptions.access import PRESCRIBER, REVIEWER
from prescriptions.model import Prescription
from prescriptions.model_review import PostReview
from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.clock import start_of_day
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import telling
from .errors import FaultsDoNotFit, JudgedAlready, OwnReview
from .reasons import FAULTS

LEAST: Final = 100
ONE_IN: Final = 1000
_LONGEST: Final = 500


class Rule(StrEnum):
    """From what the lot is thrown."""

    ANY = "any"
    LONG_TERM = "long_term"
    OVERRIDDEN = "overridden"  # the doctor went on in spite of a warning
    HERBAL = "herbal"


_OF_RULE: Final[dict[Rule, tuple[Any, ...]]] = {
    Rule.ANY: (),
    Rule.LONG_TERM: (Prescription.long_term,),
    Rule.OVERRIDDEN: (Prescription.decision.in_(["confirm", "warning"]),),
    Rule.HERBAL: (Prescription.kind == "tcm_pieces",),
}


class Verdict(StrEnum):
    """合理, 不合理."""

    SUITABLE = "suitable"
    UNSUITABLE = "unsuitable"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample: how many approved prescriptions there were, and how many the lot took."""

    sample_id: UUID
    approved: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """One prescription of a sample, and what was found."""

    id: UUID
    prescription_id: UUID
    number: str
    rule: Rule
    drawn_at: datetime
    signed_at: datetime | None
    verdict: Verdict | None
    codes: Sequence[str]
    text: str | None = field(repr=False)
    judged_at: datetime | None
    judged_by: str | None
    may_judge: bool


def least_size(approved: int) -> int:
    """The size of a month's sample: one in a thousand, and a hundred at least. Rule: reviews-4"""
    return max(LEAST, ceil(approved / ONE_IN))


async def draw(work: Work, first: date, last: date, size: int | None, rule: Rule) -> Drawn:
    """Draw a sample of the acting pharmacist's hospital by lot; without a size, as large as the regulation wants at least."""
    house = work.actor.organisation
    await identity.require_may_review(work, work.actor.person)
    start, until = start_of_day(first), start_of_day(last + timedelta(days=1))
    approved = await store.reviewed_between(work.session, house, start, until)
    sample_id = work.new_id()  # also the seed: whoever knows it can throw the same lot again
    ids = await store.draw(work.session, house, sample_id, start, until, size or least_size(approved), *_OF_RULE[rule])
    rows = [
        {
            "id": work.new_id(),
            "prescription_id": each,
            "organisation_id": house,
            "sample_id": sample_id,
            "rule": str(rule),
            "drawn_by": work.actor.person,
            "drawn_at": work.now,
        }
        for each in ids
    ]
    drawn = await store.add_samples(work.session, rows)
    work.audit("post-review.draw", "post-review", sample_id, rule=str(rule), drawn=drawn)
    return Drawn(sample_id, approved, drawn)


async def samples(work: Work) -> list[Sampled]:
    """The acting pharmacist's hospital's samples: what is to be judged, then what was."""
    rows = await store.sampled(work.session, work.actor.organisation, _LONGEST)
    keys = await data_keys.fetch_all(work.session, work.ground.fields, {each.patient_id for _, each in rows})
    people = await identity.people(work, {PersonId(each.judged_by) for each, _ in rows if each.judged_by})
    return [
        _sampled(work, row, prescription, _words(work, row, keys.get(prescription.patient_id)), people)
        for row, prescription in rows
    ]


async def judge(work: Work, sample_id: UUID, verdict: Verdict, codes: Sequence[str], text: str) -> Sampled:
    """Write the verdict on one prescription; the doctor is told of faults.

    Raises: Unknown, OwnReview, FaultsDoNotFit, JudgedAlready. Rule: reviews-4
    """
    if (verdict is Verdict.UNSUITABLE) != bool(codes) or not set(codes) <= FAULTS.keys():
        raise FaultsDoNotFit
    await identity.require_may_review(work, work.actor.person)
    row = await store.sample(work.session, sample_id)
    if row is None or row.organisation_id != work.actor.organisation_id:
        raise Unknown
    prescription = await prescriptions.by_id(work.session, row.prescription_id)
    assert prescription is not None, "prescriptions are never deleted"
    if work.actor.person_id in (prescription.reviewer_id, prescription.prescriber_id):
        raise OwnReview
    key = await data_keys.fetch(work.session, work.ground.fields, prescription.patient_id)
    judged = await store.judge(
        work.session,
        sample_id,
        verdict=str(verdict),
        codes=list(dict.fromkeys(codes)),
        words=work.ground.fields.seal(text, "post_reviews", "words", sample_id, key) if text else None,
        judged_by=work.actor.person,
        judged_at=work.now,
    )
    if judged is None:
        raise JudgedAlready
    patient_id = PersonId(prescription.patient_id)
    work.audit("post-review.judge", "post-review", sample_id, patient_id=patient_id, verdict=str(verdict))
    if verdict is Verdict.UNSUITABLE:
        await telling.judged(work, prescription)
    people = await identity.people(work, [work.actor.person])
    return _sampled(work, judged, prescription, text or None, people)


async def feedback_for(work: Work, prescription_id: UUID) -> Sampled:
    """What a post-review found, for the doctor and the hospital's pharmacists. Raises: Unknown, also before any verdict."""
    prescription, _ = await steps.own(work, prescription_id, PRESCRIBER | REVIEWER)
    found = await feedback(work, prescription)
    if found is None:
        raise Unknown
    return found


async def feedback(work: Work, prescription: Prescription) -> Sampled | None:
    """What a post-review found of a prescription; for those who may see the prescription as its doctor or reviewer."""
    row = await store.sample_of(work.session, prescription.id)
    if row is None or row.verdict is None:
        return None
    key = await data_keys.fetch(work.session, work.ground.fields, prescription.patient_id)
    people = await identity.people(work, [PersonId(row.judged_by)] if row.judged_by else [])
    return _sampled(work, row, prescription, _words(work, row, key), people)


def _words(work: Work, row: PostReview, key: Any) -> str | None:
    if row.words is None or key is None:
        return None
    return work.ground.fields.open(row.words, "post_reviews", "words", row.id, key)


def _sampled(work: Work, row: PostReview, prescription: Prescription, text: str | None, people: Any) -> Sampled:
    judge_id = PersonId(row.judged_by) if row.judged_by else None
    own = work.actor.person_id in (prescription.reviewer_id, prescription.prescriber_id)
    return Sampled(
        id=row.id,
        prescription_id=prescription.id,
        number=prescription.number,
        rule=Rule(row.rule),
        drawn_at=row.drawn_at,
        signed_at=prescription.signed_at,
        verdict=Verdict(row.verdict) if row.verdict else None,
        codes=row.codes or (),
        text=text,
        judged_at=row.judged_at,
        judged_by=people[judge_id].name if judge_id in people else None,
        may_judge=row.verdict is None and not own,
    )
