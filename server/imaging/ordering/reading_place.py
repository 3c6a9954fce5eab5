"""Where an examination is read: by the own department that is licensed for imaging, or where an agreement leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from server.cooperation import service as cooperation
from server.cooperation.errors import NoAgreement
from server.cooperation.service import AgreementFacts, Clocks, Scope
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import rules
from server.imaging.orders.catalogue import Procedure
from server.imaging.orders.errors import NoOwnRadiologists, NoReadingDepartment
from server.imaging.reports.rules import is_senior


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """A department, within what time it reads, and under which agreement, when it is another institution's."""

    organisation_id: OrganisationId
    department_id: UUID
    clocks: Clocks
    agreement_id: UUID | None = None
    head_id: PersonId | None = None


async def find(work: Work, procedure: Procedure, reading_id: OrganisationId | None) -> ReadingPlace:
    """Where the acting institution has it read; without a wish at home if that can be, else under the best agreement.

    Raises: NoOwnRadiologists, NoAgreement (B46), NoReadingDepartment. Rule: B46, imaging-21
    """
    own = work.actor.organisation
    if reading_id is None or reading_id == own:
        at_home = await _at_home(work, procedure)
        if at_home is not None:
            return at_home
        if reading_id is not None:
            raise NoOwnRadiologists
    agreement = await _agreement(work, reading_id)
    department_id = rules.department_for(agreement.routing, procedure.modality, procedure.body_part)
    if department_id is None:
        raise NoReadingDepartment
    return ReadingPlace(agreement.server_id, department_id, agreement.clocks, agreement.id, agreement.head_id)


async def _at_home(work: Work, procedure: Procedure) -> ReadingPlace | None:
    """The own department: of several the one that reads this for others, else the first."""
    own = work.actor.organisation
    able = _able(await identity.doctors(work, organisation_id=own))
    if not able:
        return None
    for agreement in await cooperation.served(work, own, Scope.IMAGING):
        routed = rules.department_for(agreement.routing, procedure.modality, procedure.body_part)
        if routed in able:
            return ReadingPlace(own, routed, Clocks())
    return ReadingPlace(own, able[0], Clocks())


def _able(cards: Sequence[identity.DoctorCard]) -> list[UUID]:
    """The departments in which two people can sign, in the institution's own order. Rule: imaging-21, imaging-29"""
    licensed: dict[UUID, list[bool]] = {}
    for card in cards:
        if card.department_id is not None and card.may_practise and rules.is_licensed(card.licence_scope):
            licensed.setdefault(card.department_id, []).append(is_senior(card.title))
    return [department_id for department_id, senior in licensed.items() if len(senior) > 1 and any(senior)]


async def _agreement(work: Work, reading_id: OrganisationId | None) -> AgreementFacts:
    """The agreement under which another institution reads it. Raises: NoAgreement. Rule: B46"""
    own = work.actor.organisation
    if reading_id is not None:
        return await cooperation.agreement_for(
            work, requester=own, server=reading_id, scope=Scope.IMAGING, specialty=None, on=day_of(work.now)
        )
    found = await cooperation.serving(work, own, Scope.IMAGING)
    if not found:
        raise NoAgreement(sides=(await identity.organisation(work, own)).name)
    return found[0]
