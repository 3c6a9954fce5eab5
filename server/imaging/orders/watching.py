"""Who may watch orders and worklists: pages that are open are told to fetch again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.foundation.actor import Role
from server.foundation.watching import Topic
from server.foundation.work import Work

from . import steps, store

_STAFF: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})


async def may_watch_order(work: Work, subject: str) -> bool:
    """Whoever has a part in the order. Rule: imaging-23"""
    order_id = _id(subject)
    order = await store.by_id(work.session, order_id) if order_id else None
    return order is not None and await steps.party_of(work, order) is not None


async def may_watch_worklist(work: Work, subject: str) -> bool:
    """The institution's own doctors and clinic workers."""
    return work.actor.role in _STAFF and _id(subject) == work.actor.organisation_id


def _id(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None


TOPICS: Final = (Topic("imaging-order", may_watch_order), Topic("imaging-worklist", may_watch_worklist))
