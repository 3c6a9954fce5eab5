"""RTCP on the wire: what we read of it and what we send. No state, no sockets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct, pack, unpack_from
from typing import NamedTuple

_SR, _RR, _SDES, _BYE, _RTPFB, _PSFB = 200, 201, 202, 203, 205, 206
_NACK, _PLI, _FIR, _APPLICATION = 1, 1, 4, 15
_BLOCK = Struct("!IIIIII")
_SENDER = Struct("!QIII")


class Block(NamedTuple):
    """What a receiver says of one stream. `lost` is cumulative, `fraction` in 1/256 since the last report."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_sr: int
    since_sr: int


class SenderReport(NamedTuple):
    """A sender's clock: `ntp` (32.32 seconds since 1900) is the instant of `timestamp`."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[Block, ...] = ()


class ReceiverReport(NamedTuple):
    """Reception of several streams."""

    ssrc: int
    blocks: tuple[Block, ...]


class Nack(NamedTuple):
    """Packets asked for again."""

    media_ssrc: int
    lost: tuple[int, ...]


class KeyFrameRequest(NamedTuple):
    """PLI or FIR: this stream's receiver cannot go on without a key frame."""

    media_ssrc: int


class BitrateLimit(NamedTuple):
    """REMB: what the receiver can take, in bit/s."""

    bitrate: int
    ssrcs: tuple[int, ...]


class Bye(NamedTuple):
    """These streams ended."""

    ssrcs: tuple[int, ...]


Report = SenderReport | ReceiverReport | Nack | KeyFrameRequest | BitrateLimit | Bye


def parse(data: bytes) -> list[Report]:
    """The reports of one compound packet; kinds that we do not use are passed over.

    Raises: ValueError when the lengths do not fit.
    """
    reports: list[Report] = []
    at = 0
    while at < len(data):
        if len(data) - at < 4 or data[at] >> 6 != 2:
            raise ValueError("RTCP header is wrong")
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data):
            raise ValueError("RTCP packet is cut off")
        reports.extend(_one(data[at + 1], data[at] & 0x1F, data[at + 4 : end]))
        at = end
    return reports


def _one(kind: int, count: int, body: bytes) -> Iterable[Report]:
    if kind == _SR and len(body) >= 24 + 24 * count:
        ntp, timestamp, packets, octets = _SENDER.unpack_from(body, 4)
        yield SenderReport(_word(body), ntp, timestamp, packets, octets, _blocks(body, 24, count))
    elif kind == _RR and len(body) >= 4 + 24 * count:
        yield ReceiverReport(_word(body), _blocks(body, 4, count))
    elif kind == _BYE and len(body) >= 4 * count:
        yield Bye(unpack_from(f"!{count}I", body))
    elif kind == _RTPFB and count == _NACK and len(body) >= 8:
        yield Nack(_word(body, 4), _lost(body[8:]))
    elif kind == _PSFB and len(body) >= 8:
        yield from _payload_feedback(count, body)


def _payload_feedback(kind: int, body: bytes) -> Iterable[Report]:
    if kind == _PLI:
        yield KeyFrameRequest(_word(body, 4))
    elif kind == _FIR:
        for at in range(8, len(body) - 7, 8):
            yield KeyFrameRequest(_word(body, at))
    elif kind == _APPLICATION and body[8:12] == b"REMB" and len(body) >= 16 + 4 * body[12]:
        bits = int.from_bytes(body[13:16], "big")
        yield BitrateLimit((bits & 0x3FFFF) << (bits >> 18), unpack_from(f"!{body[12]}I", body, 16))


def _word(body: bytes, at: int = 0) -> int:
    return int.from_bytes(body[at : at + 4], "big")


def _blocks(body: bytes, at: int, count: int) -> tuple[Block, ...]:
    found = []
    for n in range(count):
        ssrc, loss, highest, jitter, last_sr, since_sr = _BLOCK.unpack_from(body, at + 24 * n)
        lost = loss & 0xFFFFFF
        lost -= 0x1000000 if lost >= 0x800000 else 0
        found.append(Block(ssrc, loss >> 24, lost, highest, jitter, last_sr, since_sr))
    return tuple(found)


def _lost(fci: bytes) -> tuple[int, ...]:
    lost = []
    for at in range(0, len(fci) - 3, 4):
        first, mask = unpack_from("!HH", fci, at)
        lost.append(first)
        lost.extend((first + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1)
    return tuple(lost)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def sender_report(ssrc: int, *, ntp: int, timestamp: int, packets: int, octets: int, cname: str) -> bytes:
    """SR and the SDES that names its sender."""
    body = pack("!I", ssrc) + _SENDER.pack(ntp, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    item = b"\x01" + bytes([len(cname)]) + cname.encode("ascii")
    item += b"\0" * (4 - len(item) % 4)
    return _packet(_SR, 0, body) + _packet(_SDES, 1, pack("!I", ssrc) + item)


def receiver_report(ssrc: int, blocks: Sequence[Block]) -> bytes:
    """RR over at most 31 streams."""
    body = pack("!I", ssrc)
    for block in blocks[:31]:
        lost = max(-0x800000, min(block.lost, 0x7FFFFF)) & 0xFFFFFF
        loss = block.fraction << 24 | lost
        body += _BLOCK.pack(block.ssrc, loss, block.highest, block.jitter, block.last_sr, block.since_sr)
    return _packet(_RR, len(blocks[:31]), body)


def nack(ssrc: int, media_ssrc: int, lost: Sequence[int]) -> bytes:
    """A request for these packets again; `lost` in sending order."""
    body = pack("!II", ssrc, media_ssrc)
    first, mask = lost[0], 0
    for sequence in lost[1:]:
        bit = (sequence - first - 1) & 0xFFFF
        if bit < 16:
            mask |= 1 << bit
        else:
            body += pack("!HH", first, mask)
            first, mask = sequence, 0
    return _packet(_RTPFB, _NACK, body + pack("!HH", first, mask))


def key_frame_request(ssrc: int, media_ssrc: int) -> bytes:
    """PLI."""
    return _packet(_PSFB, _PLI, pack("!II", ssrc, media_ssrc))


def bitrate_limit(ssrc: int, bitrate: int, ssrcs: Sequence[int]) -> bytes:
    """REMB over these media streams."""
    exponent = max(0, bitrate.bit_length() - 18)
    bits = exponent << 18 | bitrate >> exponent
    body = pack("!II", ssrc, 0) + b"REMB" + bytes([len(ssrcs)]) + bits.to_bytes(3, "big")
    return _packet(_PSFB, _APPLICATION, body + pack(f"!{len(ssrcs)}I", *ssrcs))
