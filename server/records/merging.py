"""Records of a person who was registered twice: what is written stays under the merged id, and is read through the link."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.identity.errors import MergeLater
from server.identity.events import PatientMerged

from . import consents, store_merge
from .rules import Purpose


async def on_patient_merged(work: Work, event: PatientMerged) -> None:
    """Nobody acts for the merged record any more; the clinic asks the person again, for the one that is kept."""
    await consents.withdraw_consent(work, person_id=event.merged_id, purpose=Purpose.ACT_FOR_ME)


async def move_encounters(work: Work, source_ids: Collection[UUID], patient_id: PersonId) -> None:
    """Open encounters of coming visits, and who may read because of them, are this patient's from now on.

    Raises: MergeLater, when something was put into one already: it is sealed with the other record's key.
    """
    if not source_ids:
        return
    if await store_merge.has_content(work.session, source_ids):
        raise MergeLater
    await store_merge.give_encounters(work.session, source_ids, patient_id)
