"""Use cases of recordings: the key for an encounter, its legs, what a page needs to play them in step, the files.

Fetching from the media node and making the export are `fetching.py`: they run in jobs, outside of any transaction.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.answers import FileAnswer
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from signaling.service import is_second

from . import store_kept as store
from .consents import consent_in_force
from .encounters import EncounterFacts, encounter, note_read, require_may_read, require_may_read_encounter
from .errors import RecordingConsentMissing, RecordingGone, RecordingNotReady
from .model_kept import Recording, RecordingLeg
from .rules import ALLOWS_RECORDING, Right, Seen
from .sealing import key_of, seal, unseal

_WEBM = "video/webm"
_MKV = "video/x-matroska"


@dataclass(frozen=True, slots=True)
class RecordingKey:
    """Under which name and key the media node writes an encounter's segments."""

    recording_id: UUID
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LegView:
    """One participant's picture and sound over one connection, or their `second` picture; offsets and gaps in seconds."""

    id: UUID
    seat: str
    second: bool
    person_id: PersonId | None
    name: str
    state: str
    offset_s: float
    duration_s: float
    has_audio: bool
    has_video: bool
    gaps: tuple[dict[str, Any], ...]
    size: int | None


@dataclass(frozen=True, slots=True)
class RecordingView:
    """What the page needs to play all legs in step: each starts `offset_s` after `started_at`."""

    recording_id: UUID
    encounter_id: UUID
    started_at: datetime | None
    duration_s: float
    legs: tuple[LegView, ...]
    export_ready: bool
    pending: int


async def open_recording(work: Work, encounter_id: UUID) -> RecordingKey:
    """The encounter's recording and its key; made on first use, the same afterwards.

    Raises: Unknown, RecordingConsentMissing. Rule: B40
    """
    facts = await encounter(work, encounter_id)
    if not await _patient_agrees(work, facts):
        raise RecordingConsentMissing
    row = await store.recording_of(work.session, encounter_id)
    if row is None:
        await _make(work, facts)
        row = await store.recording_of(work.session, encounter_id)
        assert row is not None, "it was just made, by us or by a twin"
    return RecordingKey(row.id, await recording_key(work, row))


async def _patient_agrees(work: Work, facts: EncounterFacts) -> bool:
    for purpose in ALLOWS_RECORDING:
        if await consent_in_force(work, facts.patient_id, purpose, encounter_id=facts.id):
            return True
    return False


async def open_leg(work: Work, recording_id: UUID, leg: str, *, seat: str, person_id: PersonId | None) -> None:
    """Know a leg before its manifest comes, and whose it is; a second time changes nothing. Raises: Unknown."""
    if await store.recording(work.session, recording_id) is None:
        raise Unknown
    await store.start_leg(work.session, fresh_leg(work, recording_id, leg, seat, person_id))


async def recording(work: Work, encounter_id: UUID) -> RecordingView:
    """The recording of an encounter; a view in the who-read list. Raises: Unknown."""
    facts = await require_may_read_encounter(work, encounter_id)
    row = await store.recording_of(work.session, encounter_id)
    if row is None:
        raise Unknown
    await _note_view(work, facts, row)
    legs = await store.legs_of(work.session, row.id)
    names = await identity.people(work, {PersonId(leg.person_id) for leg in legs if leg.person_id})
    starts = [leg.started_at for leg in legs if leg.started_at]
    zero = min(starts) if starts else None
    views = tuple(_leg_view(leg, zero, names) for leg in legs)
    return RecordingView(
        recording_id=row.id,
        encounter_id=encounter_id,
        started_at=zero,
        duration_s=max((view.offset_s + view.duration_s for view in views), default=0.0),
        legs=views,
        export_ready=export_stands(row, legs),
        pending=sum(leg.state == "open" for leg in legs),
    )


async def open_playback(work: Work, encounter_id: UUID) -> tuple[str, int]:
    """A token for the player of somebody who may see this recording, and its seconds. Raises: Unknown, NotSignedIn."""
    facts = await require_may_read_encounter(work, encounter_id)
    row = await store.recording_of(work.session, encounter_id)
    if row is None:
        raise Unknown
    work.audit("recording.playback", "recording", row.id, patient_id=facts.patient_id)
    return await identity.further_access(work)


async def play_leg(work: Work, leg_id: UUID) -> FileAnswer:
    """One leg's WebM, by ranges; a view in the who-read list. Raises: Unknown, RecordingNotReady, RecordingGone."""
    leg = await store.leg(work.session, leg_id)
    row = await store.recording(work.session, leg.recording_id) if leg else None
    if leg is None or row is None:
        raise Unknown
    facts = await encounter(work, row.encounter_id)
    await require_may_read(work, facts.patient_id)
    if leg.state == "open":
        raise RecordingNotReady(retry_after_s=10)
    if leg.state == "deleted":
        raise RecordingGone
    if leg.vault_name is None or leg.size is None:
        raise Unknown  # nothing was sent over this leg
    await _note_view(work, facts, row)
    return vault_file(work, leg.vault_name, leg.size, _WEBM, f"{leg.seat}.webm")


async def ask_export(work: Work, encounter_id: UUID) -> bool:
    """Have one MKV with all tracks made; True when it is ready already. Raises: Unknown, RecordingNotReady."""
    await require_may_read_encounter(work, encounter_id)
    row = await store.recording_of(work.session, encounter_id)
    legs = await store.legs_of(work.session, row.id) if row else []
    if row is not None and any(leg.state == "open" for leg in legs):
        raise RecordingNotReady(retry_after_s=10)
    if row is None or not any(leg.state == "kept" for leg in legs):
        raise Unknown
    if export_stands(row, legs):
        return True
    await work.defer("records.export_recording", recording_id=row.id)
    return False


async def export_file(work: Work, encounter_id: UUID) -> FileAnswer:
    """The MKV with all tracks. Raises: Unknown, RecordingNotReady until it is made."""
    facts = await require_may_read_encounter(work, encounter_id)
    row = await store.recording_of(work.session, encounter_id)
    if row is None:
        raise Unknown
    legs = await store.legs_of(work.session, row.id)
    if not export_stands(row, legs) or row.export_name is None or row.export_size is None:
        raise RecordingNotReady(retry_after_s=5)
    await _note_view(work, facts, row)
    work.audit("recording.export", "recording", row.id, patient_id=facts.patient_id)
    return vault_file(work, row.export_name, row.export_size, _MKV, f"{encounter_id}.mkv", inline=False)


def export_stands(row: Recording, legs: Iterable[RecordingLeg]) -> bool:
    """Whether the export holds every leg that is kept now."""
    return row.export_name is not None and row.export_legs == sum(leg.state == "kept" for leg in legs)


def vault_file(work: Work, name: str, size: int, content_type: str, title: str, *, inline: bool = True) -> FileAnswer:
    """A file of the vault as an answer that may be asked for by ranges."""
    vault = work.ground.vault
    return FileAnswer(lambda start, end: vault.read(name, start, end), size, content_type, title, inline)


async def recording_key(work: Work, row: Recording) -> bytes:
    """The key of a recording, opened."""
    text = unseal(work, row.wrapped_key, ("recordings", "wrapped_key", row.id), await key_of(work, row.patient_id))
    return base64.b64decode(text)


def fresh_leg(work: Work, recording_id: UUID, leg: str, seat: str, person_id: PersonId | None) -> dict[str, Any]:
    """The row of a leg that has begun."""
    return {
        "id": work.new_id(),
        "recording_id": recording_id,
        "leg": leg,
        "seat": seat,
        "person_id": person_id,
        "state": "open",
        "opened_at": work.now,
        "has_audio": False,
        "has_video": False,
        "gaps": [],
    }


async def _make(work: Work, facts: EncounterFacts) -> None:
    recording_id = work.new_id()
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    key = await key_of(work, facts.patient_id)
    made = await store.start_recording(
        work.session,
        {
            "id": recording_id,
            "encounter_id": facts.id,
            "patient_id": facts.patient_id,
            "wrapped_key": seal(work, secret, ("recordings", "wrapped_key", recording_id), key),
            "opened_at": work.now,
            "export_legs": 0,
        },
    )
    if made:
        work.audit("recording.open", "recording", recording_id, patient_id=facts.patient_id)


async def _note_view(work: Work, facts: EncounterFacts, row: Recording) -> None:
    right = await require_may_read(work, facts.patient_id)
    await note_read(work, facts.patient_id, Seen.RECORDING, row.id, own=right is Right.SELF)


def _leg_view(leg: RecordingLeg, zero: datetime | None, names: dict[PersonId, identity.PersonCard]) -> LegView:
    card = names.get(PersonId(leg.person_id)) if leg.person_id else None
    offset = (leg.started_at - zero).total_seconds() if leg.started_at and zero else 0.0
    return LegView(
        id=leg.id,
        seat=leg.seat,
        second=is_second(leg.seat),
        person_id=PersonId(leg.person_id) if leg.person_id else None,
        name=card.name if card else "",
        state=leg.state,
        offset_s=offset,
        duration_s=leg.duration_s or 0.0,
        has_audio=leg.has_audio,
        has_video=leg.has_video,
        gaps=tuple(leg.gaps),
        size=leg.size,
    )
