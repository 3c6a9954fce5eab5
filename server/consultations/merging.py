"""A patient who was registered twice: coming visits go with their bookings to the record that is kept."""

from __future__ import annotations

from server.foundation.ground import push
from server.foundation.work import Work
from server.identity.errors import MergeLater
from server.identity.events import PatientMerged
from server.records import service as records

from . import store
from .lifecycle import Status
from .model import Visit


async def on_patient_merged(work: Work, event: PatientMerged) -> None:
    """Visits that are booked and nothing more become the kept record's; past ones stay where they were.

    Raises: MergeLater, when one is being prepared or goes on: what was written is sealed for the merged record.
    """
    visits = await store.ahead_of_patient(work.session, event.merged_id)
    if any(not _untouched(visit) for visit in visits):
        raise MergeLater
    await records.move_encounters(work, [visit.id for visit in visits], event.keep_id)
    for visit in visits:
        visit.patient_id = event.keep_id
        work.after_commit(push(f"queue:{visit.session_id}", visit.session_id))
        work.after_commit(push(f"worklist:{visit.doctor_id}", visit.session_id))
    await work.session.flush()


def _untouched(visit: Visit) -> bool:
    prepared = (visit.precheck, visit.device, visit.recording_declined_at)
    return visit.status == Status.BOOKED and all(each is None for each in prepared)
