"""Remote requests over HTTP, from the side that asks: write, attach, consent, send, take back; and looking, for everybody."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from server.cooperation.errors import NoAgreement
from server.foundation.actor import PersonId
from server.foundation.errors import Invalid
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work
from server.identity.service import Title
from server.records.errors import ConsentOutdated, ConsentUnread

from . import consenting, drafting, inviting, lists, materials, rushing, steps, studies, views, views_whole
from .access import REQUESTER
from .consenting import Signed
from .content import MOST_TIMES, Content, Giver, Mode, RemoteDiagnosis, RemoteTime, Signature, Stroke, Urgency
from .drafting import Written
from .errors import InvitationIncomplete, NoSuchMaterial, RemoteConsentMissing, RequestChanged, WrongGiver
from .lists import Box
from .materials import MaterialKind
from .views import RemoteRequestRow, RemoteRequestView, RemoteStepView

routes = Routes()

_ASK, _SEE = "consultations.ask", "consultations.see-requests"
Version = Annotated[int, Field(ge=1, le=1_000_000)]
Words = Annotated[str, Field(min_length=2, max_length=500)]
_MOVED = (RequestChanged, NotInThisState)


class RemoteForm(Body):
    """The form; a draft may lack anything. Times are wishes; `asap` instead of them."""

    urgency: Urgency = Urgency.ORDINARY
    mode: Mode = Mode.VIDEO
    agreement_id: UUID | None = None
    department_id: UUID | None = None
    title_wanted: Title | None = None
    reason: Annotated[str, Field(max_length=500)] = ""
    purpose: Annotated[str, Field(max_length=500)] = ""
    summary: Annotated[str, Field(max_length=4000)] = ""
    diagnosis: Annotated[tuple[RemoteDiagnosis, ...], Field(max_length=10)] = ()
    times: Annotated[tuple[RemoteTime, ...], Field(max_length=MOST_TIMES)] = ()
    asap: bool = False
    patient_present: bool = True

    @model_validator(mode="before")
    @classmethod
    def _nothing_chosen(cls, data: object) -> object:
        """A form's empty choice is none."""
        if isinstance(data, dict) and data.get("title_wanted") == "":
            return {**data, "title_wanted": None}
        return data

    def written(self) -> Written:
        """As the use case wants it."""
        return Written(
            content=Content(reason=self.reason, purpose=self.purpose, summary=self.summary, diagnosis=self.diagnosis),
            urgency=self.urgency,
            mode=self.mode,
            agreement_id=self.agreement_id,
            department_id=self.department_id,
            title_wanted=self.title_wanted,
            times=self.times,
            asap=self.asap,
            patient_present=self.patient_present,
        )


class NewRemoteRequest(RemoteForm):
    """For whom, and whatever is known already."""

    patient_id: UUID


class RemoteEdit(RemoteForm):
    """The form over the version that was looked at."""

    version: Version


class RemoteSeen(Body):
    """The version that was looked at."""

    version: Version


class RemoteCancel(RemoteSeen):
    """Why."""

    text: Words


class RemoteSigning(Body):
    """Who signed, and the strokes as they were drawn: x and y in thousandths of the pad's width, t in milliseconds."""

    version: Version | None = None
    version_of_text: Annotated[str, Field(max_length=20)]
    by: Giver
    relation: Annotated[str, Field(max_length=40)] | None = None
    name: Annotated[str, Field(max_length=60)] = ""
    strokes: Annotated[tuple[Stroke, ...], Field(min_length=1, max_length=200)]
    not_told_patient_reason: Annotated[str, Field(max_length=500)] = ""
    read_s: Annotated[int, Field(ge=0, le=86_400)] | None = None

    def signed(self) -> Signed:
        """As the use case wants it."""
        signature = Signature(name=self.name, reason=self.not_told_patient_reason, strokes=self.strokes)
        return Signed(self.version_of_text, self.by, self.relation, signature, self.read_s)


class NewRemoteMaterial(Body):
    """One of the three: a file on its way, one of the patient's record, a study."""

    kind: MaterialKind
    upload_id: UUID | None = None
    attachment_id: UUID | None = None
    study_id: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.upload_id, self.attachment_id, self.study_id)) != 1:
            words = {"zh": "请选择一份资料", "en": "Choose exactly one"}
            raise PydanticCustomError("one_material", words["en"], words)
        return self


class RemoteBox(Query):
    """Which box; `state` is `open`, `over`, or one status."""

    box: Box = Box.MINE
    state: Annotated[str, Field(max_length=20)] = ""


class RemoteSignatureView(View):
    """The drawn name of who consented, as an SVG picture."""

    picture: str


class RemoteDay(Query):
    """For which day places are looked for, and whether every house that may be asked is looked at."""

    day: date | None = None
    everybody: bool = False


@routes.get("/api/remote-requests", may=_SEE)
async def list_remote_requests(work: Work, query: RemoteBox) -> list[RemoteRequestRow]:
    """The requests of a box."""
    return await views.of_requests(work, await lists.in_box(work, query.box, lists.statuses_of(query.state)))


@routes.post("/api/remote-requests", may=_ASK, problems=(NoAgreement, Invalid), status=201)
async def draft_remote_request(work: Work, body: NewRemoteRequest) -> RemoteRequestView:
    """A new draft on behalf of a patient."""
    made = await drafting.draft(work, PersonId(body.patient_id), body.written())
    return await views_whole.of_request(work, made)


@routes.get("/api/remote-requests/{request_id}", may=_SEE)
async def get_remote_request(work: Work, request_id: UUID) -> RemoteRequestView:
    """A request whole; in the who-read list, when it is not the asker's own."""
    return await views_whole.opened(work, request_id)


@routes.get("/api/remote-requests/{request_id}/steps", may=_SEE)
async def get_remote_steps(work: Work, request_id: UUID) -> list[RemoteStepView]:
    """What was done to it, the first first."""
    return await views_whole.history(work, request_id)


@routes.get("/api/remote-requests/{request_id}/signature", may=_SEE)
async def get_remote_signature(work: Work, request_id: UUID) -> RemoteSignatureView:
    """How the patient's side signed."""
    return RemoteSignatureView(picture=await views_whole.signature(work, request_id))


@routes.put("/api/remote-requests/{request_id}", may=_ASK, problems=(*_MOVED, NoAgreement, Invalid))
async def edit_remote_request(work: Work, request_id: UUID, body: RemoteEdit) -> RemoteRequestView:
    """The form as it stands now; while it is a draft, or was returned."""
    changed = await drafting.edit(work, request_id, body.version, body.written())
    return await views_whole.of_request(work, changed)


@routes.post(
    "/api/remote-requests/{request_id}/consent",
    may=_ASK,
    problems=(*_MOVED, WrongGiver, ConsentOutdated, ConsentUnread),
)
async def consent_to_remote_request(work: Work, request_id: UUID, body: RemoteSigning) -> RemoteRequestView:
    """The patient, or who may for the patient, has signed on this device."""
    return await views_whole.of_request(work, await consenting.sign(work, request_id, body.version, body.signed()))


@routes.post("/api/remote-requests/{request_id}/materials", may=_ASK, problems=(NotInThisState, NoSuchMaterial))
async def attach_material(work: Work, request_id: UUID, body: NewRemoteMaterial) -> RemoteRequestView:
    """Attach something of the patient's."""
    if body.study_id is not None:
        request, _ = await steps.own(work, request_id, REQUESTER)
        await studies.require_may_attach(work, body.study_id, PersonId(request.patient_id))
        await materials.insert(work, request, body.kind, study_id=body.study_id)
    else:
        request = await materials.add(
            work, request_id, body.kind, upload_id=body.upload_id, attachment_id=body.attachment_id
        )
    return await views_whole.of_request(work, request)


@routes.delete(
    "/api/remote-requests/{request_id}/materials/{material_id}", may=_ASK, problems=(NotInThisState,), status=200
)
async def detach_material(work: Work, request_id: UUID, material_id: UUID) -> RemoteRequestView:
    """Take something out, by its own id or that of the upload, file or study."""
    return await views_whole.of_request(work, await materials.remove(work, request_id, material_id))


@routes.post(
    "/api/remote-requests/{request_id}/submit",
    may=_ASK,
    problems=(*_MOVED, RemoteConsentMissing, InvitationIncomplete, NoAgreement),
)
async def submit_remote_request(work: Work, request_id: UUID, body: RemoteSeen) -> RemoteRequestView:
    """Send it: the serving side's clock starts."""
    return await views_whole.of_request(work, await inviting.submit(work, request_id, body.version))


@routes.post(
    "/api/remote-requests/{request_id}/resubmit",
    may=_ASK,
    problems=(*_MOVED, RemoteConsentMissing, InvitationIncomplete, NoAgreement),
)
async def resubmit_remote_request(work: Work, request_id: UUID, body: RemoteSeen) -> RemoteRequestView:
    """Send a returned one again."""
    return await views_whole.of_request(work, await inviting.submit(work, request_id, body.version))


@routes.post(
    "/api/remote-requests/{request_id}/emergency",
    may=_ASK,
    problems=(*_MOVED, RemoteConsentMissing, InvitationIncomplete, NoAgreement),
)
async def rush_remote_request(work: Work, request_id: UUID, body: RemoteSeen) -> RemoteRequestView:
    """Straight into a room: who is on duty there is asked to lead, and every dispatcher is told."""
    return await views_whole.of_request(work, await rushing.rush(work, request_id, body.version))


@routes.post("/api/remote-requests/{request_id}/cancel", may=_ASK, problems=_MOVED)
async def cancel_remote_request(work: Work, request_id: UUID, body: RemoteCancel) -> RemoteRequestView:
    """Take it back; not once the report is signed."""
    return await views_whole.of_request(work, await inviting.cancel(work, request_id, body.version, body.text))
