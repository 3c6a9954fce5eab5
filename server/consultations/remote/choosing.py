"""Who could consult: the doctors of the houses that may be asked, each with papers, load and next free places, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.appointments import service as appointments
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Problem
from server.foundation.work import Work
from server.identity import service as identity

from . import access, experts, rules, steps, store
from .model import RemoteRequest
from .rules import Candidate


@dataclass(frozen=True, slots=True)
class Expert:
    """A doctor as the dispatcher sees them; `refusal` says why they may not be invited."""

    card: identity.DoctorCard
    refusal: Problem | None
    load: int
    next_free: tuple[datetime, ...]
    fits_title: bool

    def candidate(self) -> Candidate:
        """What the order looks at."""
        first = self.next_free[0] if self.next_free else None
        return Candidate(self.card.id, self.fits_title, self.load, first, self.refusal is None)


async def candidates(work: Work, request_id: UUID, day: date | None, *, everybody: bool) -> list[Expert]:
    """Whom the centre may ask, the best first: of the department that is asked for, or everybody of every house that may be
    asked. Raises: Unknown. Rule: B03, remote-3
    """
    request, _ = await steps.own(work, request_id, access.CENTRE)
    houses = await experts.houses(work, request) if everybody else None
    return await _in_order(work, request, houses, day)


async def next_after(work: Work, request: RemoteRequest, asked: Sequence[UUID]) -> UUID | None:
    """Who is asked when the clock ran out: of the department first, then of the whole house. Rule: remote-2, remote-3"""
    assert request.to_organisation_id is not None, "a request that was sent says to whom"
    own = [OrganisationId(request.to_organisation_id)]
    near = rules.next_expert([each.candidate() for each in await _in_order(work, request, None)], asked)
    return near or rules.next_expert([each.candidate() for each in await _in_order(work, request, own)], asked)


async def on_duty(work: Work, request: RemoteRequest) -> UUID | None:
    """The best of the department who has a session at this instant, if any. Rule: remote-5"""
    assert request.to_organisation_id is not None, "a request that was sent says to whom"
    found = await _in_order(work, request, None)
    may = [each for each in found if each.refusal is None]
    working = await appointments.on_duty(
        work, OrganisationId(request.to_organisation_id), [each.card.id for each in may]
    )
    return next((each.card.id for each in may if each.card.id in working), None)


async def _in_order(
    work: Work, request: RemoteRequest, houses: Sequence[OrganisationId] | None, day: date | None = None
) -> list[Expert]:
    assert request.to_organisation_id is not None, "a request that was sent says to whom"
    own = OrganisationId(request.to_organisation_id)
    found: dict[PersonId, tuple[identity.DoctorCard, Problem | None]] = {}
    for house in houses or [own]:
        department_id = request.department_id if houses is None else None
        for card, refusal in await identity.consultants(work, house, department_id):
            found.setdefault(card.id, (card, refusal))
    load = await store.load_of(work.session, list(found))
    free: dict[PersonId, list[datetime]] = {}
    for house in {card.organisation_id for card, _ in found.values()}:
        here = [card.id for card, _ in found.values() if card.organisation_id == house]
        free |= await appointments.next_free(work, house, here, day)
    made = {
        person_id: Expert(card, refusal, load.get(person_id, 0), tuple(free.get(person_id, [])), _fits(request, card))
        for person_id, (card, refusal) in found.items()
    }
    order = rules.in_order(each.candidate() for each in made.values())
    return [made[PersonId(each.person_id)] for each in order]


def _fits(request: RemoteRequest, card: identity.DoctorCard) -> bool:
    """Whether the doctor has the title asked for, or a higher one."""
    if not request.title_wanted or card.title is None:
        return not request.title_wanted
    ranks = [str(each) for each in identity.Title]
    return request.title_wanted not in ranks or ranks.index(card.title) <= ranks.index(request.title_wanted)
