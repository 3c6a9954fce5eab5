"""Use cases of notifications: send, the inbox, and the demo's telephone. Delivering is `jobs.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PATIENT_SIDE, PersonId
from server.foundation.errors import NoSuchPath, Unknown
from server.foundation.fields import DataKey
from server.foundation.ground import push
from server.foundation.translation import CHINESE
from server.foundation.work import Work
from server.identity import service as identity
from server.settings import Settings

from . import store
from .adapters import Adapter, adapters_of
from .model import MessageRow
from .templates import Rendered, Template, template

KEPT: Final = timedelta(days=365)
_OUTWARD_KEPT: Final = timedelta(days=30)
_TABLE: Final = "messages"
_LONGEST_LIST: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One in-app message. `links` are ids of what it is about, for the page to open."""

    id: UUID
    person_id: PersonId
    template: str
    title: str = field(repr=False)
    text: str = field(repr=False)
    links: dict[str, str]
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class TelephoneMessage:
    """What the demo's telephone shows."""

    id: UUID
    channel: str
    to: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime


async def send(
    work: Work, to: PersonId | str, template_name: str, values: Mapping[str, str], *, language: str | None = None
) -> None:
    """Tell a person (in the inbox, and by SMS where the template says so) or an address (a phone; with an @ an e-mail).

    In the caller's transaction: rows and a job are written, nothing leaves before the commit.
    """
    kind = template(template_name)
    missing = kind.fields - values.keys()
    assert not missing, f"{template_name} needs {sorted(missing)}"
    if isinstance(to, str):
        await _write(work, kind, values, "email" if "@" in to else "sms", None, to, language)
        return
    await _write(work, kind, values, "inbox", to, None, language)
    work.after_commit(push(f"inbox:{to}", to))
    if kind.sms and adapters_of(work.ground).sms is not None and (phone := await _phone_of(work, to)):
        await _write(work, kind, values, "sms", to, phone, language)


async def inbox(work: Work) -> list[Notice]:
    """The acting person's messages and their wards', newest first, in the asker's language."""
    people = await addressees(work)
    keys = await data_keys.fetch_all(work.session, work.ground.fields, people)
    found = []
    for row in await store.inbox(work.session, people, _LONGEST_LIST):
        assert row.person_id is not None, "an inbox is a person's"
        values = _values(work, row, keys.get(row.person_id))
        words = template(row.template).render(values, work.language)
        links = {name: value for name, value in values.items() if name.endswith("_id")}
        to = PersonId(row.person_id)
        found.append(Notice(row.id, to, row.template, words.title, words.text, links, row.created_at, row.read_at))
    return found


async def unread(work: Work) -> int:
    """How many messages the acting person and their wards have not read."""
    return await store.unread(work.session, await addressees(work))


async def mark_read(work: Work, message_id: UUID | None = None) -> None:
    """Mark one message of the own inbox as read, or all. Raises: Unknown."""
    person = work.actor.person
    marked = await store.mark_read(work.session, await addressees(work), message_id, work.now)
    if message_id is not None and not marked:
        raise Unknown
    work.after_commit(push(f"inbox:{person}", person))


async def telephone(work: Work, phone: str | None = None) -> list[TelephoneMessage]:
    """What invented people received by SMS and e-mail; only in the demo. Raises: NoSuchPath elsewhere."""
    if not work.part(Settings).demo:
        raise NoSuchPath
    found = []
    for row in await store.outward(work.session, work.now, _LONGEST_LIST):
        key = await _key(work, PersonId(row.person_id)) if row.person_id and row.personal else None
        to, words = _address(work, row, key), _words(work, row, key)
        if phone is None or to == phone:
            found.append(TelephoneMessage(row.id, row.channel, to, words.title, words.text, row.created_at))
    return found


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message opened for its adapter."""

    adapter: Adapter | None
    to: str = field(repr=False)
    words: Rendered = field(repr=False)
    secret: bool


async def open_for_delivery(work: Work, message_id: UUID) -> Outgoing | None:
    """A queued message, opened, its try counted; None when there is nothing (left) to deliver."""
    row = await store.message(work.session, message_id, lock=True)
    if row is None or row.state != "queued":
        return None
    if row.expires_at is not None and row.expires_at <= work.now:
        row.state = "expired"
        return None
    row.attempts += 1
    key = await _key(work, PersonId(row.person_id)) if row.person_id and row.personal else None
    adapters = adapters_of(work.ground)
    adapter = adapters.sms if row.channel == "sms" else adapters.email
    return Outgoing(adapter, _address(work, row, key), _words(work, row, key), template(row.template).secret)


async def settle_delivery(work: Work, message_id: UUID, *, delivered: bool, last_try: bool) -> None:
    """Write down what became of a delivery; a secret that is over leaves nothing, except in the demo until it expires."""
    row = await store.message(work.session, message_id, lock=True)
    if row is None or row.state != "queued":
        return
    over = delivered or last_try
    if over and template(row.template).secret and not work.part(Settings).demo:
        await store.forget(work.session, message_id)
    elif delivered:
        row.state, row.delivered_at = "delivered", work.now
    elif last_try:
        row.state = "failed"


async def attempts_of(work: Work, message_id: UUID) -> int:
    """How often a message was tried."""
    row = await store.message(work.session, message_id)
    return row.attempts if row else 0


async def _write(
    work: Work,
    kind: Template,
    values: Mapping[str, str],
    channel: str,
    person_id: PersonId | None,
    address: str | None,
    language: str | None,
) -> None:
    message_id = work.new_id()
    key = await _key(work, person_id) if person_id else None
    fields = work.ground.fields
    now, in_app = work.now, channel == "inbox"
    lifetime = timedelta(seconds=kind.lifetime_s) if kind.lifetime_s else (KEPT if in_app else _OUTWARD_KEPT)
    row = MessageRow(
        id=message_id,
        channel=channel,
        person_id=person_id,
        template=kind.name,
        language=language or CHINESE,  # of whoever is told, not of whoever acts; the inbox speaks its reader's
        personal=key is not None,
        address=fields.seal(address, _TABLE, "address", message_id, key) if address else None,
        body=fields.seal(json.dumps(dict(values)), _TABLE, "body", message_id, key),
        state="delivered" if in_app else "queued",
        attempts=0,
        created_at=now,
        expires_at=now + lifetime,
        delivered_at=now if in_app else None,
    )
    work.session.add(row)
    await work.session.flush()
    if not in_app:
        await work.defer("notifications.deliver", message_id=message_id)


async def addressees(work: Work) -> list[PersonId]:
    """Whose messages the acting person reads: the own, and on the patient side those of everybody acted for."""
    own = work.actor.person
    return [own, *await identity.wards(work)] if work.actor.role in PATIENT_SIDE else [own]


async def _phone_of(work: Work, person_id: PersonId) -> str | None:
    try:
        return (await identity.patient(work, person_id)).phone
    except Unknown:
        return None  # staff: their inbox is enough, and their phones are not ours to know


async def _key(work: Work, person_id: PersonId) -> DataKey | None:
    return (await data_keys.fetch_all(work.session, work.ground.fields, [person_id])).get(person_id)


def _values(work: Work, row: MessageRow, key: DataKey | None) -> dict[str, str]:
    opened = work.ground.fields.open(row.body, _TABLE, "body", row.id, key if row.personal else None)
    return dict(json.loads(opened))


def _words(work: Work, row: MessageRow, key: DataKey | None) -> Rendered:
    return template(row.template).render(_values(work, row, key), row.language)


def _address(work: Work, row: MessageRow, key: DataKey | None) -> str:
    assert row.address is not None, "a message that leaves the house has an address"
    return work.ground.fields.open(row.address, _TABLE, "address", row.id, key if row.personal else None)
