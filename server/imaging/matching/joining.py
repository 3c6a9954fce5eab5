"""What happens when pictures arrive by machine: they join the order that they name, when the patient agrees, or wait.

What a person uploads by page is that person's to say (`arrivals`), so here it only waits.
"""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role
from server.foundation.ground import push
from server.foundation.work import Work
from server.imaging.orders.finding import OrderFacts, by_accession
from server.imaging.studies import service as studies
from server.imaging.studies.events import StudyArrived
from server.imaging.studies.facts import CameBy, StudyFacts

from . import store
from .comparing import compared_with
from .rules import Waits, joins_order

TOPIC: Final = "imaging-unmatched"


async def may_watch(work: Work, subject: str) -> bool:
    """An institution's list is watched by who works on it."""
    return work.actor.role in (Role.DOCTOR, Role.CLINIC_WORKER) and subject == str(work.actor.organisation_id)


async def on_arrived(work: Work, event: StudyArrived) -> None:
    """Join or wait; the subscriber of arriving studies. Rule: imaging-42"""
    study = await studies.study_facts(work, event.study_id)
    if study.patient_id is not None:
        return
    order, waits = await _order_of(work, study)
    if waits is None and order is not None:
        await studies.match(work, study.id, order.patient_id, order.id)
        return
    await _wait(work, study, waits or Waits.NO_ACCESSION)


async def _order_of(work: Work, study: StudyFacts) -> tuple[OrderFacts | None, Waits | None]:
    """The order that it may join by itself; or why it waits."""
    if study.came_by is CameBy.PAGE:
        return None, Waits.BY_HAND
    if not study.accession_number:
        return None, Waits.NO_ACCESSION
    order = await by_accession(work, study.organisation_id, study.accession_number)
    if order is None:
        return None, Waits.ACCESSION_UNKNOWN
    if not order.takes_pictures:
        return None, Waits.ORDER_OVER
    return order, joins_order(await compared_with(work, study.named, order.patient_id))


async def _wait(work: Work, study: StudyFacts, reason: Waits) -> None:
    new = await store.wait(
        work.session,
        {
            "study_id": study.id,
            "organisation_id": study.organisation_id,
            "reason": str(reason),
            "arrived_at": work.now,
        },
    )
    if new:
        work.audit("imaging-study.wait", "imaging-study", study.id, reason=reason)
    work.after_commit(push(f"{TOPIC}:{study.organisation_id}", study.id))
