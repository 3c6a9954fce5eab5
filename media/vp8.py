"""VP8 in RTP (RFC 7741): the payload descriptor, key frames and picture numbers. Nothing is decoded."""

from __future__ import annotations

from typing import NamedTuple

from media.rtp import Packet


class Descriptor(NamedTuple):
    """Where things are in a payload: the frame's bytes begin at `size`; picture numbers where `None` are absent."""

    size: int
    starts_frame: bool
    picture_at: int | None
    picture_bits: int
    layer_at: int | None


def describe(payload: bytes) -> Descriptor:
    """The descriptor in front of a payload.

    Raises: ValueError when it is cut off.
    """
    try:
        return _describe(payload)
    except IndexError:
        raise ValueError("VP8 payload descriptor is cut off") from None


def _describe(payload: bytes) -> Descriptor:
    first = payload[0]
    starts = first & 0x1F == 0x10  # first packet of the first partition
    at, picture_at, picture_bits, layer_at = 1, None, 0, None
    if first & 0x80:
        flags = payload[1]
        at = 2
        if flags & 0x80:
            picture_at = at
            picture_bits = 15 if payload[at] & 0x80 else 7
            at += 2 if picture_bits == 15 else 1
        if flags & 0x40:
            layer_at = at
            at += 1
        if flags & 0x30:
            at += 1
    if at >= len(payload):
        raise IndexError
    return Descriptor(at, starts, picture_at, picture_bits, layer_at)


def starts_key_frame(packet: Packet) -> bool:
    """Whether this packet is the first of a frame that needs no other."""
    payload = packet.data
    at = packet.payload_at
    if len(payload) - at < 4 or payload[at] & 0x1F != 0x10:
        return False
    try:
        found = describe(payload[at : at + 8])
    except ValueError:
        return False
    return not payload[at + found.size] & 0x01


def dimensions(frame: bytes) -> tuple[int, int] | None:
    """Width and height said by a key frame; None for any other frame."""
    if len(frame) < 10 or frame[0] & 0x01 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


class Numbers(NamedTuple):
    """A frame's picture number and its base layer's number, as far as the sender gives them."""

    picture: int | None
    layer: int | None


def numbers(payload: bytes, found: Descriptor) -> Numbers:
    """The numbers in a payload."""
    picture = None
    if found.picture_at is not None:
        picture = payload[found.picture_at] & 0x7F
        if found.picture_bits == 15:
            picture = picture << 8 | payload[found.picture_at + 1]
    return Numbers(picture, payload[found.layer_at] if found.layer_at is not None else None)


def renumber(payload: bytes, picture_shift: int, layer_shift: int) -> bytes:
    """The payload with its numbers shifted, so that they go on where the previous source of the lane stopped."""
    if not payload or not payload[0] & 0x80:
        return payload
    found = describe(payload)
    present = numbers(payload, found)
    changed = bytearray(payload)
    if found.picture_at is not None and present.picture is not None:
        picture = (present.picture + picture_shift) & ((1 << found.picture_bits) - 1)
        if found.picture_bits == 15:
            changed[found.picture_at] = 0x80 | picture >> 8
            changed[found.picture_at + 1] = picture & 0xFF
        else:
            changed[found.picture_at] = picture
    if found.layer_at is not None:
        changed[found.layer_at] = (changed[found.layer_at] + layer_shift) & 0xFF
    return bytes(changed)
