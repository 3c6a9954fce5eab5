"""What every use case of a request begins and ends with: whose it is, one step of its life, telling the open pages.

`take` is the only way in which a request's status changes: the lifecycle table, a compare-and-set on status and version, one
row of history, one audit row, one event. Meetings take their steps (begin, conclude, sign, deliver, close) here too; what
follows from a step whoever took it is in `following.py`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.history import write_step
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.records import service as records

from . import access, clocks, store, store_people
from .access import Party
from .content import Content, Signature
from .errors import RequestChanged
from .events import RequestStepped
from .model import RemoteConsent, RemoteRequest, RemoteStep


async def own(work: Work, request_id: UUID, allowed: frozenset[Party]) -> tuple[RemoteRequest, Party]:
    """A request, and in what capacity the actor has to do with it.

    Raises: Unknown, when there is none or the actor has no part in it that may do this.
    """
    request = await store.by_id(work.session, request_id)
    if request is None:
        raise Unknown
    return request, access.require(await parties_of(work, request), allowed)


async def parties_of(work: Work, request: RemoteRequest) -> tuple[Party, ...]:
    """The actor's parts in a request, the nearest first."""
    right = None
    if work.actor.role in (Role.PATIENT, Role.GUARDIAN):
        right = await records.may_act_for(work, PersonId(request.patient_id))
    return access.parties_of(request, await store_people.experts(work.session, [request.id]), work.actor, right)


def require_version(request: RemoteRequest, seen: int) -> None:
    """Nothing, when the asker saw what stands. Raises: RequestChanged with the version that stands."""
    if request.version != seen:
        raise RequestChanged(version=request.version)


async def take(
    work: Work,
    request: RemoteRequest,
    verb: str,
    *only_if: Any,
    code: str | None = None,
    text: str | None = None,
    **values: Any,
) -> RemoteRequest:
    """Take a step of the request's life, write it down and tell the pages.

    `code` and `text` say why, in the history; `values` are columns to set with it.
    Raises: NotInThisState, when somebody else was first or the step is not possible now.
    """
    moved = await attempt(work, request, verb, *only_if, code=code, text=text, **values)
    if moved is None:
        now_there = await store.by_id(work.session, request.id)
        raise NotInThisState(status=now_there.status if now_there else request.status)
    return moved


async def attempt(
    work: Work,
    request: RemoteRequest,
    verb: str,
    *only_if: Any,
    code: str | None = None,
    text: str | None = None,
    **values: Any,
) -> RemoteRequest | None:
    """The same, with None instead of a refusal; for scans and for what may have happened already."""
    columns = {**await clocks.of_step(work, request, verb, values), **values}
    moved = await store.move(
        work.session, request.id, verb, work.actor.role, request.version, *only_if, changed_at=work.now, **columns
    )
    if moved is not None and verb == "edit":
        tell(work, moved)
    elif moved is not None:
        await write(work, moved, verb, code=code, text=text)
        work.record(RequestStepped(moved.id, PersonId(moved.patient_id), verb, moved.status))
    return moved


async def write(
    work: Work, request: RemoteRequest, verb: str, *, code: str | None = None, text: str | None = None
) -> None:
    """One row of history and one of audit, and the pages fetch again; for `draft`, which is no step but a beginning, too."""
    await write_step(work, RemoteStep, "remote-request", request, verb, code=code, text=text)
    tell(work, request)


def tell(work: Work, request: RemoteRequest) -> None:
    """Have the open pages of the request, the dispatcher's board and the experts fetch again, once this is committed."""
    work.after_commit(push(f"request:{request.id}", request.id))
    if request.to_organisation_id is not None:
        work.after_commit(push(f"dispatch:{request.to_organisation_id}", request.id))


async def seal(work: Work, request: RemoteRequest, cell: tuple[str, str, UUID], plain: str) -> bytes:
    """A text about this request's patient for (table, column, row), sealed with the patient's key."""
    key = await data_keys.fetch(work.session, work.ground.fields, request.patient_id)
    return work.ground.fields.seal(plain, *cell, key)


async def unseal(work: Work, request: RemoteRequest, cell: tuple[str, str, UUID], sealed: bytes) -> str:
    """The text of (table, column, row)."""
    key = await data_keys.fetch(work.session, work.ground.fields, request.patient_id)
    return work.ground.fields.open(sealed, *cell, key)


async def sealed_content(work: Work, request: RemoteRequest, content: Content) -> bytes:
    """What a request says, as its row keeps it."""
    return await seal(work, request, ("remote_requests", "content", request.id), content.model_dump_json())


async def content_of(work: Work, request: RemoteRequest) -> Content:
    """What a request says."""
    opened = await unseal(work, request, ("remote_requests", "content", request.id), request.content)
    return Content.model_validate_json(opened)


async def signature_of(work: Work, request: RemoteRequest, consent: RemoteConsent) -> Signature:
    """How the patient's side signed."""
    cell = ("remote_consents", "content", consent.consent_id)
    return Signature.model_validate_json(await unseal(work, request, cell, consent.content))
