"""Use cases of the signing PIN: set (a new key), unlock, lock, and what the holder may know of the key.

Wrong PINs are counted at the key, in the database, so every process and every login knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.events import LoginEnded
from server.settings import Settings, SigningSettings

from . import store
from .certification import certificate_for, retire
from .custody import Signing
from .errors import SigningPinMissing, SigningPinPaused, SigningPinWeak, WrongSigningPin
from .model import PractitionerKeyRow
from .pin_sealing import pin_is_weak
from .signer import Signer
from .unlocked import Opened

DEMO_PIN: Final = "135790"
_REPLACED: Final = "签名密码已重设，换用新密钥"


@dataclass(frozen=True, slots=True)
class KeyState:
    """What its holder may know of a signing key; `demo_pin` is told in demo mode only."""

    set: bool
    unlocked_until: datetime | None
    algorithm: str
    certificate_serial: str | None
    paused_until: datetime | None
    made_at: datetime | None
    licensed: bool
    demo_pin: str | None


async def usable_key(work: Work, person_id: PersonId, *, lock: bool = False) -> PractitionerKeyRow:
    """The key that a person signs with here: of today's keeper and algorithm. Raises: SigningPinMissing."""
    row = await store.key_in_use(work.session, person_id, lock=lock)
    if row is None or not _is_todays(work, row):
        raise SigningPinMissing
    return row


async def state(work: Work) -> KeyState:
    """What the acting person may know of their key."""
    signing = work.part(Signing)
    row = await store.key_in_use(work.session, work.actor.person)
    usable = row if row is not None and _is_todays(work, row) else None
    opened = signing.unlocked.of(work.actor.login_id, work.now)
    return KeyState(
        set=usable is not None,
        unlocked_until=opened.until if opened and usable and opened.key_id == usable.id else None,
        algorithm=signing.custody.algorithm,
        certificate_serial=await _certificate_serial(work, usable) if usable else None,
        paused_until=usable.paused_until if usable and _is_paused(usable, work.now) else None,
        made_at=usable.made_at if usable else None,
        licensed=signing.custody.licensed,
        demo_pin=DEMO_PIN if work.part(Settings).demo else None,
    )


async def set_pin(work: Work, pin: str) -> KeyState:
    """A new key under a PIN, open at once; an earlier key ends and its certificates are revoked.

    Whoever finds a desk unattended must not get a key this way: a fresh second factor is asked for.
    Raises: SecondFactorNeeded, SigningPinWeak, SigningServiceAway. Rule: B61
    """
    await identity.require_fresh_second_factor(work)
    if pin_is_weak(pin):
        raise SigningPinWeak
    row, signer = await make_key(work, work.actor.person, pin)
    hold_open(work, row, signer)
    await certificate_for(work, row, signer)
    return await state(work)


async def unlock(work: Work, pin: str) -> KeyState:
    """Open the key for this login in this process.

    Raises: SigningPinMissing, WrongSigningPin, SigningPinPaused, SigningServiceAway. Rule: B61
    """
    row = await usable_key(work, work.actor.person, lock=True)
    if _is_paused(row, work.now):
        assert row.paused_until is not None, "a pause has an end"
        raise SigningPinPaused(retry_after_s=int((row.paused_until - work.now).total_seconds()) + 1)
    signer = await work.part(Signing).custody.open(work, row, pin)
    if signer is None:
        raise _refused(work, row).keeping_effects()
    row.failures, row.paused_until = 0, None
    hold_open(work, row, signer)
    work.audit("signing-key.unlock", "signing-key", row.id)
    return await state(work)


async def lock(work: Work) -> KeyState:
    """Close the key for this login now."""
    if work.actor.login_id is not None:
        work.part(Signing).unlocked.forget(work.actor.login_id)
        work.audit("signing-key.lock", "login", work.actor.login_id)
    return await state(work)


async def lock_ended(work: Work, event: LoginEnded) -> None:
    """A login that is over signs no more. Rule: B61"""
    if work.ground.has(Signing):
        unlocked = work.part(Signing).unlocked
        work.afterwards(lambda: unlocked.forget(event.login_id))


async def give_pins(work: Work, pins: Mapping[PersonId, str]) -> None:
    """A key for each of these people who has none: the demo's staff. Whoever has one keeps it."""
    have = await store.keys_in_use(work.session, list(pins))
    for person_id, pin in pins.items():
        if person_id not in have:
            await make_key(work, person_id, pin)


async def make_key(work: Work, person_id: PersonId, pin: str) -> tuple[PractitionerKeyRow, Signer]:
    """A new key in place of the one that the person had; not open for any login yet."""
    custody = work.part(Signing).custody
    former = await store.key_in_use(work.session, person_id, lock=True)
    if former is not None:
        await retire(work, former.id, _REPLACED)
    key_id = work.new_id()
    made = await custody.make(work, key_id, person_id, pin)
    row = PractitionerKeyRow(
        id=key_id,
        person_id=person_id,
        keeper=custody.keeper,
        algorithm=made.signer.algorithm,
        kid=made.signer.kid,
        sealed=made.sealed,
        stretching=made.stretching,
        made_at=work.now,
        failures=0,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("signing-key.make", "signing-key", key_id)
    return row, made.signer


def hold_open(work: Work, row: PractitionerKeyRow, signer: Signer) -> None:
    """The key is open for the acting login from now on, for as long as the settings say."""
    assert work.actor.login_id is not None, "only a login opens a key"
    until = work.now + timedelta(seconds=work.part(SigningSettings).unlocked_s)
    work.part(Signing).unlocked.hold(work.actor.login_id, Opened(row.id, signer, until), work.now)


def opened_for(work: Work, key_id: UUID) -> Signer | None:
    """The key, when it is open for the acting login."""
    opened = work.part(Signing).unlocked.of(work.actor.login_id, work.now)
    return opened.signer if opened is not None and opened.key_id == key_id else None


def _refused(work: Work, row: PractitionerKeyRow) -> WrongSigningPin | SigningPinPaused:
    settings = work.part(SigningSettings)
    row.failures += 1
    work.audit("signing-key.refuse", "signing-key", row.id, failures=row.failures)
    left = settings.pin_tries - row.failures
    if left > 0:
        return WrongSigningPin(left=left)
    pause_s = pause_after(row.failures, settings)
    row.paused_until = work.now + timedelta(seconds=pause_s)
    return SigningPinPaused(retry_after_s=pause_s)


def pause_after(failures: int, settings: SigningSettings) -> int:
    """How many seconds to wait after so many wrong PINs in a row: doubling from the first one too many."""
    doubled: int = settings.pin_pause_s * 2 ** min(failures - settings.pin_tries, 20)
    return min(doubled, settings.pin_pause_longest_s)


def _is_paused(row: PractitionerKeyRow, now: datetime) -> bool:
    return row.paused_until is not None and row.paused_until > now


def _is_todays(work: Work, row: PractitionerKeyRow) -> bool:
    custody = work.part(Signing).custody
    return (row.keeper, row.algorithm) == (custody.keeper, custody.algorithm)


async def _certificate_serial(work: Work, row: PractitionerKeyRow) -> str | None:
    newest = await store.newest_certificate(work.session, row.id, work.actor.organisation_id, work.now)
    return newest.serial if newest else None
