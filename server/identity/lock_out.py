"""Slowing down whoever guesses: a growing pause for one account or name, and a limit of failures from one address.

Counts lie in the database, under digests, so every process and every restart knows them; names that are no account are
counted like accounts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from server.foundation.work import Work
from server.settings import SignInSettings

from . import login_store as store
from .errors import SignInLocked
from .rules import lock_after

HOUR_S: Final = 3600
_FROM_ADDRESS: Final = "sign-in-failed-address"


def subject_of(work: Work, who: str) -> bytes:
    """The digest under which the failures of an account id, or of a name that is none, are counted."""
    return work.ground.fields.index("sign-in-failures", who, "")


def address_of(work: Work) -> bytes:
    """The digest of the caller's address."""
    return work.ground.fields.index("address", work.client.address or "none", "")


def until_next_hour_s(work: Work) -> int:
    """Seconds until the present hourly window is over."""
    return HOUR_S - int(work.now.timestamp()) % HOUR_S


async def require_address_calm(work: Work) -> None:
    """Nothing, while this address has not failed too often. Raises: SignInLocked."""
    failed = await store.attempts(work.session, _FROM_ADDRESS, address_of(work), work.now, HOUR_S)
    if failed >= work.part(SignInSettings).failures_per_address_hour:
        raise SignInLocked(retry_after_s=until_next_hour_s(work))


async def require_unlocked(work: Work, subject: bytes) -> None:
    """Nothing, while this subject is not paused; from here on its attempts come one after the other.

    Raises: SignInLocked.
    """
    await store.hold(work.session, subject)
    failure = await store.failure(work.session, subject)
    if failure and failure.locked_until and failure.locked_until > work.now:
        raise SignInLocked(retry_after_s=int((failure.locked_until - work.now).total_seconds()) + 1)


async def failed(work: Work, subject: bytes) -> None:
    """Count a wrong attempt and pause the subject when it was one too many."""
    settings = work.part(SignInSettings)
    failure = await store.add_failure(work.session, subject, work.now)
    pause: timedelta | None = lock_after(
        failure.failures, free=settings.lock_after, first_s=settings.lock_first_s, longest_s=settings.lock_longest_s
    )
    failure.locked_until = work.now + pause if pause else None
    await failed_from_address(work)


async def failed_from_address(work: Work) -> None:
    """Count a wrong attempt for the caller's address only."""
    await store.count_attempt(work.session, _FROM_ADDRESS, address_of(work), work.now, HOUR_S)


async def succeeded(work: Work, subject: bytes) -> None:
    """A right sign-in: start counting anew."""
    await store.forget_failures(work.session, subject)
