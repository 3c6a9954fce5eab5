"""Use cases of 待匹配: what waits, whom it could be, attaching with each difference confirmed, rejecting with a reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.problems import invalid_field
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.devices import naming
from server.imaging.orders.finding import OrderFacts, by_accession, order_facts
from server.imaging.studies import service as studies
from server.imaging.studies.facts import StudyFacts

from . import store
from .comparing import compared_with
from .errors import DifferencesNotConfirmed, OrderTakesNoPictures, StudyDecidedAlready
from .joining import TOPIC
from .model import Matching
from .rules import Compared, Doubt, Fits, Waits, doubts, fits, unconfirmed

_LONGEST_LIST: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A study that waits: why, what it says, whence it came, and the order that its accession number names, if any."""

    study: StudyFacts
    reason: Waits
    arrived_at: datetime
    source: str
    order: OrderFacts | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a study could be attached to, and what must be confirmed for it."""

    patient_id: PersonId
    order_id: UUID | None
    fields: list[Compared] = field(repr=False)
    confirm: list[Doubt]
    fits: Fits


async def waiting(work: Work) -> list[Waiting]:
    """What waits at the acting institution, the newest first."""
    rows = await store.waiting(work.session, work.actor.organisation, _LONGEST_LIST)
    facts = {each.id: each for each in await studies.studies_by_id(work, [row.study_id for row in rows])}
    sources = await naming.names(work, {each.device_id for each in facts.values() if each.device_id})
    return [await _waiting(work, row, facts[row.study_id], sources) for row in rows if row.study_id in facts]


async def _waiting(work: Work, row: Matching, study: StudyFacts, sources: dict[UUID, str]) -> Waiting:
    order = None
    if study.accession_number:
        order = await by_accession(work, study.organisation_id, study.accession_number)
    source = sources.get(study.device_id, "") if study.device_id else ""
    return Waiting(study, Waits(row.reason), row.arrived_at, source, order)


async def compare_with(work: Work, study_id: UUID, *, order_id: UUID | None, patient_id: UUID | None) -> Candidate:
    """A waiting study beside an order's patient, or a patient of the institution. Raises: Unknown, Invalid."""
    study = await _own(work, study_id)
    patient, order = await _whose(work, order_id, patient_id)
    compared = await compared_with(work, study.named, patient)
    work.audit("imaging-study.compare", "imaging-study", study_id, patient_id=patient)
    return Candidate(patient, order.id if order else None, compared, sorted(doubts(compared)), fits(compared))


async def attach(
    work: Work, study_id: UUID, *, order_id: UUID | None, patient_id: UUID | None, confirmed: Collection[Doubt]
) -> None:
    """Make a waiting study an order's, or a patient's.

    Raises: Unknown, Invalid, StudyDecidedAlready, OrderTakesNoPictures, DifferencesNotConfirmed. Rule: imaging-43
    """
    study = await _own(work, study_id)
    patient, order = await _whose(work, order_id, patient_id)
    if order is not None and not order.takes_pictures:
        raise OrderTakesNoPictures
    compared = await compared_with(work, study.named, patient)
    missing = unconfirmed(compared, confirmed)
    if missing:
        raise DifferencesNotConfirmed(differences=sorted(missing))
    await settle(work, study, patient, order, doubts(compared))


async def settle(
    work: Work, study: StudyFacts, patient_id: PersonId, order: OrderFacts | None, confirmed: Collection[Doubt]
) -> None:
    """Write down that a study was attached, with what was confirmed. Raises: StudyDecidedAlready."""
    values = {
        "state": "attached",
        "decided_at": work.now,
        "decided_by": work.actor.person,
        "patient_id": patient_id,
        "order_id": order.id if order else None,
        "differences": sorted(confirmed),
    }
    if not await store.decide(work.session, study.id, values):
        raise StudyDecidedAlready
    await studies.match(work, study.id, patient_id, order.id if order else None)
    by = "order" if order else "patient"
    work.audit(
        "imaging-study.attach", "imaging-study", study.id, patient_id=patient_id, by=by, confirmed=len(confirmed)
    )
    _tell(work, study)


async def reject(work: Work, study_id: UUID, words: str) -> None:
    """Say that nobody here can be found for it, or that it must not be kept. Raises: Unknown, StudyDecidedAlready."""
    study = await _own(work, study_id)
    await turn_away(work, study, words)


async def turn_away(work: Work, study: StudyFacts, words: str) -> None:
    """Write down that a study was rejected. Raises: StudyDecidedAlready."""
    sealed = work.ground.fields.seal(words, "imaging_matchings", "words", study.id, None)
    values = {"state": "rejected", "decided_at": work.now, "decided_by": work.actor.person, "words": sealed}
    if not await store.decide(work.session, study.id, values):
        raise StudyDecidedAlready
    await studies.reject(work, study.id)
    work.audit("imaging-study.reject", "imaging-study", study.id)
    _tell(work, study)


def _tell(work: Work, study: StudyFacts) -> None:
    work.after_commit(push(f"{TOPIC}:{study.organisation_id}", study.id))


async def _own(work: Work, study_id: UUID) -> StudyFacts:
    """A study that waits at the acting institution. Raises: Unknown, StudyDecidedAlready."""
    row = await store.matching(work.session, study_id)
    if row is None or row.organisation_id != work.actor.organisation:
        raise Unknown
    if row.state != "waiting":
        raise StudyDecidedAlready
    return await studies.study_facts(work, study_id)


async def _whose(work: Work, order_id: UUID | None, patient_id: UUID | None) -> tuple[PersonId, OrderFacts | None]:
    """The patient meant: an order's of this institution, or one whom it knows. Raises: Unknown, Invalid."""
    if (order_id is None) == (patient_id is None):
        raise invalid_field("/order_id", "请选择一份申请，或一位患者", "Choose one order, or one patient")
    if order_id is not None:
        order = await order_facts(work, order_id)
        if work.actor.organisation not in (order.organisation_id, order.performing_organisation_id):
            raise Unknown
        return order.patient_id, order
    assert patient_id is not None, "one of both was given"
    return (await identity.patient_here(work, PersonId(patient_id))).id, None
