"""Every statement of reviewing: the queue, decisions, messages, figures and samples.

`CLAIM` is the one statement that gives the next prescriptions out, to as many pharmacists as ask at once; every other step of
a prescription's life is `store.move`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Row as Found
from sqlalchemy import Select, and_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.bulk import packed

from .lifecycle import Status
from .model import Prescription, RuleCount
from .model_review import PostReview, ReviewDecision, ReviewMessage

# Row locks that others hold are stepped over, so nobody waits for anybody, and nobody gets what another has.
CLAIM: Final = (
    "WITH next AS MATERIALIZED (SELECT id, queue_at FROM prescriptions"  # noqa: S608  # our own words, no input
    " WHERE status = 'in_review' AND organisation_id = %(organisation)s AND prescriber_id <> ALL(%(people)s::uuid[])"
    " AND (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(department)s::uuid IS NULL OR department_id = %(department)s)"
    " AND (%(decision)s::text IS NULL OR decision = %(decision)s)"
    " ORDER BY queue_at, id LIMIT %(many)s FOR UPDATE SKIP LOCKED),"
    " given AS (SELECT id, row_number() OVER (ORDER BY queue_at, id) AS place FROM next)"
    f" UPDATE prescriptions p SET status = '{Status.CLAIMED}', claimed_by = w.person, claimed_until = %(until)s,"
    " changed_at = %(now)s FROM given JOIN unnest(%(people)s::uuid[]) WITH ORDINALITY AS w (person, place) USING (place)"
    " WHERE p.id = given.id"
    " RETURNING place, p.id, p.number, p.version, p.patient_id, p.submitted_at, p.claimed_until"
)


async def claim(raw: AsyncConnection[Any], people: Sequence[UUID], asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The next prescriptions, one for each of these pharmacists while there are any: who is first gets the first."""
    found = await raw.execute(CLAIM, {**asked, "people": packed("UUID", people), "many": len(people)})
    return await found.fetchall()


# --- the queue


async def queue(
    session: AsyncSession, organisation_id: UUID, status: Status, *conditions: Any, limit: int
) -> Sequence[Prescription]:
    """What waits at a hospital, or what its pharmacists have claimed, the next first; each status has an index of its own."""
    wanted = (
        select(Prescription)
        .where(Prescription.organisation_id == organisation_id, Prescription.status == str(status), *conditions)
        .order_by(Prescription.queue_at, Prescription.id)
        .limit(limit)
    )
    return (await session.scalars(wanted)).all()


async def waiting(session: AsyncSession, organisation_id: UUID) -> int:
    """How many wait and are nobody's."""
    wanted = select(func.count(Prescription.id)).where(
        Prescription.organisation_id == organisation_id, Prescription.status == str(Status.IN_REVIEW)
    )
    return int((await session.execute(wanted)).scalar_one())


async def lapsed(session: AsyncSession, now: datetime, limit: int) -> Sequence[Prescription]:
    """Prescriptions whose claim is over."""
    wanted = select(Prescription).where(Prescription.status == str(Status.CLAIMED), Prescription.claimed_until <= now)
    return (await session.scalars(wanted.order_by(Prescription.claimed_until).limit(limit))).all()


# --- messages


async def messages(session: AsyncSession, prescription_id: UUID, limit: int) -> Sequence[ReviewMessage]:
    """The talk about a prescription, oldest first."""
    wanted = select(ReviewMessage).where(ReviewMessage.prescription_id == prescription_id)
    return (await session.scalars(wanted.order_by(ReviewMessage.at, ReviewMessage.id).limit(limit))).all()


async def last_pharmacist(session: AsyncSession, prescription_id: UUID) -> UUID | None:
    """Who of the pharmacists wrote last."""
    wanted = (
        select(ReviewMessage.author_id)
        .where(ReviewMessage.prescription_id == prescription_id, ReviewMessage.author_role == "pharmacist")
        .order_by(ReviewMessage.at.desc())
        .limit(1)
    )
    return (await session.scalars(wanted)).one_or_none()


# --- figures


async def turnaround(session: AsyncSession, organisation_id: UUID, first: datetime, until: datetime) -> Any:
    """Decided, returned and rejected in that time, and the half and nine tenths of how long they waited, in seconds."""
    waited = ReviewDecision.waited_s.asc()
    return (
        await session.execute(
            select(
                func.count(ReviewDecision.id),
                func.count(case((ReviewDecision.decision == "return", 1))),
                func.count(case((ReviewDecision.decision == "reject", 1))),
                func.percentile_disc(0.5).within_group(waited),
                func.percentile_disc(0.9).within_group(waited),
            ).where(ReviewDecision.organisation_id == organisation_id, _between(first, until))
        )
    ).one()


async def decided_by(session: AsyncSession, pharmacist_id: UUID, first: datetime, until: datetime) -> int:
    """How many prescriptions a pharmacist decided in that time, whichever hospital's."""
    wanted = select(func.count(ReviewDecision.id)).where(
        ReviewDecision.pharmacist_id == pharmacist_id, _between(first, until)
    )
    return int((await session.execute(wanted)).scalar_one())


async def overridden(session: AsyncSession, organisation_id: UUID, first: Any, last: Any) -> Sequence[Any]:
    """For each rule that was shown at signing: how often, and how often the doctor went on; the most overridden first."""
    shown, over = func.sum(RuleCount.shown), func.sum(RuleCount.overridden)
    wanted = (
        select(RuleCount.rule, shown.label("shown"), over.label("overridden"))
        .where(RuleCount.organisation_id == organisation_id, RuleCount.day.between(first, last))
        .group_by(RuleCount.rule)
        .order_by(over.desc(), RuleCount.rule)
    )
    return (await session.execute(wanted)).all()


async def reports(session: AsyncSession, first: datetime, until: datetime) -> Sequence[Any]:
    """How many prescriptions each hospital's pharmacists rejected, by reason; who wrote or reviewed them is not told."""
    wanted = (
        select(ReviewDecision.organisation_id, ReviewDecision.code, func.count(ReviewDecision.id).label("rejected"))
        .where(ReviewDecision.decision == "reject", _between(first, until))
        .group_by(ReviewDecision.organisation_id, ReviewDecision.code)
        .order_by(ReviewDecision.organisation_id, ReviewDecision.code)
    )
    return (await session.execute(wanted)).all()


def _between(first: datetime, until: datetime) -> Any:
    return and_(ReviewDecision.decided_at >= first, ReviewDecision.decided_at < until)


# --- samples


async def draw(
    session: AsyncSession, organisation_id: UUID, seed: UUID, first: datetime, until: datetime, size: int, *rule: Any
) -> Sequence[UUID]:
    """So many approved prescriptions of that time that no sample holds yet, by the lot that the seed throws."""
    lot = func.md5(func.concat(str(seed), Prescription.id))
    wanted = (
        _reviewed(organisation_id, first, until, *rule)
        .with_only_columns(Prescription.id)
        .where(~select(PostReview.id).where(PostReview.prescription_id == Prescription.id).exists())
        .order_by(lot)
        .limit(size)
    )
    return (await session.scalars(wanted)).all()


async def reviewed_between(session: AsyncSession, organisation_id: UUID, first: datetime, until: datetime) -> int:
    """How many prescriptions were approved in that time."""
    wanted = _reviewed(organisation_id, first, until).with_only_columns(func.count(Prescription.id))
    return int((await session.execute(wanted)).scalar_one())


def _reviewed(organisation_id: UUID, first: datetime, until: datetime, *rule: Any) -> Select[Any]:
    return select(Prescription).where(
        Prescription.organisation_id == organisation_id,
        Prescription.review_signature_id.is_not(None),
        Prescription.decided_at >= first,
        Prescription.decided_at < until,
        *rule,
    )


async def add_samples(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> int:
    """Write a sample; what another sample took in the same moment is left to it. How many were written."""
    if not rows:
        return 0
    written = insert(PostReview).values(list(rows)).on_conflict_do_nothing().returning(PostReview.id)
    return len((await session.scalars(written)).all())


async def sampled(
    session: AsyncSession, organisation_id: UUID, limit: int
) -> Sequence[Found[PostReview, Prescription]]:
    """The samples of a hospital with their prescriptions: the open ones, then the latest judged."""
    wanted = (
        select(PostReview, Prescription)
        .join(Prescription, Prescription.id == PostReview.prescription_id)
        .where(PostReview.organisation_id == organisation_id)
        .order_by(PostReview.judged_at.desc().nulls_first(), PostReview.drawn_at.desc(), PostReview.id)
        .limit(limit)
    )
    return (await session.execute(wanted)).all()


async def sample(session: AsyncSession, sample_id: UUID) -> PostReview | None:
    """One prescription of a sample."""
    return await session.get(PostReview, sample_id, populate_existing=True)


async def sample_of(session: AsyncSession, prescription_id: UUID) -> PostReview | None:
    """The sample's row of a prescription, when one holds it."""
    wanted = select(PostReview).where(PostReview.prescription_id == prescription_id)
    return (await session.scalars(wanted)).one_or_none()


async def judge(session: AsyncSession, sample_id: UUID, **values: Any) -> PostReview | None:
    """Write the verdict; None when somebody judged it first."""
    statement = (
        update(PostReview)
        .where(PostReview.id == sample_id, PostReview.verdict.is_(None))
        .values(**values)
        .returning(PostReview)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()
