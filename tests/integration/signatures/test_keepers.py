"""The same use cases with every keeper of keys: ours with ES256, ours with SM2, a cloud CA's with either."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.settings import SettingsRefused, SigningSettings
from server.signatures import pins
from server.signatures import service as signatures
from server.signatures.certificates import pem
from server.signatures.errors import SigningPinMissing, SigningServiceAway, WrongSigningPin
from server.signatures.model import PractitionerKeyRow
from server.signatures.verify import main, verify_package
from tests.people import PIN, Somebody, a_doctor, a_hospital

from .cloud_ca import TOKEN, CloudCa, a_cloud_ca
from .pins import DOCUMENT, sign

OURS = SigningSettings(pin_memory_kib=8 * 1024, pin_passes=1)


def keeping(ground: Ground, settings: SigningSettings) -> Ground:
    """The same installation under these settings, as after a restart."""
    other = replace(ground, _parts={})
    other.provide(*ground.parts)
    other.provide(settings)
    signatures.attach(other)
    return other


def by_cloud(ca: CloudCa, folder: Path) -> SigningSettings:
    """Settings that name this CA."""
    root = folder / "cloud-root.pem"
    root.write_text(pem(ca.root))
    return SigningSettings.model_validate(
        {
            "algorithm": ca.algorithm,
            "cloud_address": ca.address,
            "cloud_token": SecretStr(TOKEN),
            "cloud_root": root,
            "cloud_timeout_s": 2,
        }
    )


@pytest.fixture
async def doctor(ground: Ground) -> Somebody:
    """A doctor, who has a key of ours."""
    return await a_doctor(ground, await a_hospital(ground), name="赵签署")


@pytest.fixture(params=["ES256", "SM2"])
def ca(request: pytest.FixtureRequest) -> Iterator[CloudCa]:
    """A cloud CA of each algorithm."""
    with a_cloud_ca(request.param) as ca:
        yield ca


@pytest.fixture(params=["SM2", "cloud ES256", "cloud SM2"])
async def kept(request: pytest.FixtureRequest, ground: Ground, tmp_path: Path) -> AsyncIterator[Ground]:
    """An installation that changes to another keeper or algorithm."""
    where, _, algorithm = request.param.rpartition(" ")
    if not where:
        yield keeping(ground, OURS.model_copy(update={"algorithm": algorithm}))
        return
    with a_cloud_ca(algorithm) as ca:
        yield keeping(ground, by_cloud(ca, tmp_path))


@asynccontextmanager
async def with_pin(ground: Ground, who: Somebody, pin: str = PIN) -> AsyncIterator[pins.KeyState]:
    """The person with a new key under this PIN."""
    async with unit_of_work(ground, who.actor) as work:
        state = await pins.set_pin(work, pin)
    yield state


async def test_the_whole_way_is_the_same_with_every_keeper(kept: Ground, doctor: Somebody, tmp_path: Path) -> None:
    with pytest.raises(SigningPinMissing):
        await sign(kept, doctor)  # the key of the keeper before is none here
    async with with_pin(kept, doctor) as state:
        assert state.set
        assert state.unlocked_until is not None
    made = await sign(kept, doctor)
    async with unit_of_work(kept, doctor.actor) as work:
        await pins.lock(work)
        with pytest.raises(WrongSigningPin):
            await pins.unlock(work, "999111")
        await pins.unlock(work, PIN)
    again = await sign(kept, doctor)
    assert (again.kid, again.certificate_serial) == (made.kid, made.certificate_serial)
    async with unit_of_work(kept, doctor.actor) as work:
        assert (await signatures.verify(work, made.id, DOCUMENT, "note.sign", "note+jws")).valid
        assert not (await signatures.verify(work, made.id, {**DOCUMENT, "version": 2}, "note.sign", "note+jws")).valid
        proof = await signatures.package(work, made.id, DOCUMENT)
        root, licensed = await signatures.root_certificate(work)
    assert licensed is (state.licensed)
    file, trusted = tmp_path / "proof.json", tmp_path / "root.pem"
    file.write_text(json.dumps(proof))
    trusted.write_text(root)
    assert main([str(file), "--root", str(trusted), "--act", "note.sign"]) == 0
    found = verify_package(proof, act="note.sign", typ="note+jws", root_pem=root)
    assert (found.valid, found.name) == (True, "赵签署")


async def test_signatures_from_before_the_change_stay_valid(ground: Ground, kept: Ground, doctor: Somebody) -> None:
    before = await sign(ground, doctor)
    async with with_pin(kept, doctor):
        after = await sign(kept, doctor)
    for process in (ground, kept):
        async with unit_of_work(process, doctor.actor) as work:
            for each in (before, after):
                assert (await signatures.verify(work, each.id, DOCUMENT, "note.sign", "note+jws")).valid


async def test_a_cloud_key_never_comes_here(ground: Ground, ca: CloudCa, doctor: Somebody, tmp_path: Path) -> None:
    kept = keeping(ground, by_cloud(ca, tmp_path))
    async with with_pin(kept, doctor):
        await sign(kept, doctor)
    ((name, (key, _)),) = ca.keys.items()
    async with ground.database.session() as session:
        mine = select(PractitionerKeyRow).where(PractitionerKeyRow.person_id == doctor.id)
        (row,) = (await session.scalars(mine.where(PractitionerKeyRow.retired_at.is_(None)))).all()
    assert (row.keeper, row.stretching) == ("cloud", {})
    assert ground.fields.open(row.sealed, "practitioner_keys", "sealed", row.id, None) == name
    assert key.der not in row.sealed
    signed = [body for path, body in ca.asked if path.endswith("/signatures")]
    assert len(signed) == 1
    assert set(signed[0]) == {"proof", "data"}
    assert "低盐" not in base64.b64decode(signed[0]["data"]).decode(), "the CA is given the signing input, encoded"


async def test_a_cloud_ca_that_lies_or_is_away_signs_nothing(
    ground: Ground, ca: CloudCa, doctor: Somebody, tmp_path: Path
) -> None:
    kept = keeping(ground, by_cloud(ca, tmp_path))
    async with with_pin(kept, doctor):
        assert (await sign(kept, doctor)).kid
    other_key = base64.b64encode(bytes(64)).decode()
    lies: list[tuple[int, dict[str, Any]]] = [
        (201, {"signature": other_key}),
        (201, {"signature": "no base64!"}),
        (201, {"signature": 7}),
        (201, {}),
        (200, {"signature": other_key}),
        (500, {}),
        (403, {}),
    ]
    for lie in lies:
        ca.lies["signatures"] = lambda _, lie=lie: lie  # type: ignore[misc]  # the loop's own value
        with pytest.raises(SigningServiceAway):
            await sign(kept, doctor)
    del ca.lies["signatures"]
    assert (await sign(kept, doctor)).kid


async def test_a_certificate_of_another_key_or_root_is_not_taken(
    ground: Ground, ca: CloudCa, doctor: Somebody, tmp_path: Path
) -> None:
    kept = keeping(ground, by_cloud(ca, tmp_path))
    body = {"person": str(doctor.id), "name": "赵签署", "organisation": "", "licence": ""}
    foreign = CloudCa(ca.algorithm)
    stranger, _ = next(iter(_key_of(foreign)))
    ca.lies["certificates"] = lambda _: (201, {"certificate": pem(ca.certified(stranger, body))})
    with pytest.raises(SigningServiceAway):
        async with with_pin(kept, doctor):
            pass
    ca.lies["certificates"] = lambda told: (201, {"certificate": pem(foreign.certified(stranger, body))})
    with pytest.raises(SigningServiceAway):
        async with with_pin(kept, doctor):
            pass
    del ca.lies["certificates"]
    async with with_pin(kept, doctor):
        assert (await sign(kept, doctor)).kid


def _key_of(ca: CloudCa) -> list[tuple[Any, str]]:
    ca.answer("/ca/keys", f"Bearer {TOKEN}", {"algorithm": ca.algorithm, "pin": PIN})
    return list(ca.keys.values())


async def test_what_the_settings_say_wrongly_stops_the_start(ground: Ground, ca: CloudCa, tmp_path: Path) -> None:
    good = by_cloud(ca, tmp_path)
    keeping(ground, good)
    for wrong, said in (
        ({"cloud_address": "http://ca.example/"}, "must be https"),
        ({"cloud_root": tmp_path / "nowhere.pem"}, "no readable certificate"),
    ):
        with pytest.raises(SettingsRefused, match=said):
            keeping(ground, good.model_copy(update=wrong))
    with pytest.raises(ValueError, match="belong together"):
        SigningSettings(cloud_address=ca.address)
