"""The rules of a follow-up visit: when one may check in, what is still missing, when to call again, how a broken call ends.

Pure functions; time and figures are arguments. Red flags are in `triage.py`, the order of waiting in `waiting_room.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.foundation.clock import SHANGHAI

from .errors import (
    CalledTooSoon,
    CheckInTooEarly,
    DataConsentMissing,
    DeviceNotChecked,
    InformedConsentMissing,
    MustCallMore,
    PapersMissing,
    PreCheckMissing,
    RecordingDeclined,
    RecordNotOpened,
)


class Missing(StrEnum):
    """What the patient's side still has to do before checking in, in the order in which it is asked."""

    COMPLAINT = "complaint"
    PAPERS = "papers"
    INTERNET_DIAGNOSIS = "internet_diagnosis"
    PERSONAL_DATA = "personal_data"
    RECORDING = "recording"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the patient's side has done."""

    complaint: bool
    papers: bool
    internet_diagnosis: bool
    personal_data: bool
    recording: bool
    device: bool

    def missing(self) -> list[Missing]:
        """What is not done yet, in the order in which it is asked. Rule: visits-1"""
        return [each for each in Missing if not getattr(self, each)]


_REFUSALS: Final = {
    Missing.COMPLAINT: PreCheckMissing,
    Missing.PAPERS: PapersMissing,
    Missing.INTERNET_DIAGNOSIS: InformedConsentMissing,
    Missing.PERSONAL_DATA: DataConsentMissing,
    Missing.RECORDING: RecordingDeclined,
    Missing.DEVICE: DeviceNotChecked,
}


def require_prepared(prepared: Prepared) -> None:
    """Refuse a check-in for the first thing that is missing.

    Raises: PreCheckMissing (B16), PapersMissing (B13), InformedConsentMissing (B53), DataConsentMissing (B56),
        RecordingDeclined (B40), DeviceNotChecked.
    """
    for each in prepared.missing():
        raise _REFUSALS[each]


def require_check_in_open(opens_at: datetime, now: datetime) -> None:
    """Refuse a check-in long before the slot. Coming late is never refused, only placed behind.

    Raises: CheckInTooEarly.
    Rule: visits-2
    """
    if now < opens_at:
        opens = f"{opens_at.astimezone(SHANGHAI):%m-%d %H:%M}"
        raise CheckInTooEarly(opens_at=opens_at.isoformat(), opens=opens)


def may_ring(last_called_at: datetime | None, interval: timedelta, now: datetime) -> bool:
    """Whether the patient may be called (again). Rule: visits-5"""
    return last_called_at is None or now - last_called_at >= interval


def require_called_enough(
    calls: int, last_called_at: datetime | None, *, needed: int, interval: timedelta, now: datetime
) -> None:
    """Refuse to write somebody off before the last of the calls has had its time.

    Raises: MustCallMore, CalledTooSoon.
    Rule: visits-5
    """
    if calls < needed or last_called_at is None:
        raise MustCallMore(calls=calls, needed=needed)
    require_rung_out(last_called_at, interval, now)


def require_rung_out(last_called_at: datetime | None, interval: timedelta, now: datetime) -> None:
    """Refuse a call too soon after the last. Raises: CalledTooSoon. Rule: visits-5"""
    if last_called_at is not None and not may_ring(last_called_at, interval, now):
        left = last_called_at + interval - now
        raise CalledTooSoon(retry_after_s=max(1, round(left.total_seconds())))


class Decision(StrEnum):
    """What the doctor decides at the gate."""

    SAME_DIAGNOSIS = "same_diagnosis"  # 符合复诊
    FIRST_VISIT = "first_visit"  # never diagnosed in person for this
    PAPERS_UNCLEAR = "papers_unclear"  # no clear diagnosis in what was uploaded


def require_record_opened(*, papers: bool, opened: bool) -> None:
    """A follow-up is found only by a doctor who has the papers and has opened them in this encounter.

    Raises: PapersMissing (B13), RecordNotOpened (B12).
    Rule: B12, B13
    """
    if not papers:
        raise PapersMissing
    if not opened:
        raise RecordNotOpened


@dataclass(frozen=True, slots=True)
class Presence:
    """One person's being in the room: `left_at` by their own will, `away_since` when the line was lost."""

    is_doctor: bool
    connected_at: datetime | None
    away_since: datetime | None = None
    left_at: datetime | None = None

    def lost(self, grace: timedelta, now: datetime) -> bool:
        """Away for longer than a call waits."""
        return self.left_at is None and self.away_since is not None and now - self.away_since >= grace

    def gone(self, grace: timedelta, now: datetime) -> bool:
        """Lost, or left that long ago."""
        return self.lost(grace, now) or (self.left_at is not None and now - self.left_at >= grace)


class CallEnd(StrEnum):
    """How a call is ended by the scan: the verb of the lifecycle."""

    NOBODY_CAME = "hand_back"
    ABANDONED = "end_abandoned"
    TECHNICAL = "end_technically"


def call_end(people: Iterable[Presence], grace: timedelta, now: datetime) -> CallEnd | None:
    """How a call that has fallen apart ends; None while it goes on.

    The patient's side is one: while a guardian or helper is in the room, a patient who drops is not lost. Who leaves by
    their own will has not been lost by the line: then, once the doctor is gone as well, the visit goes on to its note. A
    doctor who goes before the patient ever came gives the patient back to the queue.
    Rule: visits-11
    """
    seen = [each for each in people if each.connected_at is not None]
    doctor = [each for each in seen if each.is_doctor]
    patient_side = [each for each in seen if not each.is_doctor]
    doctor_gone = bool(doctor) and all(each.gone(grace, now) for each in doctor)
    if patient_side and all(each.gone(grace, now) for each in patient_side):
        if any(each.lost(grace, now) for each in patient_side):
            return CallEnd.TECHNICAL
        return CallEnd.ABANDONED if doctor_gone else None
    if doctor_gone:
        return CallEnd.TECHNICAL if patient_side else CallEnd.NOBODY_CAME
    return None
