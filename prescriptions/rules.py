"""The rules of a prescription's time and of what its doctor must answer. Pure; what drugs may do is judged by `checks`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from server.foundation.actor import Actor, Kind, Role
from server.foundation.clock import day_of, start_of_day
from server.foundation.errors import FieldError

from .errors import (
    AutomatedPrescribing,
    DoubleConfirmNeeded,
    ExtensionBackwards,
    ExtensionTooLong,
    OverridesMissing,
    PrescriptionStopped,
    RecordNotHeld,
)

LONGEST_DAYS: Final = 3  # the day of signing and what an extension adds, together (B24)
LOOK_BACK: Final = timedelta(days=90)  # whose drugs count as taken now
_DOSE_CHECK: Final = "E6"


class Level(StrEnum):
    """The levels of findings that ask something of the prescriber."""

    STOP = "stop"
    CONFIRM = "confirm"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Found:
    """What of a finding decides whether the doctor may sign."""

    id: str
    check: str
    rule: str
    level: str
    sentence_zh: str
    sentence_en: str
    advice_zh: str = ""
    advice_en: str = ""


def require_in_person(actor: Actor, doctor_id: object) -> None:
    """Refuse everybody who is not the receiving doctor in person: no system, no program, nobody in the doctor's place.

    Raises: AutomatedPrescribing.
    Rule: B19
    """
    if actor.kind is not Kind.HUMAN or actor.role is not Role.DOCTOR or actor.person_id != doctor_id:
        raise AutomatedPrescribing


def require_record_held(*, opened: bool) -> None:
    """Refuse a doctor who has not opened the patient's record in this visit. Raises: RecordNotHeld. Rule: B13"""
    if not opened:
        raise RecordNotHeld


def require_no_stop(findings: Sequence[Found]) -> None:
    """Refuse for the first finding that only a change can help, in its own words and with its own rule.

    Raises: PrescriptionStopped.
    Rule: B15, B18, B25, B26, B27, B28, B29, B37, B38 (each told by the check that found it)
    """
    stops = [each for each in findings if each.level == Level.STOP]
    if stops:
        first = stops[0]
        raise PrescriptionStopped(
            why_zh=" ".join(filter(None, (first.sentence_zh, first.advice_zh))),
            why_en=" ".join(filter(None, (first.sentence_en, first.advice_en))),
            rule=first.rule,
            finding_id=first.id,
            findings=[each.id for each in stops],
        )


def require_answers(findings: Iterable[Found], reasons: Mapping[str, str]) -> None:
    """Refuse while a warning or a finding to be confirmed has no reason of the prescriber's.

    Raises: OverridesMissing with the findings. Rule: B31
    """
    open_ones = [
        each.id for each in findings if each.level in (Level.CONFIRM, Level.WARNING) and not reasons.get(each.id)
    ]
    if open_ones:
        field = FieldError("/overrides", "每条提醒都须填写继续用药的理由", "Every finding needs a reason to go on")
        raise OverridesMissing(errors=(field,), findings=open_ones)


def needs_double_confirm(findings: Iterable[Found]) -> list[str]:
    """The findings about dose for which the prescriber signs a second time (超剂量双签名). Rule: prescriptions-3"""
    return [each.id for each in findings if each.check == _DOSE_CHECK and each.level == Level.CONFIRM]


def require_double_confirm(findings: Iterable[Found], *, given: bool) -> list[str]:
    """The findings that are signed for twice.

    Raises: DoubleConfirmNeeded, when there are some and the doctor has not said so.
    Rule: prescriptions-3
    """
    wanted = needs_double_confirm(findings)
    if wanted and not given:
        raise DoubleConfirmNeeded(findings=wanted)
    return wanted


def only_known(reasons: Mapping[str, str], findings: Iterable[Found]) -> dict[str, str]:
    """The reasons that answer a finding of this check; those for findings no longer there are dropped."""
    known = {each.id for each in findings}
    return {finding_id: reason for finding_id, reason in reasons.items() if finding_id in known}


def valid_until(signed_at: datetime) -> datetime:
    """24:00 in China of the day on which the doctor signed. Rule: B24"""
    return start_of_day(day_of(signed_at) + timedelta(days=1))


def last_possible(signed_at: datetime) -> datetime:
    """The end of the last day to which the doctor may extend. Rule: B24"""
    return start_of_day(day_of(signed_at) + timedelta(days=LONGEST_DAYS))


def extended(signed_at: datetime, current: datetime, last_day: date, now: datetime) -> datetime:
    """The end of the day to which the doctor extends.

    Raises: ExtensionTooLong (beyond three days in all, or nothing can be gained any more), ExtensionBackwards.
    Rule: B24
    """
    until = start_of_day(last_day + timedelta(days=1))
    latest = last_possible(signed_at)
    if until > latest or latest <= now:
        raise ExtensionTooLong(latest=(day_of(latest) - timedelta(days=1)).isoformat())
    if until <= current or until <= now:
        raise ExtensionBackwards
    return until


def remaining_days(supplied_on: date, days: int | None, today: date) -> int | None:
    """For how many days what was prescribed then still lasts; None when nobody said how long it is taken."""
    return None if days is None else max((supplied_on - today).days + days, 0)


def counts_of(findings: Iterable[Found], overridden: Collection[str]) -> dict[str, tuple[int, int]]:
    """How often each rule was shown and overridden at one signing."""
    found: dict[str, tuple[int, int]] = {}
    for each in findings:
        shown, over = found.get(each.rule, (0, 0))
        found[each.rule] = (shown + 1, over + (each.id in overridden))
    return found
