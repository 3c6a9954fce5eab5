"""What a batch of bookings writes besides the ledger: kept answers, audit, who is known where, the event for the floors above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from server.foundation import audit
from server.foundation.actor import PersonId
from server.foundation.audit import AuditRow
from server.foundation.bulk import insert_many, packed
from server.foundation.crypto import Cipher
from server.foundation.errand import Errand, KeyClaim, Told
from server.foundation.ground import push
from server.foundation.idempotency import IdempotencyKey, KeyReused
from server.foundation.work import Work
from server.identity import service as identity

from . import store
from .allotment import Place
from .events import SlotsBooked
from .facts import BookingFacts, SlotCard, place_facts, place_view
from .rules import Status

_KEPT = "SELECT scope, request_digest, status, answer FROM idempotency_keys WHERE scope = ANY(%s::bytea[]) AND answer IS NOT NULL"


@dataclass(slots=True)
class Given:
    """A place given for an errand, and the answer to it."""

    errand: Errand
    card: SlotCard
    place: Place
    facts: BookingFacts | None = None
    answer: Told[Any] | None = None

    def told(self, now: datetime) -> Told[Any]:
        """The answer, in bytes."""
        self.facts = place_facts(self.place, self.card, now)
        self.answer = Told(self.errand.status, self.errand.dump(place_view(self.facts)))
        return self.answer


async def first_answers(
    raw: AsyncConnection[Any], cipher: Cipher, keys: Sequence[KeyClaim | None]
) -> list[Told[Any] | BaseException | None]:
    """For each key the answer it got the first time; None where there is none, KeyReused for another request."""
    scopes = [key.scope for key in keys if key is not None]
    if not scopes:
        return [None] * len(keys)
    found = await raw.execute(_KEPT, [packed("BYTEA", scopes)])
    kept = {row[0]: row[1:] for row in await found.fetchall()}
    return [_first(cipher, key, kept) if key is not None and key.scope in kept else None for key in keys]


def _first(cipher: Cipher, key: KeyClaim, kept: dict[bytes, tuple[bytes, int, bytes]]) -> Told[Any] | BaseException:
    digest, status, answer = kept[key.scope]
    if digest != key.digest:
        return KeyReused()
    return Told(status, cipher.open(answer, key.scope), replayed=True)


async def write(work: Work, given: Sequence[Given]) -> None:
    """Everything that stands or falls with these places.

    One audit row for each booking also stands for the encounter and the care relationship that follow from it.
    """
    if not given:
        return
    raw = await work.raw()
    async with raw.pipeline():
        await insert_many(raw, AuditRow, [_audited(work, each) for each in given])
        await insert_many(raw, IdempotencyKey, [_kept(work, each) for each in given if each.errand.key is not None])
        strangers = await store.strangers(
            raw, [(each.place.want.patient_id, each.card.organisation_id) for each in given]
        )
    for patient_id, organisation_id in strangers:
        await identity.admit(work, PersonId(patient_id), organisation_id)
    booked = tuple(each.facts for each in given if each.facts is not None and each.facts.status is Status.BOOKED)
    if booked:
        work.record(SlotsBooked(booked))
    for each in given:
        work.after_commit(push(f"sessions:{each.card.department_id}", each.card.session_id))


def _audited(work: Work, given: Given) -> dict[str, Any]:
    want = given.place.want
    return audit.values(
        id=work.new_id(),
        at=work.now,
        actor=given.errand.actor,
        action="book" if want.status is Status.BOOKED else "hold",
        kind="booking",
        subject=str(want.booking_id),
        patient_id=want.patient_id,
        facts={"right": want.right_used, "quota": str(given.place.quota), "channel": want.channel},
    )


def _kept(work: Work, given: Given) -> dict[str, Any]:
    assert given.errand.key is not None, "asked for before"
    assert given.answer is not None, "told before it is kept"
    scope = given.errand.key.scope
    return {
        "scope": scope,
        "request_digest": given.errand.key.digest,
        "status": given.answer.status,
        "answer": work.ground.answers.seal(given.answer.body, scope),
        "created_at": work.now,
    }
