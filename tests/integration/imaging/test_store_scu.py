"""A stock SCU stores by C-STORE: peers on the list, instances acknowledged once kept, everything else refused."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import uuid4

import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.sop_class import CTImageStorage, Verification  # type: ignore[attr-defined]  # made at run time
from sqlalchemy import select

from server.foundation.ground import Ground
from server.imaging.listener.starting import listening
from server.imaging.studies.model import Instance, Study
from server.settings import ImagingSettings
from tests.api import Api
from tests.ports import free_port

from .gateway import Gate, a_gate, a_scan

R = TypeVar("R")
TITLE = "SCANNER"


async def aside(call: Callable[..., R], *arguments: Any, **options: Any) -> R:
    """Run the blocking SCU in a thread: the listener's work is done on this loop."""
    return await asyncio.to_thread(lambda: call(*arguments, **options))


@asynccontextmanager
async def a_listener(ground: Ground, **told: object) -> AsyncIterator[int]:
    """The listener on a port of its own, for one test."""
    before = ground.part(ImagingSettings)
    ground.provide(before.model_copy(update={"dicom_port": free_port(), **told}))
    try:
        async with listening(ground) as port:
            assert port is not None
            yield port
    finally:
        ground.provide(before)


@pytest.fixture
async def gate(ground: Ground, api: Api, back_end: str) -> AsyncIterator[Gate]:
    """An institution whose scanner stands on this machine; nobody's afterwards."""
    assert back_end
    gate = await a_gate(ground, api)
    peer = {"name": "CT 1", "address": "127.0.0.1", "ae_title": TITLE}
    made = (await gate.of(gate.keeper).post("/api/imaging/peers", peer)).ok()
    yield gate
    await gate.of(gate.keeper).delete(f"/api/imaging/peers/{made['id']}")


@pytest.fixture
async def port(ground: Ground) -> AsyncIterator[int]:
    async with a_listener(ground) as port:
        yield port


def associate(port: int, title: str = TITLE, called: str = "LIANYI") -> Association:
    """A stock SCU's association."""
    entity = AE(ae_title=title)
    entity.add_requested_context(CTImageStorage)
    entity.add_requested_context(Verification)
    return entity.associate("127.0.0.1", port, ae_title=called)


def send(association: Association, content: bytes) -> int | None:
    """The status of one instance stored; None when no answer came."""
    status = association.send_c_store(pydicom.dcmread(io.BytesIO(content)))
    return int(status.Status) if status else None


async def kept(gate: Gate) -> dict[str, tuple[str, str]]:
    """What the institution has: instance -> by which road its study came, and from whom."""
    async with gate.ground.database.session() as session:
        rows = await session.execute(
            select(Instance.sop_uid, Study.came_by, Study.device_id)
            .join(Study, Study.id == Instance.study_id)
            .where(Study.organisation_id == gate.hospital.id)
        )
        return {uid: (road, str(device)) for uid, road, device in rows}


def uid_of(content: bytes) -> str:
    return str(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID)


async def test_nobody_listens_unless_a_port_is_set(ground: Ground) -> None:
    assert ground.part(ImagingSettings).dicom_port is None
    async with listening(ground) as port:
        assert port is None


async def test_a_peer_on_the_list_is_echoed_and_what_it_stores_is_kept(gate: Gate, port: int) -> None:
    (peer,) = (await gate.of(gate.keeper).get("/api/imaging/peers")).ok()
    assert peer["last_used_at"] is None
    scan = a_scan(slices=3)
    association = await aside(associate, port)
    assert association.is_established
    assert (await aside(association.send_c_echo)).Status == 0x0000
    assert [await aside(send, association, content) for content in scan] == [0x0000] * 3
    assert await aside(send, association, scan[0]) == 0x0000, "the same again is the same"
    await aside(association.release)
    assert await kept(gate) == {uid_of(content): ("c_store", peer["id"]) for content in scan}
    (peer,) = (await gate.of(gate.keeper).get("/api/imaging/peers")).ok()
    assert peer["last_used_at"] is not None


async def test_who_is_not_on_the_list_is_refused(gate: Gate, port: int) -> None:
    good = await aside(associate, port)
    assert good.is_established
    await aside(good.release)
    stranger = await aside(associate, port, "STRANGER")
    assert (stranger.is_established, stranger.is_rejected) == (False, True)
    lost = await aside(associate, port, TITLE, "ELSEWHERE")
    assert (lost.is_established, lost.is_rejected) == (False, True)
    assert await kept(gate) == {}


async def test_a_peer_struck_off_the_list_stores_no_more_even_in_an_open_association(gate: Gate, port: int) -> None:
    first, second = a_scan(slices=2)
    association = await aside(associate, port)
    assert await aside(send, association, first) == 0x0000
    (peer,) = (await gate.of(gate.keeper).get("/api/imaging/peers")).ok()
    assert (await gate.of(gate.keeper).delete(f"/api/imaging/peers/{peer['id']}")).status == 204
    assert await aside(send, association, second) == 0x0124
    await aside(association.release)
    assert not (await aside(associate, port)).is_established
    assert set(await kept(gate)) == {uid_of(first)}


async def test_an_association_killed_half_way_loses_only_what_was_not_acknowledged(gate: Gate, port: int) -> None:
    first, second = a_scan(slices=2)
    association = await aside(associate, port)
    assert await aside(send, association, first) == 0x0000
    wire = association.dul.socket
    assert wire is not None
    assert wire.socket is not None
    wire.socket.sendall(b"\x04\x00" + (100_000).to_bytes(4, "big") + bytes(500))  # a PDU that never ends
    await aside(association.abort)
    assert set(await kept(gate)) == {uid_of(first)}
    again = await aside(associate, port)
    assert [await aside(send, again, content) for content in (first, second)] == [0x0000, 0x0000]
    await aside(again.release)
    assert set(await kept(gate)) == {uid_of(first), uid_of(second)}


async def test_what_is_larger_than_we_take_ends_the_association(gate: Gate) -> None:
    (small,), (large,) = a_scan(slices=1), a_scan(slices=1, size=1024)
    async with a_listener(gate.ground, instance_limit_bytes=200_000) as port:
        association = await aside(associate, port)
        assert await aside(send, association, small) == 0x0000
        assert await aside(send, association, large) is None
        await aside(association.join, 10)  # its thread ends with it
        assert not association.is_established
    assert set(await kept(gate)) == {uid_of(small)}


async def test_a_data_set_without_identity_is_not_acknowledged(gate: Gate, port: int) -> None:
    (content,) = a_scan(slices=1)
    broken = pydicom.dcmread(io.BytesIO(content))
    del broken.StudyInstanceUID
    association = await aside(associate, port)
    status = await aside(association.send_c_store, broken)
    assert status.Status == 0xC000
    await aside(association.release)
    assert await kept(gate) == {}


async def test_associations_at_one_time_are_limited(gate: Gate) -> None:
    async with a_listener(gate.ground, dicom_associations=1) as port:
        first = await aside(associate, port)
        assert first.is_established
        second = await aside(associate, port)
        assert (second.is_established, second.is_rejected) == (False, True)
        await aside(first.release)


@pytest.mark.parametrize("address", ["0.0.0.0/0", "10.0.0.0/8", "scanner.local", "127.0.0.1/64", "224.0.0.1"])
async def test_a_peers_address_is_a_host_or_a_small_network(gate: Gate, address: str) -> None:
    keeper = gate.of(gate.keeper)
    fine = await keeper.post(
        "/api/imaging/peers", {"name": "CT 2", "address": "10.9.8.0/24", "ae_title": uuid4().hex[:16]}
    )
    assert fine.status == 201
    refused = await keeper.post("/api/imaging/peers", {"name": "x", "address": address, "ae_title": "B"})
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/address")
    twice = await keeper.post("/api/imaging/peers", {"name": "x", "address": "127.0.0.1", "ae_title": TITLE})
    assert twice.code == "peer-known"
