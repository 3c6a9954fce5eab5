"""A signed report goes back to the primary doctor and the patient: at once, or when its critical value is acknowledged."""

from __future__ import annotations

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work
from server.imaging.events import ReportReturned

from . import steps, telling
from .access import UNSETTLED
from .lifecycle import LIFE, Status
from .model import ImagingOrder


async def return_report(work: Work, order: ImagingOrder) -> ImagingOrder:
    """Return what is signed and not returned yet, unless a critical value is open; the order as it stands then.

    Rule: imaging-32, imaging-33
    """
    if not LIFE.allows(Status(order.status), "return") or order.returned_version == order.report_version:
        return order
    returned = await steps.attempt(
        work,
        order,
        "return",
        ImagingOrder.critical.not_in(sorted(UNSETTLED)),
        returned_version=order.report_version,
        returned_at=work.now,
    )
    if returned is None:
        return order
    amended = returned.status == Status.AMENDED
    await telling.requester(work, returned, "imaging-amended-for-doctor" if amended else "imaging-report-for-doctor")
    await telling.patient(work, returned, "imaging-amended" if amended else "imaging-report")
    assert returned.report_version is not None, "what is returned was signed"
    work.record(
        ReportReturned(
            returned.id,
            PersonId(returned.patient_id),
            OrganisationId(returned.organisation_id),
            returned.report_version,
        )
    )
    return returned
