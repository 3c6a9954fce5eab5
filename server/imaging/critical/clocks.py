"""Critical values that nobody acknowledged in time: both institutions are told again, then the head of the centre."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from server.foundation.jobs import every
from server.foundation.work import Work
from server.imaging.orders import store as orders
from server.imaging.orders import telling
from server.settings import ExamSettings

from . import store
from .model import ImagingCritical

_AT_ONCE: Final = 200


async def escalate_critical(work: Work) -> None:
    """Tell everybody who can still help, each once. Rule: imaging-33"""
    further = timedelta(seconds=work.part(ExamSettings).critical_head_s)
    for critical in await store.overdue(work.session, work.now, _AT_ONCE):
        stage = 2 if critical.due_at + further <= work.now else 1
        if stage > critical.escalated:
            await _escalate(work, critical, stage)


async def _escalate(work: Work, critical: ImagingCritical, stage: int) -> None:
    before = critical.escalated
    moved = await store.move(
        work.session, critical, "escalate", work.actor.role, escalated=stage, escalated_at=work.now
    )
    order = await orders.by_id(work.session, critical.order_id)
    if moved is None or order is None:
        return  # acknowledged in this very moment
    work.audit("imaging-critical.escalate", "imaging_critical", critical.id, stage=stage)
    if before < 1:
        await telling.institution(work, order, "imaging-critical")
        await telling.department(work, order, "imaging-critical-overdue")
    if stage == 2:
        await telling.head(work, order, "imaging-critical-overdue")


@every("* * * * * */20", "imaging.escalate_critical")
async def _scan(work: Work) -> None:
    """Rule: imaging-33"""
    await escalate_critical(work)


JOBS: Final = (_scan,)
