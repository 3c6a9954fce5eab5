"""The node's disk: encrypted segments of each leg, a journal beside them, and the manifest once the leg is closed.

A segment is written, synced and then entered in the journal with what was known by then, so whatever happens to the node,
the next life can close the leg truthfully. Keys are held in memory only. Everything is 0600 in folders of 0700.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from pathlib import Path

from pydantic import BaseModel, ValidationError

from media.manifest import NONCE_BYTES, Gap, Manifest, Segment, Track, seal_segment

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_JOURNAL = "journal.ndjson"
_MANIFEST = "manifest.json"


class About(BaseModel):
    """First line of a journal: whose leg this is."""

    recording: str
    room: str
    seat: str
    leg: str
    started_ms: int


class Entry(BaseModel):
    """A line of the journal: a segment on disk, and the state of the recording when it was cut."""

    segment: Segment | None
    ended_ms: int
    tracks: list[Track]
    gaps: list[Gap]


class LegFolder:
    """The open recording of one leg. Its methods block on the disk: call them in a thread, one after the other."""

    def __init__(self, folder: Path, key: bytes, about: About) -> None:
        self.about = about
        self._folder = folder
        self._key = key
        self._segments: list[Segment] = []
        self._n = 0

    def begin(self) -> None:
        """Makes the folder and the journal."""
        self._folder.mkdir(mode=0o700)
        _append(self._folder / _JOURNAL, self.about)
        _sync_folder(self._folder.parent)

    def store(self, plain: bytes, entry: Entry) -> None:
        """Encrypts, writes and syncs the next segment, then enters it in the journal.

        Raises: OSError when the disk does not take it; the segment's number is then left out.
        """
        n, self._n = self._n, self._n + 1
        stored = seal_segment(self._key, self.about.leg, n, plain, secrets.token_bytes(NONCE_BYTES))
        path = self._folder / _segment_name(n)
        try:
            _write(path, stored)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        segment = Segment(n=n, bytes=len(stored), sha256=hashlib.sha256(stored).hexdigest())
        self._segments.append(segment)
        _append(self._folder / _JOURNAL, entry.model_copy(update={"segment": segment}))

    def close(self, entry: Entry, ended_by: str) -> Manifest:
        """Writes the sealed manifest.

        Raises: OSError.
        """
        manifest = Manifest(
            **self.about.model_dump(),
            ended_ms=entry.ended_ms,
            complete=True,
            ended_by=ended_by,
            tracks=entry.tracks,
            gaps=entry.gaps,
            segments=self._segments,
        ).sealed(self._key)
        _write_whole(self._folder / _MANIFEST, manifest)
        return manifest


class Shelf:
    """All legs on this node's disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "legs"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def holds(self, leg: str) -> bool:
        """Whether a leg of that name is on disk."""
        return (self._folder / leg).exists()

    def open(self, *, key: bytes, started_ms: int, **about: str) -> LegFolder:
        """A new leg's folder; `begin` makes it."""
        described = About.model_validate({**about, "started_ms": started_ms})
        return LegFolder(self._folder / described.leg, key, described)

    def recover(self) -> list[Manifest]:
        """Closes what an earlier life left open, and gives every manifest that still waits to be acknowledged."""
        found = []
        for folder in sorted(self._folder.iterdir()):
            if not folder.is_dir() or not _NAME.fullmatch(folder.name):
                continue
            manifest = _read_manifest(folder) or _close_unfinished(folder)
            if manifest is not None:
                found.append(manifest)
        return found

    def waiting(self) -> list[str]:
        """Legs whose manifest waits to be acknowledged."""
        return sorted(folder.parent.name for folder in self._folder.glob(f"*/{_MANIFEST}"))

    def manifest(self, leg: str) -> Manifest | None:
        """The manifest of a closed leg."""
        return _read_manifest(self._folder / leg)

    def segment_path(self, leg: str, n: int) -> Path | None:
        """Where segment `n` of a leg lies."""
        path = self._folder / leg / _segment_name(n)
        return path if _NAME.fullmatch(leg) and path.is_file() else None

    def forget(self, leg: str) -> None:
        """Deletes an acknowledged leg; one that is still open, or not here, is left alone."""
        folder = self._folder / leg
        if _NAME.fullmatch(leg) and (folder / _MANIFEST).exists():
            (folder / _MANIFEST).unlink()
            shutil.rmtree(folder)


def _segment_name(n: int) -> str:
    return f"{n:06d}.seg"


def _read_manifest(folder: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def _close_unfinished(folder: Path) -> Manifest | None:
    about, entries = _read_journal(folder)
    if about is None:
        shutil.rmtree(folder)  # not even its first line reached the disk: nothing was recorded
        return None
    segments = [e.segment for e in entries if e.segment is not None and _is_whole(folder, e.segment)]
    last = entries[-1] if entries else Entry(segment=None, ended_ms=about.started_ms, tracks=[], gaps=[])
    manifest = Manifest(
        **about.model_dump(),
        ended_ms=last.ended_ms,
        complete=False,
        ended_by="node-died",
        tracks=last.tracks,
        gaps=[*last.gaps, Gap(from_=last.ended_ms, to=None, track="all", reason="node-died")],
        segments=segments,
    )
    _write_whole(folder / _MANIFEST, manifest)
    return manifest


def _read_journal(folder: Path) -> tuple[About | None, list[Entry]]:
    try:
        first, *lines = (folder / _JOURNAL).read_bytes().splitlines()
        about = About.model_validate_json(first)
    except (OSError, ValueError):
        return None, []
    entries = []
    for line in lines:
        try:
            entries.append(Entry.model_validate_json(line))
        except ValidationError:  # the line during which the node died
            break
    return about, entries


def _is_whole(folder: Path, segment: Segment) -> bool:
    try:
        stored = (folder / _segment_name(segment.n)).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(stored).hexdigest() == segment.sha256


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _write_whole(path: Path, manifest: Manifest) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    _write(part, manifest.model_dump_json(by_alias=True).encode())
    part.rename(path)
    _sync_folder(path.parent)


def _append(path: Path, line: BaseModel) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(line.model_dump_json(by_alias=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
