"""SQL of chronic care."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from prescriptions.model import StepRow

from .model import Counselling, Question, Refusal, Renewal


async def supplied_on(session: AsyncSession, prescription_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each of these prescriptions was last handed to its patient, or else dispensed."""
    wanted = (
        select(StepRow.prescription_id, StepRow.at)
        .where(
            StepRow.prescription_id.in_(prescription_ids),
            StepRow.verb.in_(["dispense", "dispense_part", "hand_over", "deliver"]),
        )
        .order_by(StepRow.at)
    )
    return {row[0]: row[1] for row in await session.execute(wanted)}


async def renewal(session: AsyncSession, renewal_id: UUID) -> Renewal | None:
    """One request."""
    return await session.get(Renewal, renewal_id, populate_existing=True)


async def ask(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a request; False when one is open for the same prescription."""
    statement = insert(Renewal).values(**values).on_conflict_do_nothing().returning(Renewal.id)
    return (await session.execute(statement)).first() is not None


async def move_renewal(
    session: AsyncSession, renewal_id: UUID, before: Collection[str], after: str, **values: Any
) -> Renewal | None:
    """Take a request further; None when somebody was first."""
    statement = (
        update(Renewal)
        .where(Renewal.id == renewal_id, Renewal.status.in_(before))
        .values(status=after, **values)
        .returning(Renewal)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def renewals_of_patients(session: AsyncSession, patient_ids: Collection[UUID], limit: int) -> Sequence[Renewal]:
    """What these patients asked for, the newest first."""
    wanted = select(Renewal).where(Renewal.patient_id.in_(patient_ids)).order_by(Renewal.asked_at.desc(), Renewal.id)
    return (await session.scalars(wanted.limit(limit))).all()


async def renewals_for_doctor(
    session: AsyncSession, doctor_id: UUID, organisation_id: UUID, limit: int
) -> Sequence[Renewal]:
    """What a doctor is asked for and has not drawn yet, the oldest first."""
    open_ones = (Renewal.doctor_id == doctor_id, Renewal.organisation_id == organisation_id)
    wanted = select(Renewal).where(*open_ones, Renewal.status.in_(["asked", "accepted"])).order_by(Renewal.asked_at)
    return (await session.scalars(wanted.limit(limit))).all()


async def asked_before(session: AsyncSession, instant: datetime, limit: int) -> Sequence[UUID]:
    """The open requests from before an instant."""
    wanted = select(Renewal.id).where(Renewal.status.in_(["asked", "accepted"]), Renewal.asked_at < instant)
    return (await session.scalars(wanted.order_by(Renewal.id).limit(limit))).all()


async def counselling_of(session: AsyncSession, prescription_id: UUID) -> Sequence[Counselling]:
    """What pharmacists told, the first first."""
    wanted = select(Counselling).where(Counselling.prescription_id == prescription_id).order_by(Counselling.at)
    return (await session.scalars(wanted)).all()


async def questions_of(session: AsyncSession, prescription_id: UUID) -> Sequence[Question]:
    """What was asked about a prescription, the first first."""
    wanted = select(Question).where(Question.prescription_id == prescription_id).order_by(Question.at, Question.id)
    return (await session.scalars(wanted)).all()


async def open_questions(session: AsyncSession, organisation_id: UUID, limit: int) -> Sequence[Question]:
    """What an institution's pharmacists have not answered, the oldest first."""
    wanted = select(Question).where(Question.organisation_id == organisation_id, Question.answered_at.is_(None))
    return (await session.scalars(wanted.order_by(Question.at, Question.id).limit(limit))).all()


async def question(session: AsyncSession, question_id: UUID) -> Question | None:
    """One question."""
    return await session.get(Question, question_id, populate_existing=True)


async def answer(session: AsyncSession, question_id: UUID, by: UUID, at: datetime, words: bytes) -> bool:
    """Answer a question once; False when a colleague was first."""
    statement = (
        update(Question)
        .where(Question.id == question_id, Question.answered_at.is_(None))
        .values(answered_by=by, answered_at=at, answer=words)
        .returning(Question.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def refuse(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a refusal; False when the line was refused before."""
    statement = insert(Refusal).values(**values).on_conflict_do_nothing().returning(Refusal.item_id)
    return (await session.execute(statement)).first() is not None


async def refusals_of(session: AsyncSession, prescription_ids: Collection[UUID]) -> Sequence[Refusal]:
    """The refused lines of these prescriptions."""
    return (await session.scalars(select(Refusal).where(Refusal.prescription_id.in_(prescription_ids)))).all()
