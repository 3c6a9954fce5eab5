"""RTP headers on the wire: reading, writing and the arithmetic of wrapping numbers. No state, no sockets."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

_FIXED = Struct("!BBHII")
_EXTENSION = Struct("!HH")
_ONE_BYTE_PROFILE = 0xBEDE
_SHORTEST_HEADER = 12


class Packet(NamedTuple):
    """One RTP packet, unprotected: header fields and where its payload (with padding, if any) starts in `data`."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload_at: int
    padded: bool
    data: bytes

    @property
    def payload(self) -> bytes:
        """The payload without padding; empty for a packet that only probes the line."""
        end = len(self.data) - self.data[-1] if self.padded else len(self.data)
        return self.data[self.payload_at : max(end, self.payload_at)]


def parse(data: bytes) -> Packet:
    """The packet in these bytes.

    Raises: ValueError when the bytes are no whole RTP packet.
    """
    size = len(data)
    if size < _SHORTEST_HEADER:
        raise ValueError("RTP packet shorter than its header")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first >> 6 != 2:
        raise ValueError("RTP version is not 2")
    at = _SHORTEST_HEADER + 4 * (first & 0x0F)
    if first & 0x10:
        if size < at + 4:
            raise ValueError("RTP header extension is cut off")
        at += 4 + 4 * int(_EXTENSION.unpack_from(data, at)[1])
    padded = bool(first & 0x20)
    if size < at or (padded and not 0 < data[-1] <= size - at):
        raise ValueError("RTP packet is cut off")
    return Packet(second >= 0x80, second & 0x7F, sequence, timestamp, ssrc, at, padded, data)


def extensions(packet: Packet) -> Iterator[tuple[int, bytes]]:
    """The one-byte header extensions of a packet as (id, value); others are passed over."""
    data = packet.data
    if not data[0] & 0x10:
        return
    at = _SHORTEST_HEADER + 4 * (data[0] & 0x0F)
    if _EXTENSION.unpack_from(data, at)[0] != _ONE_BYTE_PROFILE:
        return
    at += 4
    while at < packet.payload_at:
        tag = data[at]
        at += 1
        if tag == 0:
            continue
        length = (tag & 0x0F) + 1
        if tag >> 4 == 15 or at + length > packet.payload_at:
            return
        yield tag >> 4, data[at : at + length]
        at += length


def write(
    payload: bytes,
    *,
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    marker: bool = False,
    padded: bool = False,
    extension: bytes = b"",
) -> bytes:
    """A packet's bytes; `extension` is a whole, already padded header extension block."""
    first = 0x80 | (0x20 if padded else 0) | (0x10 if extension else 0)
    second = payload_type | (0x80 if marker else 0)
    return _FIXED.pack(first, second, sequence, timestamp, ssrc) + extension + payload


def send_time_extension(extension_id: int, seconds: float) -> bytes:
    """The abs-send-time extension block (24 bits of 6.18 fixed point seconds) for a packet leaving now."""
    value = int(seconds * 262144) & 0xFFFFFF
    return b"\xbe\xde\x00\x01" + (extension_id << 28 | 2 << 24 | value).to_bytes(4, "big")


def newer(a: int, b: int) -> bool:
    """Whether sequence number `a` comes after `b`, across the wrap at 65536."""
    return 0 < (a - b) & 0xFFFF < 0x8000


def sequence_step(a: int, b: int) -> int:
    """How many packets lie from `b` to `a`; negative when `a` is older."""
    step = (a - b) & 0xFFFF
    return step - 0x10000 if step >= 0x8000 else step


def timestamp_step(a: int, b: int) -> int:
    """How many clock units lie from `b` to `a`; negative when `a` is older."""
    step = (a - b) & 0xFFFFFFFF
    return step - 0x100000000 if step >= 0x80000000 else step
