"""Which agreement lets one institution ask another, on a day, for something. Pure; days and lists are arguments."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from .facts import AgreementFacts, Scope, Side
from .lifecycle import Status

TOLD_BEFORE: Final = timedelta(days=30)  # both sides hear of the end this long before


def is_in_force(agreement: AgreementFacts, on: date) -> bool:
    """Whether an agreement serves on that day: confirmed by both sides, within its dates (both days included).

    Rule: B46, cooperation-2
    """
    return agreement.status is Status.IN_FORCE and agreement.valid_from <= on <= agreement.valid_until


def covers(agreement: AgreementFacts, scope: Scope, specialty: str | None) -> bool:
    """Whether an agreement is about this: its scope, and the specialty where it names some.

    Rule: B46, cooperation-3
    """
    named = not agreement.specialties or specialty is None or specialty in agreement.specialties
    return scope in agreement.scope and named


def serving(
    agreements: Iterable[AgreementFacts], scope: Scope, specialty: str | None, on: date
) -> list[AgreementFacts]:
    """Those of an institution's agreements under which it may ask now, the best first: its own before its alliance's,
    then the one that lasts longest.

    Rule: B46, cooperation-3
    """
    found = [each for each in agreements if is_in_force(each, on) and covers(each, scope, specialty)]
    return sorted(
        found,
        key=lambda each: (each.requester_kind is Side.ALLIANCE, -each.valid_until.toordinal(), each.number),
    )


def may_make(reach: Collection[UUID], server_id: UUID) -> bool:
    """Whether an administrator of that reach makes an agreement: the serving side does. Rule: cooperation-1"""
    return server_id in reach


def may_confirm(
    agreement: AgreementFacts,
    *,
    own_id: UUID,
    person_id: UUID,
    reach: Collection[UUID],
    members: Collection[UUID],
) -> bool:
    """Whether an administrator confirms for the requesting side: never whoever made it, and never the serving
    institution's own; of an alliance, the administrator of a member.

    Rule: cooperation-1
    """
    if own_id == agreement.server_id or person_id == agreement.made_by:
        return False
    asking = members if agreement.requester_kind is Side.ALLIANCE else {agreement.requester_id}
    return own_id in asking or bool((set(asking) - {agreement.server_id}) & set(reach))


def may_see(agreement: AgreementFacts, reach: Collection[UUID], members: Collection[UUID]) -> bool:
    """Whether an administrator has to do with an agreement at all: on either side."""
    asking = members if agreement.requester_kind is Side.ALLIANCE else {agreement.requester_id}
    return agreement.server_id in reach or bool(set(asking) & set(reach))
