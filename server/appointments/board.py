"""What a process remembers of the pool, so that the rush needs few queries: slots, standings, and what is sold out.

Nothing here decides whether a place is given: that is the ledger's. What is remembered is forgotten when this process
or, through realtime, another one changes it, and by itself after a few seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from server.foundation.actor import SYSTEM, Actor, OrganisationId, PersonId, Role
from server.foundation.errors import Problem, Unknown
from server.foundation.ground import Ground
from server.foundation.together import Together
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.records import service as records

from . import policy, store
from .agreement import Terms
from .facts import SlotCard
from .model import Session, Slot
from .rules import OpeningTimes, Quota, Standing

Known = TypeVar("Known")

_SLOT_S: Final = 5.0
_STANDING_S: Final = 30.0
_FULL_S: Final = 1.0
_MOST: Final = 20_000


class _Remembered(Generic[Known]):
    """Values by key for some seconds; many who ask for one key at once wait for one answer."""

    def __init__(self, lifetime_s: float) -> None:
        self._lifetime_s = lifetime_s
        self._held: dict[Hashable, tuple[float, asyncio.Future[Known]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[Known]]) -> Known:
        there = self._held.get(key)
        if there is not None and there[0] > time.monotonic():
            return there[1].result() if there[1].done() else await asyncio.shield(there[1])
        answer: asyncio.Future[Known] = asyncio.ensure_future(ask())
        if len(self._held) >= _MOST:
            self._held.clear()
        self._held[key] = (time.monotonic() + self._lifetime_s, answer)
        answer.add_done_callback(lambda done: self._held.pop(key, None) if done.cancelled() or done.exception() else 0)
        return await asyncio.shield(answer)

    def forget(self, key: Hashable) -> None:
        self._held.pop(key, None)

    def clear(self) -> None:
        self._held.clear()


@dataclass(slots=True)
class _Full:
    """A slot's quotas that had no place left, until when to believe it, and who has or had a booking there.

    Those people are never refused from memory: they may be asking again because an answer was lost.
    """

    until: float
    quotas: set[Quota]
    known: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Ways:
    """How places of an institution are given under one agreement."""

    terms: Terms
    opens: Mapping[Quota, OpeningTimes]
    hold_minutes: int


class Board:
    """One per process."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._cards: _Remembered[SlotCard] = _Remembered(_SLOT_S)
        self._ways: _Remembered[_Ways] = _Remembered(_SLOT_S)
        self._refusals: _Remembered[Problem | None] = _Remembered(_SLOT_S)
        self._asked_cards = Together[UUID, SlotCard](self._ask_cards)
        self._asked_consents = Together[tuple[PersonId, OrganisationId], bool](self._ask_consents)
        self._standings: _Remembered[Standing] = _Remembered(_STANDING_S)
        self._full: dict[UUID, _Full] = {}
        self._sessions: dict[UUID, set[UUID]] = {}
        self._grown: set[PersonId] = set()
        self.epoch = 0

    async def card(self, slot_id: UUID) -> SlotCard:
        """A slot. Raises: Unknown."""
        return await self._cards.get(slot_id, lambda: self._card(slot_id))

    async def _card(self, slot_id: UUID) -> SlotCard:
        card = await self._asked_cards.about(slot_id)
        if card is None:
            raise Unknown
        return card

    async def _ask_cards(self, slots: Sequence[UUID]) -> dict[UUID, SlotCard]:
        async with unit_of_work(self._ground, SYSTEM) as work:
            found = await store.slots_with_sessions(work.session, slots)
        for slot, session in found:
            self._sessions.setdefault(session.id, set()).add(slot.id)
        practices = {(PersonId(each.doctor_id), OrganisationId(each.organisation_id)) for _, each in found}
        await asyncio.gather(*(self._refusal(*each) for each in practices))
        return {slot.id: await self._made(slot, session) for slot, session in found}

    async def _made(self, slot: Slot, session: Session) -> SlotCard:
        doctor_id, organisation_id = PersonId(session.doctor_id), OrganisationId(session.organisation_id)
        agreement_id = session.agreement_id
        ways = await self._ways.get(
            (organisation_id, agreement_id), lambda: self._ask_ways(organisation_id, agreement_id)
        )
        return SlotCard(
            slot_id=slot.id,
            session_id=session.id,
            organisation_id=organisation_id,
            department_id=session.department_id,
            doctor_id=doctor_id,
            service=session.service,
            status=session.status,
            day=session.day,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            session_ends_at=session.ends_at,
            terms=ways.terms,
            opens=ways.opens,
            hold_minutes=ways.hold_minutes,
            refusal=await self._refusal(doctor_id, organisation_id),
        )

    async def _ask_ways(self, organisation_id: OrganisationId, agreement_id: UUID | None) -> _Ways:
        async with unit_of_work(self._ground, SYSTEM) as work:
            limits = await policy.of(work, organisation_id)
            terms = await policy.terms_of(work, agreement_id)
            return _Ways(terms, terms.opening_times(limits), limits.hold_minutes)

    async def _refusal(self, doctor_id: PersonId, organisation_id: OrganisationId) -> Problem | None:
        return await self._refusals.get(
            (doctor_id, organisation_id), lambda: self._ask_refusal(doctor_id, organisation_id)
        )

    async def _ask_refusal(self, doctor_id: PersonId, organisation_id: OrganisationId) -> Problem | None:
        async with unit_of_work(self._ground, SYSTEM) as work:
            try:
                await identity.require_may_practise(work, doctor_id, organisation_id)
            except Problem as refusal:
                return refusal
            return None

    async def standing(self, actor: Actor) -> Standing:
        """What the actor's post and institution open."""
        if actor.organisation_id is None:
            return Standing(actor.role)
        key = (actor.role, actor.organisation_id, actor.person_id if actor.role is Role.DOCTOR else None)
        return await self._standings.get(key, lambda: self._standing(actor))

    async def _standing(self, actor: Actor) -> Standing:
        async with unit_of_work(self._ground, actor) as work:
            return Standing(
                role=actor.role,
                organisation_id=actor.organisation_id,
                level=actor.level,
                allied=frozenset(await identity.allied(work, actor.organisation)),
                team_at=frozenset(await store.hospitals_of_teams(work.session, actor.person)),
            )

    # --- who may act for themselves (nobody grows younger, so this is never forgotten: B10)

    def acts_alone(self, person_id: PersonId) -> bool:
        """Whether this person was found old enough to book alone."""
        return person_id in self._grown

    def found_grown(self, person_id: PersonId) -> None:
        """This person may book alone."""
        if len(self._grown) >= 10 * _MOST:
            self._grown.clear()
        self._grown.add(person_id)

    # --- who may act for whom (never remembered: a consent withdrawn counts at once)

    async def acts_for(self, organisation_id: OrganisationId, patient_id: PersonId) -> bool:
        """Whether an institution's clinic workers may act for a patient."""
        return bool(await self._asked_consents.about((patient_id, organisation_id)))

    async def _ask_consents(
        self, pairs: Sequence[tuple[PersonId, OrganisationId]]
    ) -> dict[tuple[PersonId, OrganisationId], bool]:
        async with unit_of_work(self._ground, SYSTEM) as work:
            return dict.fromkeys(await records.acted_for(work, pairs), True)

    # --- sold out

    def is_full(self, slot_id: UUID, quotas: tuple[Quota, ...], patient_id: UUID) -> bool:
        """Whether it is remembered that none of these quotas has a place; never for who is known there."""
        full = self._full.get(slot_id)
        if full is None:
            return False
        if full.until < time.monotonic():
            full.until = time.monotonic() + _FULL_S  # this one looks anew; the others are told what is known meanwhile
            return False
        return full.quotas.issuperset(quotas) and patient_id not in full.known

    def found_full(self, slot_id: UUID, quotas: tuple[Quota, ...], known: frozenset[UUID], epoch: int) -> None:
        """None of these quotas had a place at that epoch; believed only when nothing has changed since."""
        if epoch != self.epoch:
            return
        there = self._full.get(slot_id)
        named = there.quotas | set(quotas) if there is not None and there.until > time.monotonic() else set(quotas)
        self._full[slot_id] = _Full(time.monotonic() + _FULL_S, named, known)

    def found_free(self, slot_id: UUID) -> None:
        """There was a place after all."""
        self._full.pop(slot_id, None)

    # --- forgetting

    def changed(self, session_id: UUID) -> None:
        """A session, its slots or its ledger changed other than by a booking."""
        self.epoch += 1
        for slot_id in self._sessions.pop(session_id, ()):
            self._cards.forget(slot_id)
            self._full.pop(slot_id, None)

    def changed_elsewhere(self, topic: str, _: str | None) -> None:
        """Another process changed something of the pool. Its bookings also come this way; they only cost a query."""
        if topic.startswith("sessions:"):
            self.epoch += 1
            self._full.clear()

    def changed_rules(self) -> None:
        """Agreements, teams or limits changed."""
        self.epoch += 1
        self._cards.clear()
        self._ways.clear()
        self._refusals.clear()
        self._standings.clear()
        self._full.clear()
