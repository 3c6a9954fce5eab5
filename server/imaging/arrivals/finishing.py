"""What is in an upload, and making it somebody's: compared file by file with the patient chosen; several people stop and ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from server.consultations import service as consultations
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.matching import attaching
from server.imaging.matching.comparing import compared_with
from server.imaging.matching.errors import OrderTakesNoPictures, StudyDecidedAlready
from server.imaging.matching.rules import FIELDS, Doubt, Fits, doubts, fits
from server.imaging.orders.finding import OrderFacts, order_facts
from server.imaging.studies import service as studies
from server.imaging.studies.facts import StudyFacts

from . import store
from .errors import ArrivalOver, MixedPatients, NothingArrived, NotThisPatient
from .model import Arrival
from .people import Person, opened
from .receiving import own

MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Found:
    """One study of an upload: whom its files name (one, unless it is mixed), and whether that is the patient chosen."""

    study: StudyFacts
    people: list[Person] = field(repr=False)
    files: int
    fits: Fits
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose a study shall be."""

    study_uid: str
    patient_id: PersonId
    order_id: UUID | None


async def check(work: Work, arrival_id: UUID) -> list[Found]:
    """What has come, study by study, beside the patient for whom the upload was begun. Raises: Unknown, ArrivalOver.

    Rule: imaging-44
    """
    row = await _open(work, arrival_id)
    return [await _found(work, row, *each) for each in await _contents(work, row)]


async def finish(work: Work, arrival_id: UUID, choices: Sequence[Choice], reason: str | None) -> None:
    """Make studies of an upload their patients'; those not chosen wait in 待匹配.

    Raises: Unknown, ArrivalOver, NothingArrived, MixedPatients, NotThisPatient (without a reason), StudyDecidedAlready.
    Rule: imaging-44
    """
    row = await _open(work, arrival_id, lock=True)
    contents = {each[0].study_uid: each for each in await _contents(work, row)}
    if not choices:
        raise NothingArrived
    unlike: list[dict[str, object]] = []
    settled = []
    for choice in choices:
        if choice.study_uid not in contents:
            raise Unknown
        study, people, _ = contents[choice.study_uid]
        order = await _order(work, choice)
        found = await _doubts(work, people, choice.patient_id)
        if any(each in FIELDS for each in found):
            unlike.append({"study_uid": choice.study_uid, "differences": sorted(found)})
        settled.append((study, choice, order, found))
    if unlike and not reason:
        raise NotThisPatient(studies=unlike)
    for study, choice, order, found in settled:
        await _settle(work, row, study, choice, order, found)
    await _end(work, row, reason)


async def _contents(work: Work, row: Arrival) -> list[tuple[StudyFacts, list[Person], int]]:
    """Each study, the people whom its files name, how many files it has."""
    files = await store.files(work.session, row.id)
    people = {each.whom: opened(work, each) for each in await store.people(work.session, row.id)}
    whose: dict[UUID, set[bytes]] = {}
    counts: dict[UUID, int] = {}
    for each in files:
        if each.study_id is None or each.state not in ("kept", "same"):
            continue
        counts[each.study_id] = counts.get(each.study_id, 0) + 1
        if each.whom:
            whose.setdefault(each.study_id, set()).add(each.whom)
    return [
        (study, [people[whom] for whom in sorted(whose.get(study.id, ())) if whom in people], counts[study.id])
        for study in await studies.studies_by_id(work, list(counts))
    ]


async def _found(work: Work, row: Arrival, study: StudyFacts, people: list[Person], files: int) -> Found:
    if len(people) > 1:
        return Found(study, people, files, Fits.NO, [MIXED])
    if row.patient_id is None or not people:
        return Found(study, people, files, Fits.UNKNOWN, [])
    compared = await compared_with(work, people[0].named, PersonId(row.patient_id))
    return Found(study, people, files, fits(compared), [str(each) for each in sorted(doubts(compared))])


async def _doubts(work: Work, people: list[Person], patient_id: PersonId) -> frozenset[Doubt]:
    if len(people) > 1:
        raise MixedPatients
    if not people:
        return frozenset({Doubt.NOTHING_AGREES})
    return doubts(await compared_with(work, people[0].named, patient_id))


async def _order(work: Work, choice: Choice) -> OrderFacts | None:
    """The order chosen; without one, the patient is one whom the institution knows. Raises: Unknown."""
    if choice.order_id is None:
        await identity.patient_here(work, choice.patient_id)
        return None
    order = await order_facts(work, choice.order_id)
    if work.actor.organisation not in (order.organisation_id, order.performing_organisation_id):
        raise Unknown
    if order.patient_id != choice.patient_id:
        raise Unknown
    if not order.takes_pictures:
        raise OrderTakesNoPictures
    return order


async def _settle(
    work: Work, row: Arrival, study: StudyFacts, choice: Choice, order: OrderFacts | None, found: frozenset[Doubt]
) -> None:
    if study.patient_id is not None and study.patient_id != choice.patient_id:
        raise StudyDecidedAlready
    if study.patient_id is None:
        await attaching.settle(work, study, choice.patient_id, order, found)
    elif order is not None and study.order_id != order.id:
        await studies.match(work, study.id, choice.patient_id, order.id)
    await studies.complete(work, study.id)
    if row.request_id is not None:
        await consultations.attach_study(work, row.request_id, study.id)


async def _end(work: Work, row: Arrival, reason: str | None) -> None:
    words = work.ground.fields.seal(reason, "imaging_arrivals", "words", row.id, None) if reason else None
    if not await store.end(work.session, row.id, "finished", work.now, words):
        raise ArrivalOver
    work.audit("imaging-arrival.finish", "imaging-arrival", row.id, reason=reason is not None)


async def _open(work: Work, arrival_id: UUID, *, lock: bool = False) -> Arrival:
    await own(work, arrival_id)
    row = await store.arrival(work.session, arrival_id, lock=lock)
    if row is None or row.state != "open":
        raise ArrivalOver
    return row
