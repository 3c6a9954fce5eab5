"""Segments on disk: bound to their place, whole after a crash, and nothing more than was written."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from media.manifest import Gap, Manifest, Track, open_segment, seal_segment
from media.segments import Entry, LegFolder, Shelf

KEY, OTHER = bytes(range(32)), bytes(32)


@given(st.binary(max_size=300), st.integers(0, 5000), st.binary(min_size=12, max_size=12))
def test_a_segment_opens_with_its_key_leg_and_place_only(plain: bytes, n: int, nonce: bytes) -> None:
    stored = seal_segment(KEY, "leg-1", n, plain, nonce)
    assert open_segment(KEY, "leg-1", n, stored) == plain
    changed = stored[:-1] + bytes([stored[-1] ^ 1])
    for key, leg, place, data in (
        (OTHER, "leg-1", n, stored),
        (KEY, "leg-2", n, stored),
        (KEY, "leg-1", n + 1, stored),
        (KEY, "leg-1", n, changed),
    ):
        with pytest.raises(InvalidTag):
            open_segment(key, leg, place, data)


def an_entry(ended_ms: int = 2000, gaps: tuple[Gap, ...] = ()) -> Entry:
    tracks = [Track(kind="audio", codec="opus", frames=5, first_ms=1010, last_ms=1990, offset_ms=10)]
    return Entry(segment=None, ended_ms=ended_ms, tracks=tracks, gaps=list(gaps))


def a_leg(shelf: Shelf, name: str = "leg-1") -> LegFolder:
    leg = shelf.open(key=KEY, started_ms=1000, recording="rec", room="room", seat="seat", leg=name)
    leg.begin()
    return leg


def test_a_closed_leg_s_manifest_is_sealed_and_any_change_breaks_the_seal(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    leg = a_leg(shelf)
    leg.store(b"one", an_entry())
    leg.store(b"two", an_entry(3000))
    gap = Gap(from_=1500, to=2700, track="audio", reason="not-sent")
    manifest = leg.close(an_entry(3500, (gap,)), "left")
    assert shelf.manifest("leg-1") == manifest
    assert manifest.seal_holds(KEY)
    assert not manifest.seal_holds(OTHER)
    assert [segment.n for segment in manifest.segments] == [0, 1]
    said = json.loads((tmp_path / "legs" / "leg-1" / "manifest.json").read_text())
    assert said["gaps"] == [{"from": 1500, "to": 2700, "track": "audio", "reason": "not-sent"}]
    for field, value in {"ended_ms": 9, "seat": "other", "segments": said["segments"][:1], "gaps": []}.items():
        assert not Manifest.model_validate({**said, field: value}).seal_holds(KEY), field


def test_what_was_left_open_is_closed_with_what_is_whole_and_says_so(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    leg = a_leg(shelf)
    for n in range(3):
        leg.store(b"x" * 100, an_entry(2000 + n * 1000))
    folder = tmp_path / "legs" / "leg-1"
    (folder / "000002.seg").write_bytes(b"cut")
    with (folder / "journal.ndjson").open("ab") as journal:
        journal.write(b'{"segment": {"n": 3, "by')
    [manifest] = Shelf(tmp_path).recover()
    assert [segment.n for segment in manifest.segments] == [0, 1]
    assert not manifest.complete
    assert (manifest.ended_by, manifest.ended_ms, manifest.mac) == ("node-died", 4000, None)
    assert manifest.gaps == [Gap(from_=4000, to=None, track="all", reason="node-died")]
    assert Shelf(tmp_path).recover() == [manifest], "and the next life finds the same"


def test_a_leg_without_any_segment_is_told_too_and_an_empty_folder_is_cleared(tmp_path: Path) -> None:
    a_leg(Shelf(tmp_path))
    (tmp_path / "legs" / "leg-2").mkdir()
    [manifest] = Shelf(tmp_path).recover()
    assert (manifest.leg, manifest.segments, manifest.ended_ms) == ("leg-1", [], 1000)
    assert not (tmp_path / "legs" / "leg-2").exists()


def test_only_a_closed_leg_is_forgotten(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    leg = a_leg(shelf)
    leg.store(b"one", an_entry())
    shelf.forget("leg-1")
    assert shelf.segment_path("leg-1", 0) is not None
    leg.close(an_entry(), "left")
    shelf.forget("../legs/leg-1")
    shelf.forget("nobody")
    assert shelf.waiting() == ["leg-1"]
    shelf.forget("leg-1")
    assert shelf.waiting() == []
    assert list((tmp_path / "legs").iterdir()) == []


def test_plain_bytes_and_key_are_never_on_disk_and_files_are_the_owner_s(tmp_path: Path) -> None:
    leg = a_leg(Shelf(tmp_path))
    leg.store(b"what was said" * 20, an_entry())
    leg.close(an_entry(), "left")
    for path in (tmp_path / "legs").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
        if path.is_file():
            assert b"what was said" not in path.read_bytes()
            assert KEY not in path.read_bytes()


def test_a_name_is_never_a_path(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    (tmp_path / "shelf" / "secret").write_text("x")
    for name in ("..", "../secret", "a/b", ""):
        assert shelf.segment_path(name, 0) is None
        assert shelf.manifest(name) is None
