"""What a route is given that does not open a unit of work of its own: its work is done together with others'.

The one such edge is the booking desk, which commits many requests at once. It reads and keeps the idempotency key in
that shared transaction, so the errand carries all that it needs for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .actor import Actor
from .ground import Ground
from .translation import CHINESE
from .work import Client

Part = TypeVar("Part")
Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """An idempotency key as it came: whose, and the digest of the request it came with."""

    scope: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Errand:
    """Who asks, in which language, with which key; `dump` turns the answer into the bytes that are kept and sent."""

    ground: Ground
    actor: Actor
    language: str = CHINESE
    client: Callable[[], Client] = Client
    key: KeyClaim | None = None
    status: int = 200
    dump: Callable[[Any], bytes] = lambda _: b""

    def part(self, kind: type[Part]) -> Part:
        """A shared part by its type."""
        return self.ground.part(kind)


@dataclass(frozen=True, slots=True)
class Told(Generic[Answered]):
    """An answer of that view in bytes: just made, or kept from the first time."""

    status: int
    body: bytes
    replayed: bool = False
