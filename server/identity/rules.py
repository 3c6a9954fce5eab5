"""Rules of identity as pure functions: ages and years, licences in force, the lock-out, phones and passwords.

Limits that a deployment may change come as arguments; a legal minimum is a constant here. Who may do what to whom is in
`access.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from server.foundation.errors import Problem

from .errors import (
    CredentialNotInForce,
    MayNotConsult,
    MayNotPractise,
    MayNotReview,
    NotFiledHere,
    ServicesClosed,
)
from .vocabulary import REVIEWING_TITLES, RelationKind, Title

GUARDIAN_UNTIL_AGE: Final = 14  # B10
ADULT_AGE: Final = 18
INDEPENDENT_YEARS: Final = 3  # B02, B03
DISPENSING_YEARS: Final = 3  # B08

_MOBILE: Final = re.compile(r"1(?:[3-9]\d|00)\d{8}", re.ASCII)  # 100 is given out to nobody: invented people have it
_PHONE_NOISE: Final = str.maketrans("０１２３４５６７８９", "0123456789", " \u3000-()（）")
_COMMON_PASSWORDS: Final = ("password", "qwerty", "123456", "abc123", "admin", "iloveyou", "lianyi", "yiyuan", "woaini")


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date: ...


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """What B01 looks at."""

    internet_diagnosis: bool
    valid_from: date
    valid_until: date
    revoked: bool


@dataclass(frozen=True, slots=True)
class FilingFacts:
    """Where a credential may be used, and whether that organisation agreed to internet diagnosis."""

    registration: bool
    internet_consent: bool
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What B02 and B08 look at."""

    title: Title
    first_licensed_on: date
    valid_until: date
    dispensing_since: date | None = None
    review_trained_on: date | None = None


def whole_years(since: date, day: date) -> int:
    """Completed years between two days; who is born on 29 February has the birthday on 1 March in other years."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def needs_guardian(birth_date: date, day: date) -> bool:
    """Whether only a guardian may act for this person on that day.

    Rule: B10 (under 14).
    """
    return whole_years(birth_date, day) < GUARDIAN_UNTIL_AGE


def is_minor(birth_date: date, day: date) -> bool:
    """Whether the person has a guardian by law."""
    return whole_years(birth_date, day) < ADULT_AGE


def relation_holds(kind: RelationKind, ward_born: date, day: date) -> bool:
    """Whether a running relation still gives the right to act: a guardian's ends when the ward comes of age."""
    return kind is not RelationKind.GUARDIAN or is_minor(ward_born, day)


def in_force(dated: _Dated, day: date) -> bool:
    """Whether a paper with two dates is valid on that day, both days included."""
    return dated.valid_from <= day <= dated.valid_until


def services_open(licences: Iterable[LicenceFacts], day: date) -> bool:
    """Whether an organisation may offer internet diagnosis on that day.

    Rule: B01.
    """
    return any(held.internet_diagnosis and not held.revoked and in_force(held, day) for held in licences)


def practice_refusal(
    credential: CredentialFacts | None, filing: FilingFacts | None, licences: Iterable[LicenceFacts], day: date
) -> Problem | None:
    """Why a doctor may not practise over the internet at an organisation on that day; None when nothing stands against it.

    Rule: B01 (organisation), B02 (licence in force, three years, consent), B06 (registered or filed there).
    """
    if not services_open(licences, day):
        return ServicesClosed()
    if credential is None or day > credential.valid_until:
        return CredentialNotInForce()
    if filing is None or not in_force(filing, day):
        return NotFiledHere()
    if whole_years(credential.first_licensed_on, day) < INDEPENDENT_YEARS or not filing.internet_consent:
        return MayNotPractise()
    return None


def consultation_refusal(credential: CredentialFacts | None, filing: FilingFacts | None, day: date) -> Problem | None:
    """Why a doctor may not be invited as an expert by another institution on that day; None when nothing stands against it.

    Remote medicine between institutions is no internet diagnosis: the institution's licence is not asked, but a filing for
    further practice is not enough, the doctor is registered there. Rule: B03.
    """
    if credential is None or day > credential.valid_until:
        return CredentialNotInForce()
    registered = filing is not None and filing.registration and in_force(filing, day)
    if not registered or whole_years(credential.first_licensed_on, day) < INDEPENDENT_YEARS:
        return MayNotConsult()
    return None


def review_refusal(credential: CredentialFacts | None, day: date) -> Problem | None:
    """Why a pharmacist may not review prescriptions on that day.

    Rule: B08.
    """
    if credential is None or day > credential.valid_until:
        return CredentialNotInForce()
    experienced = credential.dispensing_since and whole_years(credential.dispensing_since, day) >= DISPENSING_YEARS
    if credential.title not in REVIEWING_TITLES or not experienced or credential.review_trained_on is None:
        return MayNotReview()
    return None


def lock_after(failures: int, *, free: int, first_s: int, longest_s: int) -> timedelta | None:
    """How long sign-in is paused after so many wrong attempts in a row: none, then doubling up to the longest."""
    if failures < free:
        return None
    doubled = first_s * 2 ** min(failures - free, 20)
    return timedelta(seconds=min(doubled, longest_s))


def second_factor_is_fresh(at: datetime | None, now: datetime, seconds: int) -> bool:
    """Whether the person proved who they are within so many seconds.

    Rule: B04.
    """
    return at is not None and now - at <= timedelta(seconds=seconds)


def read_phone(typed: str) -> str | None:
    """A mobile number as eleven digits, or None. A leading +86 and separators are forgiven."""
    digits = typed.translate(_PHONE_NOISE).removeprefix("+86")
    return digits if _MOBILE.fullmatch(digits) else None


def masked(phone: str) -> str:
    """A phone as it may be shown to someone who already knows it: 138****0417."""
    return f"{phone[:3]}****{phone[-4:]}"


def password_is_weak(password: str, username: str) -> bool:
    """Whether a password would be among the first guesses; length counts more than kinds of characters."""
    plain = password.casefold()
    if not 10 <= len(password) <= 128 or len(set(plain)) < 5:
        return True
    if username and username.casefold() in plain:
        return True
    # A common word with a short tail is still that common word.
    return any(word in plain and len(plain) - len(word) < 6 for word in _COMMON_PASSWORDS)
