"""What a pharmacy cannot decide: another drug instead (only the prescriber, dispensing-5); and what it does not have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from prescriptions import steps
from prescriptions import store as all_prescriptions
from prescriptions.lifecycle import Status
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work

from . import redeeming, store, telling
from .errors import NothingToAnswer, SubstitutionAsked
from .model import Shortage, Substitution

LONGEST_LIST: Final = 200


class Why(StrEnum):
    """Why another drug is asked for."""

    OUT_OF_STOCK = "out_of_stock"
    NOT_STOCKED = "not_stocked"
    PATIENT_ASKS = "patient_asks"
    OTHER = "other"


class AnswerTo(StrEnum):
    """What the prescriber decides."""

    AMEND = "amend"  # the prescription comes back to be changed, and is reviewed anew
    KEEP = "keep"  # as it was written, or not at all


async def ask(work: Work, redemption_id: UUID, item_id: UUID, why: Why, words: str) -> Substitution:
    """Ask the prescriber whether another drug may be given; until the answer nothing is counted out.

    Raises: Unknown, NotInThisState when something was dispensed already, SubstitutionAsked. Rule: dispensing-5
    """
    redemption, prescription = await redeeming.own(work, redemption_id)
    if Status(prescription.status) is not Status.LOCKED:
        raise NotInThisState(status=prescription.status)
    rows = await all_prescriptions.items_of(work.session, prescription.id, prescription.version)
    if item_id not in {row.id for row in rows}:
        raise Unknown
    if await store.unchecked(work.session, redemption.id):
        raise NotInThisState(status=prescription.status)
    asked = Substitution(
        id=work.new_id(),
        redemption_id=redemption.id,
        prescription_id=prescription.id,
        prescriber_id=prescription.prescriber_id,
        item_id=item_id,
        code=why,
        asked_by=work.actor.person,
        asked_at=work.now,
    )
    asked.text = await steps.seal(work, prescription, "substitutions", "text", asked.id, words)
    if not await store.added(work.session, asked, "uq_substitutions_open"):
        raise SubstitutionAsked
    await telling.asked(work, prescription)
    steps.tell(work, prescription)
    return asked


async def drop(work: Work, redemption_id: UUID) -> None:
    """Take the question back. Raises: Unknown."""
    redemption, prescription = await redeeming.own(work, redemption_id)
    asked = await store.open_substitution(work.session, redemption.id)
    if asked is None or not await store.answer(work.session, asked.id, answer="dropped", answered_at=work.now):
        raise Unknown
    steps.tell(work, prescription)


async def answer(work: Work, substitution_id: UUID, decision: AnswerTo, words: str) -> Substitution:
    """The prescriber's answer; with `amend` the prescription is back with them, unlocked, to be changed and reviewed anew.

    Raises: Unknown, NothingToAnswer, NotInThisState. Rule: dispensing-5
    """
    asked = await store.substitution(work.session, substitution_id)
    if asked is None or asked.prescriber_id != work.actor.person:
        raise Unknown
    prescription = await all_prescriptions.by_id(work.session, asked.prescription_id, lock=True)
    assert prescription is not None, "prescriptions are never deleted"
    if prescription.organisation_id != work.actor.organisation_id:
        raise Unknown
    text = await steps.seal(work, prescription, "substitutions", "answer_text", asked.id, words) if words else None
    if not await store.answer(work.session, asked.id, answer=str(decision), answer_text=text, answered_at=work.now):
        raise NothingToAnswer
    pharmacy_id = prescription.locked_by_organisation_id
    if decision is AnswerTo.AMEND:
        await steps.take(
            work,
            prescription,
            "send_back",
            code="substitution",
            text=words or None,
            locked_by_organisation_id=None,
            locked_at=None,
            review_code="substitution",
        )
        await store.end_redemption(work.session, asked.redemption_id, work.now, "sent_back")
    steps.tell(work, prescription)
    if pharmacy_id is not None:
        work.after_commit(push(f"redemptions:{pharmacy_id}", prescription.id))
    answered = await store.substitution(work.session, asked.id)
    assert answered is not None, "it was just answered"
    return answered


async def questions(work: Work) -> Sequence[Substitution]:
    """What pharmacies asked the acting doctor, open questions first."""
    return await store.substitutions(work.session, prescriber_id=work.actor.person, limit=LONGEST_LIST)


async def report_shortage(work: Work, drug_id: str | None, name: str, note: str, expected_on: date | None) -> Shortage:
    """Say that the own pharmacy does not have a drug; a second report of the same renews the first."""
    drug = drug_id or name
    known = await store.shortage(work.session, work.actor.organisation, drug)
    if known is not None:
        known.note, known.expected_on, known.reported_at = note, expected_on, work.now
        known.reported_by = work.actor.person
        await work.session.flush()
        return known
    made = Shortage(
        id=work.new_id(),
        organisation_id=work.actor.organisation,
        drug=drug,
        drug_name=name,
        note=note,
        expected_on=expected_on,
        reported_by=work.actor.person,
        reported_at=work.now,
    )
    if not await store.added(work.session, made, "uq_shortages_open"):
        return await report_shortage(work, drug_id, name, note, expected_on)  # a colleague was as fast
    work.audit("shortage.report", "shortage", made.id)
    return made


async def end_shortage(work: Work, shortage_id: UUID) -> None:
    """The own pharmacy has it again. Raises: Unknown."""
    ended = await store.end_shortage(work.session, shortage_id, work.actor.organisation, work.now, work.actor.person)
    if not ended:
        raise Unknown
    work.audit("shortage.end", "shortage", shortage_id)


async def shortages(work: Work) -> Sequence[Shortage]:
    """What is short now at any pharmacy, the newest report first."""
    return await store.shortages(work.session, LONGEST_LIST)
