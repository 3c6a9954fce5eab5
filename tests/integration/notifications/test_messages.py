"""Messages: the inbox, delivery with retries, codes that leave nothing behind, the demo's telephone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground, Push
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.notifications import jobs, store
from server.notifications import service as notifications
from server.notifications.adapters import Adapters, NotDelivered
from server.notifications.capability import CAPABILITY
from server.notifications.jobs import MOST_TRIES
from server.notifications.model import MessageRow
from server.notifications.templates import Rendered
from server.settings import Settings
from tests.api import Api
from tests.people import Somebody, a_patient, a_phone

VALUES = {"visit_id": "018f", "count": "1"}


@dataclass
class Telephone:
    """An SMS adapter that keeps what it was given, or fails."""

    delivered: list[tuple[str, Rendered]] = field(default_factory=list)
    failing: bool = False

    async def deliver(self, address: str, words: Rendered) -> None:
        """Take it."""
        if self.failing:
            raise NotDelivered("status 500")
        self.delivered.append((address, words))


@dataclass(frozen=True)
class House:
    """A ground outside of the demo with a telephone, and one in it."""

    ground: Ground
    telephone: Telephone


@pytest.fixture
async def house(ground: Ground, settings: Settings) -> House:
    """The same database, not in demo mode, with an adapter of our own."""
    telephone = Telephone()
    real = replace(ground, _parts=dict(ground._parts))
    real.provide(settings.model_copy(update={"demo": False}), Adapters(sms=telephone, email=None))
    return House(real, telephone)


async def send(ground: Ground, to: Any, template: str = "visit-called", **values: str) -> list[UUID]:
    """Send, and say which rows were made."""
    async with unit_of_work(ground, SYSTEM) as work:
        before = set(await work.session.scalars(select(MessageRow.id)))
        await notifications.send(work, to, template, {**VALUES, **values})
        await work.session.flush()
        return sorted(set(await work.session.scalars(select(MessageRow.id))) - before)


async def row_of(ground: Ground, message_id: UUID) -> MessageRow | None:
    """The row as it stands."""
    async with ground.database.session() as session:
        return await store.message(session, message_id)


async def of_channel(ground: Ground, ids: list[UUID], channel: str) -> MessageRow:
    """The one row of that channel."""
    rows = [row for each in ids if (row := await row_of(ground, each)) and row.channel == channel]
    (row,) = rows
    return row


async def test_a_patient_is_told_in_the_inbox_and_by_sms(house: House, api: Api) -> None:
    patient = await a_patient(house.ground)
    told: list[Push] = []
    house.ground.publish = told.append
    ids = await send(house.ground, patient.id)
    assert [push.topic for push in told] == [f"inbox:{patient.id}"]
    sms = await of_channel(house.ground, ids, "sms")
    assert sms.state == "queued"
    await jobs.deliver.run(house.ground, str(sms.id))
    ((address, words),) = house.telephone.delivered
    assert address.startswith("100")
    assert "第 1 次" in words.text
    kept = await row_of(house.ground, sms.id)
    assert kept is not None
    assert (kept.state, kept.attempts) == ("delivered", 1)
    assert kept.delivered_at is not None
    shown = (await api.signed_in(patient.token).get("/api/inbox")).ok()
    assert shown["unread"] == 1
    assert shown["messages"][0]["links"] == {"visit_id": "018f"}
    english = (await api.signed_in(patient.token).get("/api/inbox", headers={"Accept-Language": "en"})).ok()
    assert english["messages"][0]["title"] == "Please enter"
    await jobs.deliver.run(house.ground, str(sms.id))
    assert len(house.telephone.delivered) == 1  # a job that runs twice tells once


async def test_the_inbox_is_ones_own(house: House, api: Api) -> None:
    patient, other = await a_patient(house.ground), await a_patient(house.ground)
    await send(house.ground, patient.id)
    (message,) = (await api.signed_in(patient.token).get("/api/inbox")).ok()["messages"]
    assert (await api.signed_in(other.token).get("/api/inbox")).ok() == {"unread": 0, "messages": []}
    path = f"/api/inbox/{message['id']}/read"
    assert (await api.signed_in(other.token).post(path)).status == 404
    assert (await api.signed_in(patient.token).post(f"/api/inbox/{uuid4()}/read")).status == 404
    (await api.signed_in(patient.token).post(path)).ok()
    after = (await api.signed_in(patient.token).get("/api/inbox")).ok()
    assert after["unread"] == 0
    first_read = after["messages"][0]["read_at"]
    (await api.signed_in(patient.token).post("/api/inbox/read")).ok()
    assert (await api.signed_in(patient.token).get("/api/inbox")).ok()["messages"][0]["read_at"] == first_read
    assert (await api.get("/api/inbox")).status == 401


async def test_a_parent_reads_what_the_child_is_told(house: House, api: Api) -> None:
    mother = await a_patient(house.ground, born=date(1990, 1, 1))
    child = await a_patient(house.ground, born=date(2020, 5, 1), guardian=mother)
    await send(house.ground, child.id)
    async with unit_of_work(house.ground, mother.actor) as work:
        (topic,) = CAPABILITY.topics
        assert [await topic.allows(work, str(who)) for who in (mother.id, child.id, uuid4())] == [True, True, False]
    shown = (await api.signed_in(mother.token).get("/api/inbox")).ok()
    assert [each["person_id"] for each in shown["messages"]] == [str(child.id)]
    (await api.signed_in(mother.token).post(f"/api/inbox/{shown['messages'][0]['id']}/read")).ok()
    assert (await api.signed_in(mother.token).get("/api/inbox")).ok()["unread"] == 0


async def test_what_a_message_says_and_where_it_goes_lies_sealed(house: House) -> None:
    phone = a_phone()
    ids = await send(house.ground, phone, "sign-in-code", code="246810")
    row = await of_channel(house.ground, ids, "sms")
    assert b"246810" not in row.body
    assert row.address is not None
    assert phone.encode() not in row.address
    async with unit_of_work(house.ground, SYSTEM) as work:
        raw = await work.raw()
        answer = await raw.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE task_name = 'notifications.deliver'"
        )
        assert all(phone not in line[0] and "246810" not in line[0] for line in await answer.fetchall())


async def test_a_code_leaves_nothing_behind_once_it_is_delivered(house: House) -> None:
    (message,) = await send(house.ground, a_phone(), "sign-in-code", code="135791")
    await jobs.deliver.run(house.ground, str(message))
    assert "135791" in house.telephone.delivered[0][1].text
    assert await row_of(house.ground, message) is None


async def test_a_failed_delivery_is_tried_again_and_given_up_after_five(house: House) -> None:
    house.telephone.failing = True
    patient = await a_patient(house.ground)
    sms = await of_channel(house.ground, await send(house.ground, patient.id), "sms")
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(NotDelivered) as refused:
            await jobs.deliver.run(house.ground, str(sms.id))
        assert "100" not in str(refused.value)
    await jobs.deliver.run(house.ground, str(sms.id))
    row = await row_of(house.ground, sms.id)
    assert row is not None
    assert (row.state, row.attempts) == ("failed", MOST_TRIES)
    house.telephone.failing = False
    again = await of_channel(house.ground, await send(house.ground, patient.id), "sms")
    house.telephone.failing = True
    with pytest.raises(NotDelivered):
        await jobs.deliver.run(house.ground, str(again.id))
    house.telephone.failing = False
    await jobs.deliver.run(house.ground, str(again.id))
    assert len(house.telephone.delivered) == 1


async def test_an_undeliverable_code_is_forgotten_too(house: House) -> None:
    house.telephone.failing = True
    (message,) = await send(house.ground, a_phone(), "sign-in-code", code="112233")
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(NotDelivered):
            await jobs.deliver.run(house.ground, str(message))
    assert await row_of(house.ground, message) is not None
    await jobs.deliver.run(house.ground, str(message))
    assert await row_of(house.ground, message) is None


async def test_what_has_expired_is_deleted(house: House) -> None:
    (code,) = await send(house.ground, a_phone(), "sign-in-code", code="998877")
    patient = await a_patient(house.ground)
    notice = await of_channel(house.ground, await send(house.ground, patient.id), "inbox")

    async def forget(later: timedelta) -> None:
        async with unit_of_work(house.ground, SYSTEM) as work:
            await store.forget_expired(work.session, work.now + later)

    await forget(timedelta(seconds=299))
    assert await row_of(house.ground, code) is not None
    await forget(timedelta(seconds=301))
    assert await row_of(house.ground, code) is None
    assert await row_of(house.ground, notice.id) is not None


async def test_an_issued_code_reaches_the_telephone_page_of_the_demo_only(
    ground: Ground, house: House, api: Api, settings: Settings
) -> None:
    assert settings.demo
    patient = await a_patient(ground)
    phone = await phone_of(ground, patient)
    (await api.post("/api/codes", {"phone": phone})).ok()
    async with ground.database.session() as session:
        rows = (await session.scalars(select(MessageRow).where(MessageRow.state == "queued"))).all()
    for row in rows:
        await jobs.deliver.run(ground, str(row.id))
    shown = (await api.get(f"/api/demo/messages?phone={phone}")).ok()
    assert [each["to"] for each in shown] == [phone]
    assert any(part.isdigit() and len(part) == 6 for part in shown[0]["text"].replace("，", " ").split())
    async with unit_of_work(house.ground, SYSTEM) as work:
        with pytest.raises(Exception, match="no-such-path"):
            await notifications.telephone(work)


async def test_one_telling_for_many_pages(ground: Ground) -> None:
    patient = await a_patient(ground)

    async def tell() -> None:
        async with unit_of_work(ground, SYSTEM) as work:
            await notifications.send(work, patient.id, "recording-ready", {})

    await asyncio.gather(*(tell() for _ in range(3)))
    async with unit_of_work(ground, patient.actor) as work:
        assert await notifications.unread(work) == 3


async def phone_of(ground: Ground, patient: Somebody) -> str:
    """A patient's phone."""
    async with unit_of_work(ground, SYSTEM) as work:
        phone = (await identity.patient(work, patient.id)).phone
    assert phone is not None
    return phone
