"""Remote requests over HTTP, from the side that is asked: answer, choose experts and time; and the experts' own answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from server.cooperation.errors import NoAgreement
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Routes
from server.foundation.work import Work

from . import choosing, dispatching, experts, opening, views_whole
from .content import Mode
from .dispatching import Plan
from .errors import BadTime, ExpertBusy, MayNotBeInvited, NoPlaceThen, NotAnExpertHere, OneLead, RequestChanged
from .experts import Chosen
from .http import RemoteDay, RemoteSeen, Words
from .views import RemoteCandidateView, RemoteRequestView

routes = Routes()

_DISPATCH, _CONSULT = "consultations.dispatch", "consultations.consult"
_MOVED = (RequestChanged, NotInThisState)
_PLANNED = (*_MOVED, BadTime, OneLead, NotAnExpertHere, MayNotBeInvited, ExpertBusy, NoPlaceThen)


class ReturnCode(StrEnum):
    """Why a request goes back to be completed."""

    MATERIAL_MISSING = "material_missing"
    SUMMARY_UNCLEAR = "summary_unclear"
    PICTURES_UNREADABLE = "pictures_unreadable"
    OTHER = "other"


class DeclineCode(StrEnum):
    """Why the centre cannot."""

    NO_EXPERT = "no_expert"
    OUT_OF_SCOPE = "out_of_scope"
    GO_IN_PERSON = "go_in_person"
    OTHER = "other"


class RemoteReturn(RemoteSeen):
    """What is missing."""

    code: ReturnCode = ReturnCode.MATERIAL_MISSING
    text: Words


class RemoteDecline(RemoteSeen):
    """The reason (B49)."""

    code: DeclineCode = DeclineCode.OTHER
    text: Words


class RemoteChosen(Body):
    """An expert; of the serving institution, unless another is said."""

    person_id: UUID
    lead: bool = False
    organisation_id: UUID | None = None

    def chosen(self) -> Chosen:
        """As the use case wants it."""
        return Chosen(self.person_id, self.lead, self.organisation_id)


_Experts = Annotated[tuple[RemoteChosen, ...], Field(min_length=1, max_length=12)]


class RemotePlan(RemoteSeen):
    """Who and when; an offline consultation has no time."""

    experts: _Experts
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    mode: Mode | None = None


class RemoteReplan(RemoteSeen):
    """Another time; other experts too, when they are named."""

    experts: _Experts | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    text: Annotated[str, Field(max_length=500)] = ""


class RemoteExperts(RemoteSeen):
    """Exactly these from now on."""

    experts: _Experts
    text: Annotated[str, Field(max_length=500)] = ""


class RemoteAnswer(Body):
    """Whether the expert comes; if not, why."""

    coming: bool
    text: Annotated[str, Field(max_length=500)] = ""


@routes.post("/api/remote-requests/{request_id}/accept", may=_DISPATCH, problems=(*_MOVED, NoAgreement))
async def accept_remote_request(work: Work, request_id: UUID, body: RemoteSeen) -> RemoteRequestView:
    """The centre takes it on."""
    return await views_whole.of_request(work, await dispatching.accept(work, request_id, body.version))


@routes.post("/api/remote-requests/{request_id}/return", may=_DISPATCH, problems=_MOVED)
async def return_remote_request(work: Work, request_id: UUID, body: RemoteReturn) -> RemoteRequestView:
    """Something is missing."""
    back = await dispatching.send_back(work, request_id, body.version, body.code, body.text)
    return await views_whole.of_request(work, back)


@routes.post("/api/remote-requests/{request_id}/decline", may=_DISPATCH, problems=_MOVED)
async def decline_remote_request(work: Work, request_id: UUID, body: RemoteDecline) -> RemoteRequestView:
    """The centre cannot, and says why."""
    declined = await dispatching.decline(work, request_id, body.version, body.code, body.text)
    return await views_whole.of_request(work, declined)


@routes.get("/api/remote-requests/{request_id}/experts", may=_DISPATCH)
async def list_candidates(work: Work, request_id: UUID, query: RemoteDay) -> list[RemoteCandidateView]:
    """Whom the centre may ask, the best first."""
    found = await choosing.candidates(work, request_id, query.day, everybody=query.everybody)
    return views_whole.of_candidates(work, found)


@routes.post("/api/remote-requests/{request_id}/schedule", may=_DISPATCH, problems=_PLANNED)
async def schedule_remote_request(work: Work, request_id: UUID, body: RemotePlan) -> RemoteRequestView:
    """Name experts and time; their places in the pool are taken."""
    plan = Plan([each.chosen() for each in body.experts], body.starts_at, body.ends_at, body.mode)
    return await views_whole.of_request(work, await dispatching.schedule(work, request_id, body.version, plan))


@routes.post("/api/remote-requests/{request_id}/reschedule", may=_DISPATCH, problems=_PLANNED)
async def reschedule_remote_request(work: Work, request_id: UUID, body: RemoteReplan) -> RemoteRequestView:
    """Another time."""
    chosen = [each.chosen() for each in body.experts] if body.experts is not None else None
    plan = Plan(chosen, body.starts_at, body.ends_at, text=body.text)
    return await views_whole.of_request(work, await dispatching.reschedule(work, request_id, body.version, plan))


@routes.post("/api/remote-requests/{request_id}/experts", may=_DISPATCH, problems=_PLANNED)
async def set_remote_experts(work: Work, request_id: UUID, body: RemoteExperts) -> RemoteRequestView:
    """More experts, others, or another lead."""
    chosen = [each.chosen() for each in body.experts]
    changed = await dispatching.set_experts(work, request_id, body.version, chosen, body.text)
    return await views_whole.of_request(work, changed)


@routes.post("/api/remote-requests/{request_id}/answer", may=_CONSULT)
async def answer_as_expert(work: Work, request_id: UUID, body: RemoteAnswer) -> RemoteRequestView | None:
    """The expert comes, or says why not; who declined has no more to do with it."""
    request = await experts.answer(work, request_id, coming=body.coming, reason=body.text)
    return await views_whole.of_request(work, request) if body.coming else None


@routes.post("/api/remote-requests/{request_id}/begin", may=_CONSULT, problems=(NotInThisState,))
async def begin_offline(work: Work, request_id: UUID) -> RemoteRequestView:
    """An expert opens an offline consultation."""
    return await views_whole.of_request(work, await opening.begin_offline(work, request_id))


@routes.post("/api/remote-requests/{request_id}/conclude", may=_CONSULT, problems=_MOVED)
async def conclude_remote_request(work: Work, request_id: UUID, body: RemoteSeen) -> RemoteRequestView:
    """The talk is over; what is left is the report."""
    return await views_whole.of_request(work, await opening.conclude(work, request_id, body.version))
