"""Pure: scopes, tokens, what a request must bring, addresses of peers. No database, no network."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from uuid import UUID

from server.foundation.randomness import random_bytes

TOKEN_BYTES: Final = 32
PREFIX: Final = "lyd_"  # so that secret scanners, and people, see what it is
AE_TITLE: Final = r"^[ -\[\]-~]{0,15}[!-\[\]-~]$"
SMALLEST_V4: Final = 24  # a hospital's network segment, never the world
SMALLEST_V6: Final = 64
_TOKEN: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_LONGEST_HEADER: Final = 400
Network = IPv4Network | IPv6Network


class Scope(StrEnum):
    """What a device account may do; one each, so that a scanner's lost token reads nothing."""

    STORE = "dicom.store"
    READ = "dicom.read"


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request brings: the token, and the device it claims to be (basic only)."""

    token: str = field(repr=False)
    device_id: UUID | None = None


def fresh_token() -> str:
    """A new token of 256 random bits, shown once.

    Rule: imaging-40
    """
    return PREFIX + base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()


def digest_of(token: str) -> bytes:
    """What of a token is stored to find it by; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def presented(authorization: str) -> Presented | None:
    """The credentials of an Authorization header: `Bearer <token>`, or basic with the device's id and the token."""
    scheme, _, rest = authorization.partition(" ")
    if len(authorization) > _LONGEST_HEADER:
        return None
    if scheme.casefold() == "bearer":
        return Presented(rest.strip()) if _TOKEN.fullmatch(rest.strip()) else None
    return _basic(rest.strip()) if scheme.casefold() == "basic" else None


def _basic(encoded: str) -> Presented | None:
    try:
        name, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
        return Presented(token, UUID(name)) if _TOKEN.fullmatch(token) else None
    except (binascii.Error, ValueError):
        return None


def read_network(text: str) -> Network | None:
    """A peer's address: one host, or a network no larger than a segment; None for anything else.

    Rule: imaging-41
    """
    try:
        network = ip_network(text.strip())
    except ValueError:
        return None
    smallest = SMALLEST_V4 if network.version == 4 else SMALLEST_V6
    if network.prefixlen < smallest or network.network_address.is_unspecified or network.is_multicast:
        return None
    return network


def shown_network(network: Network) -> str:
    """One spelling of it: a host without its prefix length."""
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def stands_in(address: str, network: str) -> bool:
    """Whether a connection from `address` comes from that host or network; an IPv4 one behind IPv6 counts as itself."""
    try:
        host = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(host, "ipv4_mapped", None)
    return (mapped or host) in ip_network(network)
