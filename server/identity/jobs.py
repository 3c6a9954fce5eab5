"""What identity does on a schedule: expired papers and outgrown guardianships once a day, old codes and counts hourly."""

from __future__ import annotations

from server.foundation.jobs import every
from server.foundation.work import Work

from . import family, login_store, practitioners


@every("10 16 * * *", "identity.suspend-expired")  # ten past midnight in China
async def suspend_expired(work: Work) -> None:
    """Posts whose licence or filing is over are suspended, renewed ones come back (B02, B06, B08)."""
    await practitioners.suspend_and_restore(work)


@every("15 16 * * *", "identity.end-outgrown")  # a quarter past midnight in China
async def end_outgrown(work: Work) -> None:
    """Guardianships over those who came of age are over."""
    await family.end_outgrown(work)


@every("25 * * * *", "identity.forget-old")
async def forget_old(work: Work) -> None:
    """Codes, counts and failures that no longer matter, and logins over for half a year."""
    await login_store.forget_old(work.session, work.now)


TASKS = (suspend_expired, end_outgrown, forget_old)
