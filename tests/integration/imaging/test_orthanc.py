"""The archive at a real Orthanc: the same interface, the same bytes, and what it will not keep lies in our packs.

Needs Debian's `orthanc`; part of `make test-more`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from server.demo.phantom import files
from server.foundation.ground import Ground
from server.foundation.vault import Vault
from server.foundation.work import unit_of_work
from server.imaging.archive.keeping import ArchiveUnavailable, Whole, whole
from server.imaging.archive.orthanc import OrthancArchive
from server.imaging.archive.packs import Packs
from server.imaging.archive.places import Store
from server.imaging.studies import service as studies
from server.imaging.studies.shelf import Shelf
from tests.api import Api
from tests.ports import free_port
from tests.unit.imaging import hostile

from .pictures import House, a_chest, a_house

pytestmark = pytest.mark.more


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own on loopback, with durable storage as Debian ships it; its address."""
    program = shutil.which("Orthanc")
    assert program is not None, "install Debian's package orthanc"
    folder, port = tmp_path_factory.mktemp("orthanc"), free_port()
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [],
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    process = subprocess.Popen(
        [program, str(folder / "orthanc.json")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


@pytest.fixture
async def archive(orthanc: str, ground: Ground, tmp_path: Path) -> AsyncIterator[OrthancArchive]:
    """The archive, once the server answers."""
    async with aiohttp.ClientSession() as asking, asyncio.timeout(30):
        while True:
            try:
                async with asking.get(f"{orthanc}/system") as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)
    made = OrthancArchive(orthanc, None, None, Packs(Vault(tmp_path / "vault", ground.keys)))
    yield made
    await made.close()


async def _files(contents: list[bytes], *, aside: bool = False) -> AsyncIterator[Whole]:
    for content in contents:
        yield Whole(content, aside)


async def test_files_come_back_whole_and_by_range(archive: OrthancArchive) -> None:
    sent = list(files(a_chest(slices=5, size=128)))
    places = await archive.keep(_files(sent))
    assert {place.store for place in places} == {Store.ORTHANC}
    assert [await whole(archive, place) for place in places] == sent
    for start, end in ((0, 10), (1000, 20_000), (30_000, None), (5, 5)):
        assert await whole(archive, places[2], start, end) == sent[2][start:end]


async def test_the_same_again_is_the_same_and_another_content_goes_to_our_packs(archive: OrthancArchive) -> None:
    (sent,) = files(a_chest(slices=1))
    (first,) = await archive.keep(_files([sent]))
    (again,) = await archive.keep(_files([sent]))
    assert again == first
    other = sent[:-1] + bytes([sent[-1] ^ 1])
    (apart,) = await archive.keep(_files([other]))
    assert apart.store is Store.PACK
    assert await whole(archive, apart) == other
    assert await whole(archive, first) == sent


async def test_what_was_set_aside_or_is_no_dicom_never_reaches_it(archive: OrthancArchive) -> None:
    bad = [hostile.good()[:-700], b"no dicom at all" * 100]
    places = [*await archive.keep(_files(bad[:1], aside=True)), *await archive.keep(_files(bad[1:]))]
    assert [place.store for place in places] == [Store.PACK] * 2
    assert [await whole(archive, place) for place in places] == bad


async def test_a_server_that_does_not_answer_is_said_so(ground: Ground, tmp_path: Path) -> None:
    gone = OrthancArchive(f"http://127.0.0.1:{free_port()}", None, None, Packs(Vault(tmp_path / "vault", ground.keys)))
    with pytest.raises(ArchiveUnavailable):
        await gone.keep(_files([hostile.good()]))
    await gone.close()


async def test_a_study_is_taken_in_and_seen_from_there(
    archive: OrthancArchive, ground: Ground, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    house: House = await a_house(ground, api)
    monkeypatch.setattr(ground.part(Shelf), "archive", archive)
    study_id = await house.study(a_chest(slices=4, size=128))
    async with unit_of_work(ground, house.worker.actor) as work:
        instances = await studies.instance_facts(work, study_id)
    assert {each.place.store for each in instances} == {Store.ORTHANC}
    doctor = house.of(house.doctor)
    for what in ("pixels", "preview", "rendered"):
        assert (await doctor.get(f"/api/imaging/instances/{instances[1].id}/frames/1/{what}")).status == 200
