"""The vault: whole files come back, changed ones never do, and nothing is left lying about."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.foundation.keys import Keyring
from server.foundation.vault import FileTooLarge, NoSuchFile, Vault, VaultDamaged, VaultFull
from server.foundation.vault_disk import IncomingFile
from server.foundation.vault_format import CHUNK_BYTES, HEAD_BYTES, SEALED_CHUNK_BYTES

LIMIT = 10 * CHUNK_BYTES
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 9 * CHUNK_BYTES + 7]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(root: Path, keyring: Keyring) -> Vault:
    return Vault(root, keyring)


async def parts(content: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(vault: Vault, name: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in vault.read(name, start, end)])


def content(size: int) -> bytes:
    return bytes(at * 7 % 251 for at in range(size))


def stored(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def folders(root: Path) -> list[Path]:
    return [root, *(path for path in root.rglob("*") if path.is_dir())]


def modes(paths: list[Path]) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in paths}


def keep_only_the_first_line(path: Path) -> None:
    path.write_text(path.read_text().splitlines()[0])


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_comes_back_whole(vault: Vault, size: int) -> None:
    file = await vault.put(parts(content(size)), LIMIT)
    assert (file.size, file.sha256) == (size, hashlib.sha256(content(size)).hexdigest())
    assert await read(vault, file.id) == content(size)
    assert await vault.stat(file.id) == file


async def test_a_file_without_a_digest_comes_back_whole_and_a_changed_one_does_not(vault: Vault, root: Path) -> None:
    whole = content(130 * CHUNK_BYTES + 3)
    file = await vault.put(parts(whole, 3 * CHUNK_BYTES + 1), len(whole), digested=False)
    assert (file.size, file.sha256) == (len(whole), "0" * 64)
    assert await read(vault, file.id) == whole
    path = stored(root)[0]
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(VaultDamaged):
        await read(vault, file.id)


async def test_any_range_comes_back(vault: Vault) -> None:
    whole = content(3 * CHUNK_BYTES + 100)
    file = await vault.put(parts(whole), LIMIT)
    edges = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, len(whole) - 1, len(whole)]
    for start in edges:
        for end in [*edges, len(whole) + 5]:
            assert await read(vault, file.id, start, end) == whole[start:end], (start, end)


async def test_only_our_account_may_look_and_nothing_is_in_clear(root: Path, keyring: Keyring) -> None:
    before = os.umask(0)
    try:
        file = await Vault(root, keyring).put(parts("身份证 110105".encode() * 999), LIMIT)
    finally:
        os.umask(before)
    assert modes(folders(root)) == {0o700}
    assert modes(stored(root)) == {0o600}
    assert stored(root)[0].name == file.id
    assert b"110105" not in stored(root)[0].read_bytes()


async def test_the_same_content_twice_is_two_files_and_deleting_one_keeps_the_other(vault: Vault) -> None:
    one = await vault.put(parts(b"same"), LIMIT)
    two = await vault.put(parts(b"same"), LIMIT)
    assert (one.sha256, one.id != two.id) == (two.sha256, True)
    await vault.delete(one.id)
    assert await read(vault, two.id) == b"same"
    with pytest.raises(NoSuchFile):
        await read(vault, one.id)
    await vault.delete(one.id)


async def test_the_limit_is_exact_and_leaves_nothing_behind(vault: Vault, root: Path) -> None:
    assert (await vault.put(parts(content(1000), 100), 1000)).size == 1000
    before = stored(root)
    with pytest.raises(FileTooLarge):
        await vault.put(parts(content(1001), 100), 1000)
    assert stored(root) == before


async def test_a_stream_that_breaks_leaves_nothing_behind(vault: Vault, root: Path) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield content(9 * CHUNK_BYTES)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await vault.put(breaks(), LIMIT)
    assert stored(root) == []


async def test_a_cancelled_upload_leaves_nothing_behind(vault: Vault, root: Path) -> None:
    waiting = asyncio.Event()

    async def hangs() -> AsyncIterator[bytes]:
        yield content(9 * CHUNK_BYTES)
        waiting.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(vault.put(hangs(), LIMIT))
    await waiting.wait()
    assert len(stored(root)) == 1
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert stored(root) == []


async def test_a_full_disk_is_a_clear_problem(vault: Vault, root: Path) -> None:
    async def full() -> AsyncIterator[bytes]:
        yield b"x"
        raise OSError(errno.ENOSPC, "no room")

    with pytest.raises(VaultFull):
        await vault.put(full(), LIMIT)
    assert stored(root) == []


async def test_every_changed_byte_of_the_head_and_some_of_the_chunks_are_noticed(vault: Vault, root: Path) -> None:
    file = await vault.put(parts(content(2 * CHUNK_BYTES + 10)), LIMIT)
    path = stored(root)[0]
    good = path.read_bytes()
    places = [*range(HEAD_BYTES), HEAD_BYTES, HEAD_BYTES + CHUNK_BYTES, HEAD_BYTES + SEALED_CHUNK_BYTES, len(good) - 1]
    for at in places:
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(VaultDamaged):
            await read(vault, file.id)
    path.write_bytes(good)
    assert len(await read(vault, file.id)) == file.size


@pytest.mark.parametrize("cut", [1, 16, 26, 27, SEALED_CHUNK_BYTES, 2 * SEALED_CHUNK_BYTES + 26, 10**9])
async def test_a_cut_file_is_noticed_before_a_byte_is_given(vault: Vault, root: Path, cut: int) -> None:
    file = await vault.put(parts(content(2 * CHUNK_BYTES + 10)), LIMIT)
    assert await read(vault, file.id, 0, 1) == b"\x00"
    path = stored(root)[0]
    path.write_bytes(path.read_bytes()[: max(0, path.stat().st_size - cut)])
    with pytest.raises(VaultDamaged):
        await read(vault, file.id, 0, 1)


async def test_a_grown_file_is_noticed(vault: Vault, root: Path) -> None:
    file = await vault.put(parts(content(CHUNK_BYTES)), LIMIT)
    with stored(root)[0].open("ab") as opened:
        opened.write(bytes(SEALED_CHUNK_BYTES))
    with pytest.raises(VaultDamaged, match="cut or grown"):
        await vault.stat(file.id)


async def test_swapped_chunks_are_noticed(vault: Vault, root: Path) -> None:
    file = await vault.put(parts(content(2 * CHUNK_BYTES)), LIMIT)
    good = stored(root)[0].read_bytes()
    middle = HEAD_BYTES + SEALED_CHUNK_BYTES
    stored(root)[0].write_bytes(good[:HEAD_BYTES] + good[middle:] + good[HEAD_BYTES:middle])
    with pytest.raises(VaultDamaged, match="chunk 0 changed"):
        await read(vault, file.id)


async def test_a_file_under_anothers_name_does_not_open(vault: Vault, root: Path) -> None:
    mine = await vault.put(parts(b"mine"), LIMIT)
    others = await vault.put(parts(b"others"), LIMIT)
    assert await read(vault, mine.id) == b"mine"
    (root / others.id[:2] / others.id).replace(root / mine.id[:2] / mine.id)
    with pytest.raises(VaultDamaged, match="head damaged"):
        await read(vault, mine.id)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 39, "A" * 40, "a" * 41, "incoming", "\x00" * 40])
async def test_only_names_of_the_vault_are_looked_for(vault: Vault, name: str) -> None:
    good = await vault.put(parts(b"x"), LIMIT)
    assert await read(vault, good.id) == b"x"
    for refused in (vault.stat(name), vault.delete(name), read(vault, name)):
        with pytest.raises(NoSuchFile):
            await refused


async def test_what_a_killed_writer_left_is_swept_but_not_what_is_being_written(
    vault: Vault, root: Path, keyring: Keyring
) -> None:
    left = IncomingFile(root, keyring.vault)
    left.add(b"half")
    kept = await vault.put(parts(b"whole"), LIMIT)
    now = datetime.now(UTC)
    assert await vault.sweep(now - timedelta(hours=1)) == 0
    assert await vault.sweep(now + timedelta(hours=1)) == 1
    assert [path.name for path in stored(root)] == [kept.id]
    left.abandon()


async def test_a_file_is_rewrapped_for_a_new_master_key(vault: Vault, root: Path, next_master_key: Path) -> None:
    file = await vault.put(parts(content(CHUNK_BYTES + 5)), LIMIT)
    both = Vault(root, Keyring.load(next_master_key))
    assert await both.rewrap(file.id)
    assert not await both.rewrap(file.id)
    keep_only_the_first_line(next_master_key)
    assert await read(Vault(root, Keyring.load(next_master_key)), file.id) == content(CHUNK_BYTES + 5)
    with pytest.raises(VaultDamaged, match="unknown-key"):
        await read(vault, file.id)


async def test_the_event_loop_keeps_turning_while_a_file_is_read(vault: Vault) -> None:
    file = await vault.put(parts(content(LIMIT), LIMIT), LIMIT)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    assert len(await read(vault, file.id)) == LIMIT
    turning.cancel()
    assert turns > 4, "each hop to the disk must give the loop back"
