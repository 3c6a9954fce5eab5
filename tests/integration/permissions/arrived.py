"""What the matrix needs of arriving pictures: a device, a peer, a study that waits, and somebody's upload."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import uuid4

from server.demo.phantom import Chest, Subject, files
from server.foundation.actor import SYSTEM, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.arrivals import receiving
from server.imaging.devices import accounts
from server.imaging.devices.rules import Scope
from server.imaging.studies import service as studies
from server.imaging.studies.service import CameBy, Part
from tests.people import Somebody

from .houses import House


async def arrived(ground: Ground, house: House, doctor: Somebody) -> dict[str, str]:
    """The ids of the hospital's device, peer and waiting study, and of this doctor's upload."""
    subject = Subject("无^此人", "NOBODY", "M", date(1960, 1, 1))
    chest = Chest(subject, datetime(2026, 11, 1, 9, tzinfo=UTC), slices=1, size=32, mark=str(uuid4()))

    async def parts() -> AsyncIterator[Part]:
        for content in files(chest):
            yield Part(content)

    (kept,) = await studies.ingest(ground, SYSTEM, house.hospital.id, parts(), CameBy.DICOMWEB)
    async with unit_of_work(ground, house.staff[Role.ADMINISTRATOR].actor) as work:
        device = await accounts.add_device(work, "测试设备", Scope.STORE)
        peer = await accounts.add_peer(work, "测试对端", "192.0.2.7", uuid4().hex[:16])
    async with unit_of_work(ground, doctor.actor) as work:
        upload = await receiving.start(work, None, None, None)
    return {
        "device_id": str(device.id),
        "peer_id": str(peer.id),
        "waiting_study_id": str(kept.study_id),
        "arrival_id": str(upload.id),
    }
