"""When a report is complete, and who may write what for it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.consultations.remote.lifecycle import REPORTED, Status
from server.foundation.lifecycle import NotInThisState

from .errors import ConsultationCancelled, OthersNotSigned


class Sort(StrEnum):
    """An expert's own opinion, or the joint summary."""

    OPINION = "opinion"
    SUMMARY = "summary"


SIGNABLE: Final = frozenset({Status.IN_SESSION, Status.REPORTING})


class Expert(Protocol):
    """What of an expert counts here."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def lead(self) -> bool: ...


def require_signable(status: Status) -> None:
    """Nothing, when opinions may be signed now.

    Raises: ConsultationCancelled, NotInThisState. Rule: meetings-7
    """
    if status is Status.CANCELLED:
        raise ConsultationCancelled
    if status not in SIGNABLE:
        raise NotInThisState(status=str(status))


def waiting_for(experts: Sequence[Expert], signed: Collection[UUID]) -> list[UUID]:
    """The experts besides the lead who have not signed: released ones are no experts any more. Rule: meetings-9, B50"""
    return [each.person_id for each in experts if not each.lead and each.person_id not in signed]


def require_all_signed(experts: Sequence[Expert], signed: Collection[UUID], names: dict[UUID, str]) -> None:
    """Nothing, when only the lead is left. Raises: OthersNotSigned. Rule: meetings-9, B50"""
    if missing := waiting_for(experts, signed):
        raise OthersNotSigned(names="、".join(names.get(each, "") for each in missing))


def completes(sort: Sort, author_id: UUID, experts: Sequence[Expert]) -> bool:
    """Whether this signature makes the report: the joint summary, or the opinion of the only expert. Rule: meetings-9, B50"""
    if sort is Sort.SUMMARY:
        return True
    return [(each.person_id, each.lead) for each in experts] == [(author_id, True)]


def may_amend(status: Status) -> bool:
    """Whether what was signed may be corrected: once it makes up a report. Rule: meetings-8"""
    return status in REPORTED
