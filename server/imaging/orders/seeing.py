"""The right to see a study that an order gives: to the department that reads it, and to where it was ordered and taken."""

from __future__ import annotations

from server.foundation.work import Work
from server.imaging.access import Right, StudyRef

from . import steps, store
from .access import Party
from .lifecycle import Status

_RIGHTS = {Party.RADIOLOGIST: Right.READING, Party.REQUESTER: Right.OWNER, Party.PERFORMER: Right.OWNER}


async def by_order(work: Work, study: StudyRef) -> Right | None:
    """The right that an order of this study gives to the actor; None for the patient's side, whose record gives it, and to
    nobody who reads once the order is cancelled.

    Rule: imaging-23
    """
    order = await store.order_of_study(work.session, study.id)
    if order is None or work.actor.person_id is None:
        return None
    party = await steps.party_of(work, order)
    if party is None or (party is Party.RADIOLOGIST and order.status == Status.CANCELLED):
        return None
    return _RIGHTS.get(party)
