"""What devices and peers are called, for lists of what they sent."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from server.foundation.work import Work

from . import store


async def names(work: Work, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these devices and peers, ended ones too; unknown ids are left out."""
    return await store.names(work.session, ids) if ids else {}
