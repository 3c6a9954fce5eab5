"""Enrolment of staff: a one-time link with which the person, and nobody else, sets password and second factor.

The link's token is known by its digest only; it travels after the # of the address, which browsers send to nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from server.foundation.work import Work
from server.settings import SignInSettings

from . import lock_out, logins, second_factor, store
from . import login_store as accounts
from .errors import EnrolmentOver, PasswordWeak, SecondFactorWrong
from .login_model import Account, Enrolment
from .passwords import Passwords
from .rules import password_is_weak


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """What the enrolment page shows: for whom, and the secret for the authenticator."""

    name: str
    username: str
    totp_secret: str = field(repr=False)
    totp_uri: str = field(repr=False)


async def offer(work: Work, person_id: UUID) -> str:
    """A new link's token for a member of staff; earlier links are over."""
    await accounts.close_enrolments(work.session, person_id, work.now)
    token = secrets.token_urlsafe(32)
    secret = second_factor.fresh_secret()
    row = Enrolment(
        id=work.new_id(),
        person_id=person_id,
        token_digest=_digest(token),
        totp_sealed=second_factor.seal_secret(work, person_id, secret),
        created_at=work.now,
        created_by=work.actor.person_id,
        expires_at=work.now + timedelta(hours=work.part(SignInSettings).enrolment_hours),
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("enrolment.offer", "account", person_id)
    return token


async def opened(work: Work, token: str) -> EnrolmentFacts:
    """What the link is for. Raises: EnrolmentOver."""
    row, account = await _of(work, token)
    person = await store.person(work.session, row.person_id)
    assert person is not None, "an enrolment belongs to a person"
    secret = second_factor.open_secret(work, row.person_id, row.totp_sealed)
    return EnrolmentFacts(person.name or "", account.username, secret, second_factor.uri_of(secret, account.username))


async def complete(work: Work, token: str, password: str, totp: str) -> list[str]:
    """Password and authenticator set; the recovery codes, shown once. Every earlier login of the account ends.

    Raises: EnrolmentOver, PasswordWeak, SecondFactorWrong.
    """
    row, account = await _of(work, token)
    if password_is_weak(password, account.username):
        raise PasswordWeak
    secret = second_factor.open_secret(work, row.person_id, row.totp_sealed)
    step = second_factor.matching_step(secret, totp.replace(" ", ""), work.now)
    if step is None:
        raise SecondFactorWrong
    account.password_hash = await work.part(Passwords).hashed(password)
    account.totp_sealed, account.totp_last_step = row.totp_sealed, step
    account.enrolled_at = row.used_at = work.now
    await accounts.drop_recovery_codes(work.session, row.person_id)
    await lock_out.succeeded(work, lock_out.subject_of(work, str(row.person_id)))
    await logins.end_all_of(work, row.person_id, "enrolled-anew")
    work.audit("enrolment.complete", "account", row.person_id)
    return await second_factor.new_recovery_codes(work, row.person_id)


async def _of(work: Work, token: str) -> tuple[Enrolment, Account]:
    row = await accounts.enrolment(work.session, _digest(token))
    account = await accounts.account(work.session, row.person_id) if row else None
    if row is None or account is None or row.used_at or row.expires_at <= work.now or account.closed_at:
        raise EnrolmentOver
    return row, account


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
