"""Imaging orders over HTTP: placed, listed, shown, cancelled, acquired, sent back, acknowledged."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.cooperation.errors import NoAgreement
from server.foundation.actor import PATIENT_SIDE, OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import SIGNED_IN, Body, Query, Routes
from server.foundation.work import Work
from server.imaging.orders import steps
from server.imaging.orders.access import ANYONE
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.content import Asked, AskedDiagnosis
from server.imaging.orders.errors import (
    CriticalStillOpen,
    NoOwnRadiologists,
    NoPicturesYet,
    NoReadingDepartment,
    NoSuchImagingReason,
    NoSuchProcedure,
    NotPerformedThere,
)
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.places import BadPlace
from server.imaging.orders.rules import Urgency
from server.imaging.recognition.errors import RecognisedResultExists
from server.imaging.recognition.recognising import Refusal
from server.imaging.worklist.errors import ExamClaimedByAnother

from . import acquiring, ending, lists, placing, showing
from .lists import Box
from .placing import NewOrder
from .views import (
    ImagingCatalogueView,
    ImagingOrderStepView,
    ImagingOrdersView,
    ImagingOrderView,
    ImagingProcedureView,
    ImagingWordView,
)

routes = Routes()
_ORDER: Final = "imaging.order"
_SEE: Final = "imaging.see-orders"
_Words = Annotated[str, Field(max_length=500)]
_Code = Annotated[str, Field(min_length=1, max_length=40)]


class ImagingReasonBody(Body):
    """A code of its list, and what there is to say beside it."""

    code: _Code
    text: _Words = ""


class NewImagingOrderBody(Body):
    """What is ordered. Empty institutions: taken here; read here where that can be, else where the best agreement says."""

    patient_id: UUID
    procedure_code: _Code
    urgency: Urgency = Urgency.ORDINARY
    reason: Annotated[str, Field(min_length=2, max_length=2000)]
    diagnosis: Annotated[tuple[AskedDiagnosis, ...], Field(max_length=10)] = ()
    allergies: _Words = ""
    reading_organisation_id: UUID | None = None
    performing_organisation_id: UUID | None = None
    not_recognised: ImagingReasonBody | None = Field(
        None, description="Why the examination is needed although a result of it is recognised"
    )

    def order(self) -> NewOrder:
        """As the use case takes it."""
        reading, performing = self.reading_organisation_id, self.performing_organisation_id
        refusal = self.not_recognised
        return NewOrder(
            patient_id=PersonId(self.patient_id),
            procedure_code=self.procedure_code,
            urgency=self.urgency,
            asked=Asked(reason=self.reason, diagnosis=self.diagnosis, allergies=self.allergies),
            reading_organisation_id=OrganisationId(reading) if reading else None,
            performing_organisation_id=OrganisationId(performing) if performing else None,
            not_recognised=Refusal(refusal.code, refusal.text) if refusal else None,
        )


class ImagingOrdersQuery(Query):
    """Whose orders: a patient's, or a box of the own institution; empty: the acting patient's and their wards'."""

    patient_id: UUID | None = None
    box: Box = Box.INSTITUTION
    state: Status | None = None
    after: Annotated[str, Field(max_length=200)] | None = None


@routes.get("/api/imaging/catalogue", may=SIGNED_IN)
async def read_imaging_catalogue(work: Work) -> ImagingCatalogueView:
    """What can be ordered, and the coded reasons, in both languages."""
    known = catalogue()
    lists = ("modalities", "body_parts", "quality", "cancel", "not_recognised", "critical")
    words = {name: [ImagingWordView.model_validate(each) for each in getattr(known, name).values()] for name in lists}
    procedures = [ImagingProcedureView.model_validate(each) for each in known.procedures.values()]
    return ImagingCatalogueView(procedures=procedures, **words)


@routes.post(
    "/api/imaging/orders",
    may=_ORDER,
    status=201,
    problems=(
        Unknown,
        NoSuchProcedure,
        NotPerformedThere,
        NoAgreement,
        NoOwnRadiologists,
        NoReadingDepartment,
        RecognisedResultExists,
        NoSuchImagingReason,
    ),
)
async def place_imaging_order(work: Work, body: NewImagingOrderBody) -> ImagingOrderView:
    """Order an examination; it is read by the institution with which there is an agreement."""
    return await _shown(work, await placing.place(work, body.order()))


@routes.get("/api/imaging/orders", may=_SEE, problems=(Unknown, BadPlace))
async def list_imaging_orders(work: Work, query: ImagingOrdersQuery) -> ImagingOrdersView:
    """Orders, the newest first."""
    if query.patient_id is not None:
        found = await lists.of_patient(work, PersonId(query.patient_id), query.state, query.after)
    elif work.actor.role in PATIENT_SIDE:
        found = await lists.of_family(work, query.state, query.after)
    else:
        found = await lists.of_institution(work, query.box, query.state, query.after)
    return ImagingOrdersView(items=await showing.of_orders(work, found[0]), next=found[1])


@routes.get("/api/imaging/orders/{order_id}", may=_SEE, problems=(Unknown,))
async def show_imaging_order(work: Work, order_id: UUID) -> ImagingOrderView:
    """One order."""
    order, party = await steps.own(work, order_id, ANYONE)
    return await showing.of_order(work, order, party)


@routes.get("/api/imaging/orders/{order_id}/steps", may=_SEE, problems=(Unknown,))
async def show_imaging_order_steps(work: Work, order_id: UUID) -> list[ImagingOrderStepView]:
    """Its history, the first step first."""
    order, party = await steps.own(work, order_id, ANYONE)
    return await showing.of_steps(work, order, party)


@routes.post(
    "/api/imaging/orders/{order_id}/cancel",
    may=_ORDER,
    problems=(Unknown, NoSuchImagingReason, CriticalStillOpen, NotInThisState),
)
async def cancel_imaging_order(work: Work, order_id: UUID, body: ImagingReasonBody) -> ImagingOrderView:
    """Cancel it, with a reason; possible until a report is signed."""
    return await _shown(work, await ending.cancel(work, order_id, body.code, body.text))


@routes.post(
    "/api/imaging/orders/{order_id}/acquired",
    may=_ORDER,
    problems=(Unknown, NoPicturesYet, NotInThisState),
)
async def note_imaging_acquired(work: Work, order_id: UUID) -> ImagingOrderView:
    """The examination is done and its pictures are here; usually they have said so by themselves."""
    return await _shown(work, await acquiring.acquired(work, order_id))


@routes.post(
    "/api/imaging/orders/{order_id}/reject-quality",
    may="imaging.read",
    problems=(Unknown, NoSuchImagingReason, ExamClaimedByAnother, NotInThisState),
)
async def reject_imaging_quality(work: Work, order_id: UUID, body: ImagingReasonBody) -> ImagingOrderView:
    """Send the pictures back to be taken again."""
    return await _shown(work, await ending.reject_quality(work, order_id, body.code, body.text))


@routes.post(
    "/api/imaging/orders/{order_id}/acknowledge",
    may=_ORDER,
    problems=(Unknown, CriticalStillOpen, NotInThisState),
)
async def acknowledge_imaging_report(work: Work, order_id: UUID) -> ImagingOrderView:
    """The report was read by whom it went back to."""
    return await _shown(work, await ending.acknowledge(work, order_id))


async def _shown(work: Work, order: ImagingOrder) -> ImagingOrderView:
    party = await steps.party_of(work, order)
    assert party is not None, "whoever moved it has a part in it"
    return await showing.of_order(work, order, party)
