"""Every SQL statement of signing in: accounts, codes, counts, failures, logins and their refresh tokens.

Whatever two requests could race for is one compare-and-set statement or a row locked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .login_model import (
    Account,
    AttemptCount,
    DemoPerson,
    Enrolment,
    Login,
    OneTimeCode,
    RecoveryCode,
    RefreshToken,
    SignInFailure,
)


async def account(session: AsyncSession, person_id: UUID) -> Account | None:
    """A person's account."""
    return await session.get(Account, person_id)


async def account_named(session: AsyncSession, username: str, phone_digests: Sequence[bytes]) -> Account | None:
    """The open account with that username or that phone."""
    named = or_(Account.username == username, Account.phone_digest.in_(phone_digests))
    return (await session.scalars(select(Account).where(named, Account.closed_at.is_(None)).limit(1))).first()


async def use_totp_step(session: AsyncSession, person_id: UUID, step: int) -> bool:
    """Use a TOTP step up; False when it, or a later one, was used before."""
    used = (
        update(Account)
        .where(Account.person_id == person_id, Account.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Account.person_id)
    )
    return (await session.execute(used)).first() is not None


async def has_recovery_code(session: AsyncSession, person_id: UUID, digests: Sequence[bytes]) -> bool:
    """Whether one of these is an unused recovery code of the account."""
    unused = select(RecoveryCode.digest).where(
        RecoveryCode.person_id == person_id, RecoveryCode.digest.in_(digests), RecoveryCode.used_at.is_(None)
    )
    return (await session.execute(unused)).first() is not None


async def use_recovery_code(session: AsyncSession, person_id: UUID, digests: Sequence[bytes], now: datetime) -> bool:
    """Use a recovery code up; False when there is none such."""
    used = (
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.digest.in_(digests), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.person_id)
    )
    return (await session.execute(used)).first() is not None


async def drop_recovery_codes(session: AsyncSession, person_id: UUID) -> None:
    """Forget every recovery code of an account."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


async def enrolment(session: AsyncSession, token_digest: bytes) -> Enrolment | None:
    """The enrolment of a link, held until the transaction ends."""
    found = select(Enrolment).where(Enrolment.token_digest == token_digest).with_for_update()
    return (await session.scalars(found)).first()


async def close_enrolments(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """End the links that a person has not used."""
    open_links = update(Enrolment).where(Enrolment.person_id == person_id, Enrolment.used_at.is_(None))
    await session.execute(open_links.values(used_at=now))


async def live_codes(
    session: AsyncSession, phone_digests: Sequence[bytes], purpose: str, now: datetime, tries: int
) -> Sequence[OneTimeCode]:
    """The newest codes of a phone that may still fit, held until the transaction ends."""
    found = (
        select(OneTimeCode)
        .where(
            OneTimeCode.phone_digest.in_(phone_digests),
            OneTimeCode.purpose == purpose,
            OneTimeCode.expires_at > now,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.tries < tries,
        )
        .order_by(OneTimeCode.created_at.desc(), OneTimeCode.id.desc())
        .limit(3)
        .with_for_update()
    )
    return (await session.scalars(found)).all()


async def latest_code(session: AsyncSession, phone_digests: Sequence[bytes], purpose: str) -> OneTimeCode | None:
    """The newest code of a phone, whatever became of it."""
    found = select(OneTimeCode).where(OneTimeCode.phone_digest.in_(phone_digests), OneTimeCode.purpose == purpose)
    return (await session.scalars(found.order_by(OneTimeCode.created_at.desc()).limit(1))).first()


async def count_attempt(session: AsyncSession, kind: str, subject: bytes, now: datetime, window_s: int) -> int:
    """Count one more attempt in the present window; how many that makes."""
    start = datetime.fromtimestamp(now.timestamp() // window_s * window_s, now.tzinfo)
    counted = (
        insert(AttemptCount)
        .values(kind=kind, subject_digest=subject, window_start=start, count=1)
        .on_conflict_do_update(
            index_elements=[AttemptCount.kind, AttemptCount.subject_digest, AttemptCount.window_start],
            set_={"count": AttemptCount.count + 1},
        )
        .returning(AttemptCount.count)
    )
    return (await session.execute(counted)).scalar_one()


async def attempts(session: AsyncSession, kind: str, subject: bytes, now: datetime, window_s: int) -> int:
    """How many attempts the present window has seen."""
    start = datetime.fromtimestamp(now.timestamp() // window_s * window_s, now.tzinfo)
    row = await session.get(AttemptCount, (kind, subject, start), populate_existing=True)
    return row.count if row else 0


async def hold(session: AsyncSession, subject: bytes) -> None:
    """Let the attempts for one subject come one after the other, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(subject[:8], "big", signed=True))))


async def failure(session: AsyncSession, subject: bytes) -> SignInFailure | None:
    """The wrong sign-ins in a row of one subject, held until the transaction ends."""
    found = select(SignInFailure).where(SignInFailure.subject_digest == subject).with_for_update()
    return (await session.scalars(found.execution_options(populate_existing=True))).first()


async def add_failure(session: AsyncSession, subject: bytes, now: datetime) -> SignInFailure:
    """One more wrong sign-in of that subject."""
    counted = (
        insert(SignInFailure)
        .values(subject_digest=subject, failures=1, last_at=now)
        .on_conflict_do_update(
            index_elements=[SignInFailure.subject_digest],
            set_={"failures": SignInFailure.failures + 1, "last_at": now},
        )
        .returning(SignInFailure)
    )
    return (await session.execute(counted.execution_options(populate_existing=True))).scalar_one()


async def forget_failures(session: AsyncSession, subject: bytes) -> None:
    """Start counting anew after a right sign-in."""
    await session.execute(delete(SignInFailure).where(SignInFailure.subject_digest == subject))


async def login(session: AsyncSession, login_id: UUID) -> Login | None:
    """A login as the database has it now."""
    return await session.get(Login, login_id, populate_existing=True)


async def living(session: AsyncSession, logins: Sequence[UUID], now: datetime) -> Sequence[UUID]:
    """Those of these logins that are not over."""
    found = select(Login.id).where(Login.id.in_(logins), Login.ended_at.is_(None), Login.expires_at > now)
    return (await session.scalars(found)).all()


async def logins_of(session: AsyncSession, person_id: UUID, now: datetime) -> Sequence[Login]:
    """A person's logins that are not over, the latest used first."""
    living = select(Login).where(Login.person_id == person_id, Login.ended_at.is_(None), Login.expires_at > now)
    return (await session.scalars(living.order_by(Login.seen_at.desc()))).all()


async def end_logins(
    session: AsyncSession,
    now: datetime,
    reason: str,
    *,
    login_id: UUID | None = None,
    person_id: UUID | None = None,
    membership_id: UUID | None = None,
    but: UUID | None = None,
) -> Sequence[UUID]:
    """End one login, or all of a person or a post; which ones were ended now."""
    assert login_id or person_id or membership_id, "whose logins must be said"
    ended = update(Login).where(Login.ended_at.is_(None))
    for column, wanted in ((Login.id, login_id), (Login.person_id, person_id), (Login.membership_id, membership_id)):
        if wanted is not None:
            ended = ended.where(column == wanted)
    if but is not None:
        ended = ended.where(Login.id != but)
    return (await session.scalars(ended.values(ended_at=now, ended_for=reason).returning(Login.id))).all()


async def refresh_token(session: AsyncSession, digest: bytes) -> RefreshToken | None:
    """One link of a chain, held until the transaction ends, so that two tabs come one after the other."""
    found = select(RefreshToken).where(RefreshToken.digest == digest).with_for_update()
    return (await session.scalars(found.execution_options(populate_existing=True))).first()


async def demo_people(session: AsyncSession) -> Sequence[DemoPerson]:
    """The demo's people in their order."""
    return (await session.scalars(select(DemoPerson).order_by(DemoPerson.place))).all()


async def demo_person(session: AsyncSession, person_id: UUID) -> DemoPerson | None:
    """One of the demo's people, held until the transaction ends."""
    found = select(DemoPerson).where(DemoPerson.person_id == person_id).with_for_update()
    return (await session.scalars(found)).first()


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete what signing in no longer needs: old codes, counts, failures, and logins over for half a year (B55)."""
    day, half_year = timedelta(days=1), timedelta(days=180)
    await session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < now - day))
    await session.execute(delete(AttemptCount).where(AttemptCount.window_start < now - 2 * day))
    await session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - day))
    await session.execute(delete(Login).where(Login.expires_at < now - half_year))
