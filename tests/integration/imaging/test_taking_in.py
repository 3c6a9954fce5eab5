"""Files are taken in: kept once, indexed, readable again byte for byte; a crash or a change of the stored bytes shows."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.demo.phantom import files
from server.foundation.ground import Ground
from server.foundation.vault import VaultDamaged
from server.foundation.work import unit_of_work
from server.imaging.archive.keeping import whole
from server.imaging.studies import jobs
from server.imaging.studies import service as studies
from server.imaging.studies.model import Instance, Study
from server.imaging.studies.service import Fate
from server.imaging.studies.shelf import Shelf
from server.settings import Settings
from tests.api import Api

from .pictures import House, a_chest, a_house


@pytest.fixture
async def house(ground: Ground, api: Api) -> House:
    """An institution, anew for each test."""
    return await a_house(ground, api)


async def test_every_file_of_a_study_is_kept_and_read_again(house: House) -> None:
    sent = list(files(a_chest(slices=5)))
    outcomes = await house.take(sent)
    assert [outcome.fate for outcome in outcomes] == [Fate.KEPT] * 5
    assert outcomes[0].study_id is not None
    async with unit_of_work(house.ground, house.worker.actor) as work:
        facts = await studies.study_facts(work, outcomes[0].study_id)
        instances = await studies.instance_facts(work, facts.id)
    assert (facts.instance_count, facts.series_count, facts.modality) == (5, 1, "CT")
    assert facts.named.patient_name == "CESHI^BING=测^试"
    shelf = house.ground.part(Shelf)
    assert [await whole(shelf.archive, each.place) for each in instances] == sent
    assert {each.place.pack for each in instances} == {instances[0].place.pack}, "one batch is one pack"


async def test_a_range_of_a_file_in_the_middle_of_a_pack_is_that_range(house: House) -> None:
    sent = list(files(a_chest(slices=3, size=256)))
    outcomes = await house.take(sent)
    async with unit_of_work(house.ground, house.worker.actor) as work:
        assert outcomes[1].instance_id is not None
        middle = await studies.one_instance(work, outcomes[1].instance_id)
    archive = house.ground.part(Shelf).archive
    for start, end in ((0, 1), (65_530, 65_540), (100, 131_000), (131_000, None), (0, 10**9)):
        assert await whole(archive, middle.place, start, end) == sent[1][start:end]


async def test_the_same_files_again_are_the_same_and_take_no_room(house: House, settings: Settings) -> None:
    sent = list(files(a_chest()))
    first = await house.take(sent)
    before = _packs(settings)
    again = await house.take([*sent, sent[0]])
    assert [outcome.fate for outcome in again] == [Fate.SAME] * 4
    assert [outcome.instance_id for outcome in again[:3]] == [outcome.instance_id for outcome in first]
    assert _packs(settings) == before


async def test_four_batches_of_one_study_at_once_make_one_study(house: House) -> None:
    sent = list(files(a_chest(slices=12)))
    outcomes = await asyncio.gather(*(house.take(sent[part::4]) for part in range(4)))
    assert {outcome.fate for batch in outcomes for outcome in batch} == {Fate.KEPT}
    (study_id,) = {outcome.study_id for batch in outcomes for outcome in batch}
    async with house.ground.database.session() as session:
        study = await session.get(Study, study_id)
        counted = await session.scalar(select(func.count()).where(Instance.study_id == study_id))
    assert study is not None
    assert (study.instance_count, counted) == (12, 12)
    assert study.size == sum(map(len, sent))


async def test_the_same_files_in_two_batches_at_once_are_kept_once(house: House) -> None:
    sent = list(files(a_chest(slices=6)))
    outcomes = await asyncio.gather(house.take(sent), house.take(sent))
    fates = sorted(outcome.fate for batch in outcomes for outcome in batch)
    assert fates == [Fate.KEPT] * 6 + [Fate.SAME] * 6


async def test_another_file_under_a_known_uid_overwrites_nothing(house: House) -> None:
    sent = list(files(a_chest(slices=1)))
    (first,) = await house.take(sent)
    other = sent[0][:-1] + bytes([sent[0][-1] ^ 1])
    (second,) = await house.take([other])
    assert (second.fate, second.reason) == (Fate.QUARANTINED, "same-uid-other-content")
    async with unit_of_work(house.ground, house.worker.actor) as work:
        assert first.instance_id is not None
        kept = await studies.one_instance(work, first.instance_id)
    assert await whole(house.ground.part(Shelf).archive, kept.place) == sent[0]


async def test_two_institutions_hold_the_same_study_apart(house: House, ground: Ground, api: Api) -> None:
    sent = list(files(a_chest()))
    there = await a_house(ground, api)
    here_ids = {outcome.study_id for outcome in await house.take(sent)}
    there_ids = {outcome.study_id for outcome in await there.take(sent)}
    assert len(here_ids) == len(there_ids) == 1
    assert here_ids.isdisjoint(there_ids)


async def test_a_change_of_one_stored_byte_is_found_and_never_shown(house: House, settings: Settings) -> None:
    outcomes = await house.take(files(a_chest(slices=2, size=256)))
    study_id = outcomes[0].study_id
    assert study_id is not None
    async with unit_of_work(house.ground, house.worker.actor) as work:
        instances = await studies.instance_facts(work, study_id)
    second = instances[1]
    archive = house.ground.part(Shelf).archive
    path = _pack_path(settings, second.place.pack)
    raw = bytearray(path.read_bytes())
    raw[-10_000] ^= 0x40
    path.write_bytes(bytes(raw))
    with pytest.raises(VaultDamaged):
        await whole(archive, second.place)
    shown = await house.of(house.worker).get(f"/api/imaging/instances/{second.id}/frames/1/pixels")
    assert (shown.status, shown.code) == (500, "stored-file-damaged")
    assert len(await whole(archive, instances[0].place)) == instances[0].place.length, "its neighbour is whole"


async def test_a_crash_between_pack_and_rows_leaves_a_pack_that_is_swept(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chest = a_chest()
    kept = await house.take(files(a_chest()))
    before = _packs(settings)

    class PowerCut(BaseException):
        pass

    async def killed(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as cut:
        cut.setattr(studies.ingest.__globals__["file_batch"].__globals__["store"], "start_study", killed)
        cut.setattr(type(house.ground.part(Shelf).packs), "discard", killed)
        with pytest.raises(PowerCut):
            await house.take(files(chest))
    (lost,) = _packs(settings) - before
    assert await jobs.sweep(house.ground) == 0, "what is young may belong to a batch that is being written"
    _age(_pack_path(settings, lost))
    for pack in before:
        _age(_pack_path(settings, pack))
    assert await jobs.sweep(house.ground) >= 1
    assert lost not in _packs(settings)
    again = await house.take(files(chest))
    assert {outcome.fate for outcome in again} == {Fate.KEPT}
    async with unit_of_work(house.ground, house.worker.actor) as work:
        assert kept[0].instance_id is not None
        place = (await studies.one_instance(work, kept[0].instance_id)).place
    assert await whole(house.ground.part(Shelf).archive, place), "a pack that rows refer to is never swept"


async def test_a_sender_who_breaks_off_leaves_nothing(house: House, settings: Settings) -> None:
    before = _packs(settings)
    sent = list(files(a_chest()))

    def broken() -> object:
        yield sent[0]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await house.take(broken())  # type: ignore[arg-type]  # a generator that raises
    assert _packs(settings) == before


def _packs(settings: Settings) -> set[str]:
    root = settings.data_dir / "vault" / "pictures"
    return {file.name for folder in root.iterdir() if folder.name != "incoming" for file in folder.iterdir()}


def _pack_path(settings: Settings, pack: str) -> Path:
    return settings.data_dir / "vault" / "pictures" / pack[:2] / pack


def _age(path: Path) -> None:
    os.utime(path, (0, 0))
