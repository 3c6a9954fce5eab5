"""What the application and its decoding children say to each other: a line of JSON and blobs, each with its length before it."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import IO, Any, Final

_LENGTH: Final = struct.Struct(">I")
_MOST_FACTS: Final = 2**20
_MOST_BLOB: Final = 2**30


@dataclass(frozen=True, slots=True)
class Message:
    """Facts and blobs; either way."""

    facts: dict[str, Any]
    blobs: tuple[bytes, ...] = field(default=(), repr=False)


def write(pipe: IO[bytes], message: Message) -> None:
    """Send one."""
    facts = json.dumps({**message.facts, "blobs": [len(blob) for blob in message.blobs]}).encode()
    pipe.write(_LENGTH.pack(len(facts)) + facts)
    for blob in message.blobs:
        pipe.write(blob)
    pipe.flush()


def read(pipe: IO[bytes]) -> Message | None:
    """The next one; None at the end, also when it comes in the middle of a message."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    raw = pipe.read(length) if length <= _MOST_FACTS else b""
    if len(raw) < length or not raw:
        return None
    facts = json.loads(raw)
    blobs = []
    for size in facts.pop("blobs"):
        blob = pipe.read(size) if 0 <= size <= _MOST_BLOB else b""
        if len(blob) < size:
            return None
        blobs.append(blob)
    return Message(facts, tuple(blobs))
