"""What was set aside: the list for the institution whose senders sent it. The files are kept, and never shown as pictures."""

from __future__ import annotations

from typing import Final

from server.foundation.work import Work
from server.imaging.dicom.verdict import SENTENCES, Reason

from . import store
from .facts import CameBy
from .views import ImagingQuarantinedView

_LONGEST_LIST: Final = 200


async def quarantined(work: Work) -> list[ImagingQuarantinedView]:
    """The newest first."""
    rows = await store.quarantined(work.session, work.actor.organisation, _LONGEST_LIST)
    english = work.language == "en"
    return [
        ImagingQuarantinedView(
            id=row.id,
            at=row.at,
            name=work.ground.fields.open(row.name, "imaging_quarantine", "name", row.id, None),
            reason=row.reason,
            sentence=SENTENCES[Reason(row.reason)][english],
            came_by=CameBy(row.came_by),
            device_id=row.device_id,
            size=row.length,
        )
        for row in rows
    ]
