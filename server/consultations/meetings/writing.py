"""What somebody sees who writes on a request: their own drafts, what the others have signed, and who is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.consultations.remote import reading
from server.consultations.remote import store as request_store
from server.consultations.remote.facts import RequestFacts
from server.consultations.remote.lifecycle import WITH_EXPERTS, Status
from server.consultations.remote.model import RemoteRequest
from server.foundation.actor import PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import editions, opinions, rules
from . import store_opinions as store
from .content import OpinionContent
from .model_opinions import Opinion
from .opinions import Draft
from .rules import SIGNABLE, Sort


@dataclass(frozen=True, slots=True)
class ExpertWords:
    """One expert's part: `state` is writing or signed; the content only of what was signed."""

    expert_id: UUID
    name: str
    title: str
    lead: bool
    state: str
    signed_at: datetime | None
    content: OpinionContent | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that is written on a request, as far as the asker may see it."""

    request_id: UUID
    number: str
    status: Status
    lead: bool
    mine: Draft | None
    summary: Draft | None
    experts: list[ExpertWords]
    waiting_for: list[UUID]
    may: list[str]


async def desk(work: Work, request_id: UUID) -> Desk:
    """The asker's drafts; while the talk and the report last, also what the other experts signed.

    Who wrote on a request that was cancelled, or was released from it, still has their own words, and nothing else.
    Raises: Unknown. Rule: meetings-7
    """
    request = await request_store.by_id(work.session, request_id)
    if request is None:
        raise Unknown
    facts = await reading.facts_of(work, request)
    written = await store.of_request(work.session, request_id)
    own = [each for each in written if each.author_id == work.actor.person]
    expert = facts.expert(work.actor.person)
    ours = expert is not None and expert.organisation_id == work.actor.organisation_id
    if not ours and not own:
        raise Unknown
    sees_all = ours and facts.status in WITH_EXPERTS
    lead = expert is not None and ours and expert.lead
    reads = lead or facts.status in (Status.SCHEDULED, Status.IN_SESSION)
    signed = {each.author_id for each in written if each.kind == Sort.OPINION and each.version > 0}
    return Desk(
        request_id=request_id,
        number=request.number,
        status=facts.status,
        lead=lead,
        mine=await _draft(work, own, Sort.OPINION),
        summary=await _draft(work, own, Sort.SUMMARY),
        experts=await _words(work, request, facts, written, reads=reads) if sees_all else [],
        waiting_for=rules.waiting_for(facts.experts, signed) if sees_all else [],
        may=_may(work, facts, own, signed) if ours else [],
    )


async def _draft(work: Work, own: list[Opinion], sort: Sort) -> Draft | None:
    row = next((each for each in own if each.kind == sort and each.draft is not None), None)
    return await opinions.draft_of(work, row) if row else None


async def _words(
    work: Work, request: RemoteRequest, facts: RequestFacts, written: Sequence[Opinion], *, reads: bool
) -> list[ExpertWords]:
    """Who has signed; what they wrote only for who reads the record: the lead, the others until the talk ends (remote-8)."""
    ids = [each.person_id for each in facts.experts]
    cards, titles = await identity.people(work, ids), await identity.titles(work, ids, Role.DOCTOR)
    by_author = {each.author_id: each for each in written if each.kind == Sort.OPINION and each.version > 0}
    versions = await store.versions(work.session, [each.id for each in by_author.values()])
    newest = {each.opinion_id: each for each in versions}
    found = []
    for each in facts.experts:
        row = by_author.get(each.person_id)
        part = await editions.signed_part(work, request, row, newest[row.id]) if row else None
        found.append(
            ExpertWords(
                expert_id=each.person_id,
                name=cards[PersonId(each.person_id)].name,
                title=titles.get(PersonId(each.person_id), ""),
                lead=each.lead,
                state="signed" if part else "writing",
                signed_at=part.signed_at if part else None,
                content=part.content if part and reads else None,
            )
        )
    return found


def _may(work: Work, facts: RequestFacts, own: list[Opinion], signed: set[UUID]) -> list[str]:
    """The verbs that the asker could try now, for buttons."""
    expert = facts.expert(work.actor.person)
    lead = expert is not None and expert.lead
    has_signed = work.actor.person in signed
    found = []
    if facts.status in WITH_EXPERTS and not has_signed:
        found.append("write")
    if facts.status in SIGNABLE and not has_signed:
        found.append("sign")
    if facts.status in SIGNABLE and lead and len(facts.experts) > 1:
        found.append("write-summary")
        if not rules.waiting_for(facts.experts, signed):
            found.append("sign-summary")
    if rules.may_amend(facts.status):
        found += ["amend" if each.kind == Sort.OPINION else "amend-summary" for each in own if each.version > 0]
    return found
