"""What is overdue: first the department is told, then, when still nobody finished it, the head of the centre."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from server.foundation.work import Work
from server.imaging.orders import steps, telling
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.rules import Urgency
from server.settings import ExamSettings

from . import store

TOLD_NOBODY: Final = 0
TOLD_DEPARTMENT: Final = 1
TOLD_HEAD: Final = 2
_AT_ONCE: Final = 200


async def escalate_overdue(work: Work) -> None:
    """Tell whoever can still help, each once. Rule: imaging-28"""
    settings = work.part(ExamSettings)
    for order in await store.overdue(work.session, work.now, _AT_ONCE):
        stage = stage_of(order, settings, work)
        if stage > order.escalated:
            await _escalate(work, order, stage)


def stage_of(order: ImagingOrder, settings: ExamSettings, work: Work) -> int:
    """Who should have been told by now. Rule: imaging-28"""
    if order.due_at is None or order.due_at > work.now:
        return TOLD_NOBODY
    emergency = order.urgency == Urgency.EMERGENCY
    further = settings.escalate_emergency_s if emergency else settings.escalate_ordinary_s
    return TOLD_HEAD if order.due_at + timedelta(seconds=further) <= work.now else TOLD_DEPARTMENT


async def _escalate(work: Work, order: ImagingOrder, stage: int) -> None:
    before = order.escalated
    moved = await steps.attempt(work, order, "escalate", code=str(stage), escalated=stage, escalated_at=work.now)
    if moved is None:
        return  # finished in this very moment
    if before < TOLD_DEPARTMENT:
        await telling.department(work, moved, "imaging-overdue")
    if stage == TOLD_HEAD:
        await telling.head(work, moved, "imaging-overdue-head")
