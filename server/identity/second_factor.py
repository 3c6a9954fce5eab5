"""The second factor of staff: TOTP (RFC 6238) each step of which is good once, and recovery codes on paper."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp

from server.foundation.crypto import label
from server.foundation.work import Work
from server.settings import SignInSettings

from . import lock_out, logins
from . import login_store as store
from .errors import SecondFactorNeeded, SecondFactorWrong
from .login_model import Account, RecoveryCode
from .rules import second_factor_is_fresh

ISSUER: Final = "联医"
_STEP_S: Final = 30
_NEIGHBOURS: Final = (0, -1, 1)  # a phone's clock may be half a minute off
_TOTP: Final = re.compile(r"\d{6}", re.ASCII)
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else on paper
_RECOVERY_CODES: Final = 10


def fresh_secret() -> str:
    """A new TOTP secret."""
    return pyotp.random_base32()


def seal_secret(work: Work, person_id: UUID, secret: str) -> bytes:
    """The secret for the table."""
    return work.ground.keys.totp.seal(secret.encode(), label("totp", str(person_id)))


def open_secret(work: Work, person_id: UUID, sealed: bytes) -> str:
    """The stored secret."""
    return work.ground.keys.totp.open(sealed, label("totp", str(person_id))).decode()


def uri_of(secret: str, username: str) -> str:
    """What the QR code for an authenticator says."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def step_at(now: datetime) -> int:
    """The TOTP step of an instant."""
    return int(now.timestamp()) // _STEP_S


def code_of(secret: str, step: int) -> str:
    """The six digits of one step."""
    return pyotp.TOTP(secret).at(step * _STEP_S)


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The step whose digits these are, among the present one and its neighbours."""
    for offset in _NEIGHBOURS:
        step = step_at(now) + offset
        if hmac.compare_digest(code_of(secret, step), typed):
            return step
    return None


@dataclass(frozen=True, slots=True)
class Proof:
    """A second factor that fits and was not used yet: a step of the authenticator, or a recovery code."""

    account_id: UUID
    step: int | None = None
    recovery_digests: tuple[bytes, ...] = field(default=(), repr=False)


async def proof(work: Work, account: Account, typed: str) -> Proof | None:
    """What was typed as a proof that can still be used, or None."""
    plain = typed.replace(" ", "").replace("-", "").upper()
    if not _TOTP.fullmatch(plain):
        digests = tuple(work.ground.fields.indexes("recovery-code", plain, account.person_id))
        known = await store.has_recovery_code(work.session, account.person_id, digests)
        return Proof(account.person_id, recovery_digests=digests) if known else None
    if account.totp_sealed is None:
        return None
    step = matching_step(open_secret(work, account.person_id, account.totp_sealed), plain, work.now)
    return Proof(account.person_id, step) if step is not None and step > account.totp_last_step else None


async def use(work: Work, found: Proof) -> bool:
    """Use a proof up with the transaction; False when another request was faster."""
    if found.step is not None:
        return await store.use_totp_step(work.session, found.account_id, found.step)
    return await store.use_recovery_code(work.session, found.account_id, found.recovery_digests, work.now)


async def new_recovery_codes(work: Work, person_id: UUID, count: int = _RECOVERY_CODES) -> list[str]:
    """Recovery codes in clear, shown once; only digests are kept."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(count)]
    for code in codes:
        digest = work.ground.fields.index("recovery-code", code, person_id)
        work.session.add(RecoveryCode(person_id=person_id, digest=digest, created_at=work.now))
    await work.session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def step_up(work: Work, typed: str) -> str:
    """The second factor once more, in the acting login; a new access token that says so.

    Raises: SecondFactorWrong, SignInLocked, NotSignedIn. Rule: B04
    """
    login = await logins.acting_login(work)
    account = await store.account(work.session, login.person_id)
    subject = lock_out.subject_of(work, str(login.person_id))
    await lock_out.require_unlocked(work, subject)
    found = await proof(work, account, typed) if account else None
    if found is None or not await use(work, found):
        await lock_out.failed(work, subject)
        work.audit("second-factor.refuse", "login", login.id)
        raise SecondFactorWrong().keeping_effects()
    login.second_factor_at = work.now
    await lock_out.succeeded(work, subject)
    work.audit("second-factor.pass", "login", login.id)
    return logins.access_token(work, login)


async def require_fresh_second_factor(work: Work) -> None:
    """Nothing, when the acting login proved the second factor within the last minutes that the rule allows.

    To be asked before the first reception of a half-day. Raises: SecondFactorNeeded. Rule: B04
    """
    login = await logins.acting_login(work)
    if not second_factor_is_fresh(login.second_factor_at, work.now, work.part(SignInSettings).second_factor_fresh_s):
        raise SecondFactorNeeded
