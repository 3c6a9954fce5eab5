"""WebM of Opus and VP8 by PyAV, without an encoder: streaming for the recorder, seekable copies and exports afterwards.

PyAV cannot be told Opus's header for a stream that nobody encoded, so streams are copied from a template: a WebM of a few
hundred bytes, written here, that holds two track headers and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import IO, TYPE_CHECKING

import av
from av.container import InputContainer
from av.packet import Packet

if TYPE_CHECKING:
    from av.stream import Stream

    Unit = Packet[Stream]

_MS = Fraction(1, 1000)
_OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48000, 0, 0)
_DEFAULT_SIZE = (640, 480)


def _element(name: str, body: bytes) -> bytes:
    return bytes.fromhex(name) + struct.pack(">Q", len(body) | 1 << 56) + body


def _number(name: str, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _template(size: tuple[int, int]) -> bytes:
    ebml = _element("1A45DFA3", _element("4282", b"webm") + _number("4287", 4) + _number("4285", 2))
    video = _element("E0", _number("B0", size[0]) + _number("BA", size[1]))
    audio = _element("E1", _element("B5", struct.pack(">d", 48000.0)) + _number("9F", 2))
    tracks = _element(
        "1654AE6B",
        _element("AE", _number("D7", 1) + _number("73C5", 1) + _number("83", 1) + _element("86", b"V_VP8") + video)
        + _element(
            "AE",
            _number("D7", 2)
            + _number("73C5", 2)
            + _number("83", 2)
            + _element("86", b"A_OPUS")
            + _element("63A2", _OPUS_HEAD)
            + _number("56AA", 6_500_000)
            + audio,
        ),
    )
    cluster = _element("1F43B675", _number("E7", 0))
    return ebml + _element("18538067", _element("1549A966", _number("2AD7B1", 1_000_000)) + tracks + cluster)


class _Sink:
    """Where PyAV writes: a file that only grows."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def write(self, data: bytes) -> int:
        """Takes the next bytes."""
        self._take(bytes(data))
        return len(data)


class Writer:
    """A WebM that goes out in order as it grows: one video and one audio track, times in ms from the leg's start."""

    def __init__(self, take: Callable[[bytes], None], size: tuple[int, int] | None) -> None:
        with av.open(io.BytesIO(_template(size or _DEFAULT_SIZE)), format="matroska") as template:
            options = {"live": "1", "max_interleave_delta": "200000"}
            self._file = av.open(_Sink(take), "w", format="webm", options=options)
            self._streams = {
                kind: self._file.add_stream_from_template(template.streams.get({kind: 0})[0], opaque=True)
                for kind in ("video", "audio")
            }
        for stream in self._streams.values():
            stream.time_base = _MS

    def write(self, kind: str, data: bytes, at_ms: int, *, is_key: bool) -> None:
        """Adds a frame; times of a track must rise."""
        unit: Unit = Packet(data)
        unit.stream = self._streams[kind]
        unit.time_base = _MS
        unit.pts = unit.dts = at_ms
        unit.is_keyframe = is_key
        self._file.mux_one(unit)

    def close(self) -> None:
        """Writes what is still held back."""
        self._file.close()


def assemble(segments: Iterable[bytes], size: tuple[int, int] | None = None) -> IO[bytes]:
    """A seekable WebM (cues, duration) of a leg's decrypted segments, by stream copy: a temporary file, at its start.

    `size` is the largest picture of the leg, from its manifest. Without segments the file is empty.
    """
    with tempfile.TemporaryFile() as joined:
        for segment in segments:
            joined.write(segment)
        legs: list[tuple[IO[bytes], int, str]] = [(joined, 0, "")] if joined.tell() else []
        joined.seek(0)
        return _copied("webm", legs, size)


def export_mkv(legs: Sequence[tuple[IO[bytes], int, str]]) -> IO[bytes]:
    """One MKV with the tracks of all legs by stream copy: a temporary file, at its start.

    Each leg is (assembled WebM, its start in ms, a title for its tracks); time zero is the earliest start.
    """
    zero = min((start for _, start, _ in legs), default=0)
    return _copied("matroska", [(file, start - zero, title) for file, start, title in legs], None)


def _copied(form: str, legs: Sequence[tuple[IO[bytes], int, str]], size: tuple[int, int] | None) -> IO[bytes]:
    with contextlib.ExitStack() as unless_made:
        made = unless_made.enter_context(tempfile.TemporaryFile())
        if legs:
            _copy_into(made, form, legs, size)
            made.seek(0)
        unless_made.pop_all()
        return made


def _copy_into(
    made: IO[bytes], form: str, legs: Sequence[tuple[IO[bytes], int, str]], size: tuple[int, int] | None
) -> None:
    opened = [av.open(file, "r", format="matroska") for file, _, _ in legs]
    try:
        with av.open(made, "w", format=form) as out:
            streams = {}
            for n, (container, (_, _, title)) in enumerate(zip(opened, legs, strict=True)):
                for track in container.streams:
                    stream = out.add_stream_from_template(track, opaque=True)
                    stream.time_base = _MS
                    if title:
                        stream.metadata["title"] = title
                    streams[n, track.index] = stream
            for at_ms, n, unit in _in_order(opened, [start for _, start, _ in legs]):
                unit.stream = streams[n, unit.stream_index]
                unit.time_base = _MS
                unit.pts = unit.dts = at_ms
                out.mux_one(unit)
    finally:
        for container in opened:
            container.close()


def _in_order(opened: Sequence[InputContainer], starts: Sequence[int]) -> Iterator[tuple[int, int, Unit]]:
    """All units of several files by time, reading each file as it goes."""
    waiting: list[tuple[int, int, Unit]] = []
    readers = [_units(container, start) for container, start in zip(opened, starts, strict=True)]
    for n, reader in enumerate(readers):
        first = next(reader, None)
        if first is not None:
            waiting.append((first[0], n, first[1]))
    while waiting:
        now = min(waiting, key=lambda entry: entry[0])
        waiting.remove(now)
        yield now
        following = next(readers[now[1]], None)
        if following is not None:
            waiting.append((following[0], now[1], following[1]))


def _units(container: InputContainer, start: int) -> Iterator[tuple[int, Unit]]:
    for unit in container.demux():
        if unit.pts is not None and unit.size and unit.time_base is not None:
            yield start + round(unit.pts * unit.time_base * 1000), unit
