"""The rules of records, pure: purposes of consent, the length of care, how long what is kept, when a note is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CARE_AFTER_CLOSING: Final = timedelta(days=30)  # a product default, in the care relationship's own row once it ends
SAME_VIEW: Final = timedelta(minutes=10)  # reloads and ranges of one sitting are one line in the who-read list


class Right(StrEnum):
    """By what right somebody reads a record or acts for a patient."""

    SELF = "self"
    GUARDIAN = "guardian"
    CARE = "care"
    CLINIC = "clinic"


class Purpose(StrEnum):
    """What a consent is for; each has its own versioned text."""

    INTERNET_DIAGNOSIS = "internet_diagnosis"
    PERSONAL_DATA = "personal_data"
    RECORDING = "recording"
    ACT_FOR_ME = "act_for_me"
    HELPER_RECORDING = "helper_recording"
    REMOTE_CONSULTATION = "remote_consultation"
    MEETING_RECORDING = "meeting_recording"


# Given for one encounter and no other: yesterday's recording does not allow today's.
PER_ENCOUNTER: Final = frozenset(
    {Purpose.RECORDING, Purpose.HELPER_RECORDING, Purpose.REMOTE_CONSULTATION, Purpose.MEETING_RECORDING}
)
# Given by whoever enters the room, for himself.
PERSONAL: Final = frozenset({Purpose.HELPER_RECORDING, Purpose.MEETING_RECORDING})
# By which of them a patient allows the encounter's recording: a visit's, or what the written consent to a consultation says.
ALLOWS_RECORDING: Final = frozenset({Purpose.RECORDING, Purpose.REMOTE_CONSULTATION})


class AttachmentKind(StrEnum):
    """What a file is in the record."""

    DIAGNOSIS_PAPER = "diagnosis_paper"
    PHOTO = "photo"
    CHAT_PICTURE = "chat_picture"
    CHAT_FILE = "chat_file"
    REMOTE_MATERIAL = "remote_material"


class Seen(StrEnum):
    """What somebody read, as the who-read list names it."""

    ENCOUNTERS = "encounters"
    ATTACHMENTS = "attachments"
    ATTACHMENT = "attachment"
    NOTE = "note"
    CHAT = "chat"
    RECORDING = "recording"
    TRACE = "trace"
    HEALTH = "health"
    PRESCRIPTION = "prescription"
    STUDY = "study"
    REMOTE_REQUEST = "remote_request"
    IMAGING_REPORT = "imaging_report"


class Kept(StrEnum):
    """Classes of retention."""

    OUTPATIENT_RECORD = "outpatient_record"
    PROCESS_RECORD = "process_record"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long, and which rule says so."""

    years: int
    rule: str


# One table for the whole product; docs/rules.md names the sources.
RETENTION: Final = {
    Kept.OUTPATIENT_RECORD: Retention(15, "B39"),
    Kept.PROCESS_RECORD: Retention(3, "B40"),
}


def kept_class(kind: AttachmentKind) -> Kept:
    """Pictures of the dialogue are process records; papers and photos belong to the outpatient record."""
    return Kept.PROCESS_RECORD if kind is AttachmentKind.CHAT_PICTURE else Kept.OUTPATIENT_RECORD


def keep_until(kept: Kept, made_at: datetime) -> datetime:
    """The first instant at which it may be deleted; a 29 February is kept until 1 March.

    Rule: B39, B40
    """
    year = made_at.year + RETENTION[kept].years
    try:
        return made_at.replace(year=year)
    except ValueError:
        return made_at.replace(year=year, month=3, day=1)


def may_delete(kept: Kept, made_at: datetime, *, legal_hold: bool, now: datetime) -> bool:
    """Whether its time is over; a legal hold wins over every date.

    Rule: B39, B40
    """
    return not legal_hold and now >= keep_until(kept, made_at)


def care_ends(closed_at: datetime, days: int | None) -> datetime:
    """When a carer's reading ends after closing; `days` None is the default of 30."""
    return closed_at + (CARE_AFTER_CLOSING if days is None else timedelta(days=days))


def in_care(opened_at: datetime, ends_at: datetime | None, now: datetime) -> bool:
    """Whether a care relationship is in force: from booking until its end, which is no longer in it."""
    return opened_at <= now and (ends_at is None or now < ends_at)
