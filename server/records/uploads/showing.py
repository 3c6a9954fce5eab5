"""Files on their way as those are told who work with what they are for; access is the caller's."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from server.foundation.work import Work

from . import store
from .receiving import UploadFacts, facts_of


async def uploads_of(work: Work, upload_ids: Collection[UUID]) -> dict[UUID, UploadFacts]:
    """These uploads by their ids; what was dropped or swept is left out."""
    found = {}
    for upload_id in upload_ids:
        row = await store.upload(work.session, upload_id, lock=False)
        if row is not None:
            found[upload_id] = await facts_of(work, row)
    return found
