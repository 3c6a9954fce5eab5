"""The work itself: an offline expert opens the papers and writes without a meeting; an expert ends what was begun.

A meeting takes `begin` and `conclude` by itself, when the first expert joins and when it ends.
"""

from __future__ import annotations

from uuid import UUID

from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work

from . import access, experts, steps
from .content import Mode
from .model import RemoteRequest


async def begin_offline(work: Work, request_id: UUID) -> RemoteRequest:
    """An expert opens an offline consultation: from now on opinions are written. A second expert finds it open.

    Raises: Unknown, NotInThisState (there is a meeting, or it is not scheduled). Rule: remote-6
    """
    request, _ = await steps.own(work, request_id, access.EXPERTS)
    if request.mode != Mode.OFFLINE:
        raise NotInThisState(status=request.status)
    begun = await steps.attempt(work, request, "begin")
    if begun is not None:
        request = await steps.take(work, begun, "conclude")
    await experts.mark(work, request, work.actor.person, "joined")
    return request


async def conclude(work: Work, request_id: UUID, version: int) -> RemoteRequest:
    """The lead ends the talk; what is left is the report. Raises: Unknown, RequestChanged, NotInThisState. Rule: remote-6"""
    request, _ = await steps.own(work, request_id, access.EXPERTS)
    steps.require_version(request, version)
    return await steps.take(work, request, "conclude")
