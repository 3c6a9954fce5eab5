"""Writing and signing: each expert's draft while the talk goes on, the signature, the joint summary, amending.

Opinions hang on the request, so that an offline consultation has them too. What is signed makes up the report: `editions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.consultations.remote import experts, opening, reading, telling
from server.consultations.remote import steps as request_steps
from server.consultations.remote import store as request_store
from server.consultations.remote.content import Mode
from server.consultations.remote.facts import RequestFacts
from server.consultations.remote.lifecycle import WITH_EXPERTS, Status
from server.consultations.remote.model import RemoteRequest
from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.signatures import service as signatures

from . import editions, room, rules
from . import store_opinions as store
from .content import OpinionContent, is_whole, signed_document
from .errors import (
    NoLongerExpert,
    NoSuchFigure,
    OpinionChangedElsewhere,
    OpinionIncomplete,
    OpinionNotSigned,
    OpinionSigned,
)
from .model_opinions import Opinion, OpinionVersion
from .rules import Sort

SIGN = "opinion.sign"
AMEND = "opinion.amend"


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in a draft: send `seq` with the next save."""

    sort: Sort
    seq: int
    saved_at: datetime
    content: OpinionContent


async def save(work: Work, request_id: UUID, sort: Sort, content: OpinionContent, seq: int) -> Draft:
    """Save one's own draft over the one with this `seq` (0: there is none yet). The first one opens an offline request.

    Raises: Unknown, ConsultationCancelled, NoLongerExpert, NotInThisState, OpinionSigned, OpinionChangedElsewhere,
    NoSuchFigure.
    """
    request = await _request(work, request_id)
    row = await store.of_author(work.session, request_id, sort, work.actor.person)
    facts = await _require_writer(work, request, sort, row)
    if Status(facts.status) not in WITH_EXPERTS:
        rules.require_signable(facts.status)
    if request.mode == Mode.OFFLINE and facts.status is Status.SCHEDULED:
        await opening.begin_offline(work, request_id)
    if row is not None and row.version > 0:
        raise OpinionSigned
    await _require_figures(work, request, content)
    saved = await (_start(work, request, sort, content, seq) if row is None else _next(work, row, content, seq))
    now_there = await store.of_author(work.session, request_id, sort, work.actor.person)
    if not saved or now_there is None:
        raise OpinionChangedElsewhere(seq=now_there.seq if now_there else 0)
    return await draft_of(work, now_there)


async def sign(work: Work, request_id: UUID, sort: Sort, seq: int) -> int | None:
    """Sign one's draft as it was seen; the one that completes the report makes its first edition, whose number is given.

    Signing the last word ends a talk that is still open.
    Raises: Unknown, ConsultationCancelled, NoLongerExpert, NotInThisState, OpinionSigned, OpinionChangedElsewhere,
    OpinionIncomplete, OthersNotSigned, SigningLocked. Rule: B50, meetings-7, meetings-9
    """
    request = await _held(work, request_id)
    row = await store.of_author(work.session, request_id, sort, work.actor.person)
    facts = await _require_writer(work, request, sort, row)
    rules.require_signable(facts.status)
    if row is None or row.draft is None:
        raise OpinionSigned if row is not None else OpinionIncomplete
    if row.seq != seq:
        raise OpinionChangedElsewhere(seq=row.seq)
    content = (await draft_of(work, row)).content
    if sort is Sort.SUMMARY:
        await _require_others(work, facts)
    await sign_version(work, request, row, content, reason=None)
    if sort is Sort.OPINION:
        await experts.mark(work, request, work.actor.person, "signed")
    if not rules.completes(sort, work.actor.person, facts.experts):
        request_steps.tell(work, request)
        return None
    return await _complete(work, request_id)


async def _complete(work: Work, request_id: UUID) -> int:
    request = await _request(work, request_id)
    if request.status == Status.IN_SESSION:
        request = await request_steps.take(work, request, "conclude")
        await room.finish(work, request_id, "finished")
    await request_steps.take(work, request, "sign", signed_at=work.now)
    return await editions.make(work, request_id)


async def amend(work: Work, request_id: UUID, sort: Sort, content: OpinionContent, reason: str) -> int:
    """Sign a corrected version beside the original, which stays as it was; the report gets its next edition, and who has
    the one before is told.

    Raises: Unknown, OpinionNotSigned, OpinionIncomplete, NoSuchFigure, SigningLocked. Rule: meetings-8
    """
    request = await _held(work, request_id)
    row = await store.of_author(work.session, request_id, sort, work.actor.person)
    await _require_writer(work, request, sort, row)
    if row is None or row.version == 0 or not rules.may_amend(Status(request.status)):
        raise OpinionNotSigned
    await _require_figures(work, request, content)
    await sign_version(work, request, row, content, reason=reason)
    edition = await editions.make(work, request_id)
    await telling.amended(work, request)
    request_steps.tell(work, request)
    return edition


async def sign_version(
    work: Work, request: RemoteRequest, row: Opinion, content: OpinionContent, *, reason: str | None
) -> None:
    """Sign this content as the next version."""
    if not is_whole(content):
        raise OpinionIncomplete
    version, author_id = row.version + 1, work.actor.person
    act = AMEND if version > 1 else SIGN
    document = signed_document(
        request_id=request.id,
        number=request.number,
        kind=row.kind,
        author_id=author_id,
        version=version,
        reason=reason,
        content=content,
    )
    signature = await signatures.sign(work, author_id, act, signatures.OPINION, document)
    if not await store.count_version(work.session, row.id, version):
        raise OpinionChangedElsewhere(seq=row.seq)
    version_id = work.new_id()
    work.session.add(
        OpinionVersion(
            id=version_id,
            opinion_id=row.id,
            version=version,
            content=await _seal(work, row.patient_id, ("opinion_versions", "content", version_id), content),
            reason=await _seal_words(work, row.patient_id, ("opinion_versions", "reason", version_id), reason),
            author_id=author_id,
            signature_id=signature.id,
            signed_at=signature.at,
        )
    )
    await work.session.flush()
    work.audit(act, "opinion", row.id, patient_id=PersonId(row.patient_id), version=version, what=row.kind)


async def draft_of(work: Work, row: Opinion) -> Draft:
    """A draft, opened; for its author only."""
    assert row.draft is not None, "there is a draft until it is signed"
    key = await data_keys.fetch(work.session, work.ground.fields, row.patient_id)
    text = work.ground.fields.open(row.draft, "opinions", "draft", row.id, key)
    return Draft(Sort(row.kind), row.seq, row.saved_at, OpinionContent.model_validate_json(text))


async def _request(work: Work, request_id: UUID) -> RemoteRequest:
    request = await request_store.by_id(work.session, request_id)
    if request is None:
        raise Unknown
    return request


async def _held(work: Work, request_id: UUID) -> RemoteRequest:
    request = await store.hold_request(work.session, request_id)
    if request is None:
        raise Unknown
    return request


async def _require_writer(work: Work, request: RemoteRequest, sort: Sort, row: Opinion | None) -> RequestFacts:
    """The request, when the actor writes this for it; who has begun to write learns why it goes no further.

    Raises: Unknown, ConsultationCancelled, NoLongerExpert. Rule: meetings-7
    """
    facts = await reading.facts_of(work, request)
    expert = facts.expert(work.actor.person)
    ours = expert is not None and expert.organisation_id == work.actor.organisation_id
    if facts.status is Status.CANCELLED and (row is not None or ours):
        rules.require_signable(facts.status)
    if not ours:
        raise NoLongerExpert if row is not None else Unknown
    if sort is Sort.SUMMARY and not (expert and expert.lead):
        raise NoLongerExpert if row is not None else Unknown
    return facts


async def _require_figures(work: Work, request: RemoteRequest, content: OpinionContent) -> None:
    for each in content.figures:
        if await records.picture(work, each.attachment, PersonId(request.patient_id)) is None:
            raise NoSuchFigure


async def _require_others(work: Work, facts: RequestFacts) -> None:
    found = await store.of_request(work.session, facts.id)
    signed = {each.author_id for each in found if each.kind == Sort.OPINION and each.version > 0}
    waiting = rules.waiting_for(facts.experts, signed)
    cards = await identity.people(work, {PersonId(each) for each in waiting})
    rules.require_all_signed(facts.experts, signed, {card.id: card.name for card in cards.values()})


async def _start(work: Work, request: RemoteRequest, sort: Sort, content: OpinionContent, seq: int) -> bool:
    if seq != 0:
        return False
    opinion_id = work.new_id()
    return await store.start(
        work.session,
        {
            "id": opinion_id,
            "request_id": request.id,
            "patient_id": request.patient_id,
            "kind": sort,
            "author_id": work.actor.person,
            "seq": 1,
            "version": 0,
            "draft": await _seal(work, request.patient_id, ("opinions", "draft", opinion_id), content),
            "saved_at": work.now,
        },
    )


async def _next(work: Work, row: Opinion, content: OpinionContent, seq: int) -> bool:
    sealed = await _seal(work, row.patient_id, ("opinions", "draft", row.id), content)
    return await store.save(work.session, row.id, seq, sealed, work.now)


async def _seal(work: Work, patient_id: UUID, cell: tuple[str, str, UUID], content: OpinionContent) -> bytes:
    sealed = await _seal_words(work, patient_id, cell, content.model_dump_json())
    assert sealed is not None, "a content always says something"
    return sealed


async def _seal_words(work: Work, patient_id: UUID, cell: tuple[str, str, UUID], words: str | None) -> bytes | None:
    if words is None:
        return None
    key = await data_keys.fetch(work.session, work.ground.fields, patient_id)
    return work.ground.fields.seal(words, *cell, key)
