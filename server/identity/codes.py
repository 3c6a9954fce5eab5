"""One-time codes for phones: six digits, five minutes, five tries, known by digests; limits per phone and per address.

A code leaves this module sealed, in an event that `notifications` turns into a message; nobody else can open it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

from server.foundation.work import Work
from server.settings import SignInSettings

from . import lock_out
from . import login_store as store
from .errors import CodesTooOften, CodeWrong
from .events import SignInCodeIssued
from .login_model import OneTimeCode

_TABLE: Final = "one_time_codes"


class CodePurpose(StrEnum):
    """What a code is for; it fits nothing else."""

    SIGN_IN = "sign-in"
    CHANGE_PHONE = "change-phone"
    FAMILY = "family"


async def issue(work: Work, phone: str, purpose: CodePurpose) -> None:
    """Send a code to a phone, within the limits. The answer is the same whether anybody has that phone.

    Raises: CodesTooOften.
    """
    subject = work.ground.fields.index("code-phone", phone, "")
    await store.hold(work.session, subject)
    await _require_within_limits(work, subject, phone, purpose)
    await make(work, phone, purpose)


async def make(work: Work, phone: str, purpose: CodePurpose) -> str:
    """A new code, without looking at limits, on its way to the phone; in clear for the demo's buttons only."""
    settings = work.part(SignInSettings)
    code, code_id = f"{secrets.randbelow(1_000_000):06d}", work.new_id()
    fields = work.ground.fields
    work.session.add(
        OneTimeCode(
            id=code_id,
            phone_digest=_phone_digests(work, phone)[0],
            purpose=purpose,
            code_digest=fields.index("one-time-code", code, code_id),
            created_at=work.now,
            expires_at=work.now + timedelta(seconds=settings.code_lifetime_s),
        )
    )
    await work.session.flush()
    work.audit("code.issue", "code", code_id, purpose=purpose)
    work.record(
        SignInCodeIssued(
            code_id=code_id,
            purpose=purpose,
            phone_sealed=fields.seal(phone, _TABLE, "phone", code_id, None),
            code_sealed=fields.seal(code, _TABLE, "code", code_id, None),
            language=work.language,
        )
    )
    return code


def code_for_delivery(work: Work, event: SignInCodeIssued) -> tuple[str, str]:
    """Phone and code of an issued code, for the one who delivers it."""
    fields = work.ground.fields
    phone = fields.open(event.phone_sealed, _TABLE, "phone", event.code_id, None)
    return phone, fields.open(event.code_sealed, _TABLE, "code", event.code_id, None)


async def verify(work: Work, phone: str, purpose: CodePurpose, typed: str) -> OneTimeCode:
    """The code that fits; it stays good for the next step (choosing who, registering) until it is used up.

    Raises: CodeWrong, and counts the try; SignInLocked for an address that failed too often.
    """
    await lock_out.require_address_calm(work)
    settings = work.part(SignInSettings)
    found = await store.live_codes(work.session, _phone_digests(work, phone), purpose, work.now, settings.code_tries)
    for row in found:
        if _fits(work, row, typed):
            if row.verified_at is None:
                row.verified_at = work.now
                row.expires_at = work.now + timedelta(seconds=settings.verified_code_lifetime_s)
            return row
    for row in found:
        row.tries += 1
    await lock_out.failed_from_address(work)
    work.audit("code.refuse", "code", found[0].id if found else "none", purpose=purpose)
    raise CodeWrong().keeping_effects()


def use(work: Work, code: OneTimeCode) -> None:
    """Use a verified code up."""
    code.used_at = work.now


def _fits(work: Work, row: OneTimeCode, typed: str) -> bool:
    wanted = work.ground.fields.indexes("one-time-code", typed, row.id)
    return any(hmac.compare_digest(row.code_digest, each) for each in wanted)


def _phone_digests(work: Work, phone: str) -> list[bytes]:
    return work.ground.fields.indexes("code-phone", phone, "")


async def _require_within_limits(work: Work, subject: bytes, phone: str, purpose: CodePurpose) -> None:
    settings = work.part(SignInSettings)
    latest = await store.latest_code(work.session, _phone_digests(work, phone), purpose)
    if latest is not None:
        again_at = latest.created_at + timedelta(seconds=settings.code_again_after_s)
        if again_at > work.now:
            raise CodesTooOften(retry_after_s=int((again_at - work.now).total_seconds()) + 1)
    hourly = (
        ("code-phone", subject, settings.codes_per_phone_hour),
        ("code-address", lock_out.address_of(work), settings.codes_per_address_hour),
    )
    for kind, whose, most in hourly:
        if await store.count_attempt(work.session, kind, whose, work.now, lock_out.HOUR_S) > most:
            raise CodesTooOften(retry_after_s=lock_out.until_next_hour_s(work)).keeping_effects()
