"""What a process stands on: the shared parts that the composition root builds once and every Work can reach.

Parts are found by their type, so that the ground needs to know none of the capabilities above it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import structlog

from .actor import Actor, Role
from .clock import Clock
from .crypto import Cipher
from .database import Database
from .fields import FieldCipher
from .jobs import Jobs
from .keys import Keyring
from .vault import Vault

log = structlog.get_logger(__name__)

Part = TypeVar("Part")
Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Push:
    """A hint to open pages: something about `topic` changed; they fetch it again."""

    topic: str
    id: str


def push(topic: str, identifier: object) -> Push:
    """A push for `work.after_commit`."""
    return Push(topic, str(identifier))


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who wants to know of an event, inside the transaction that recorded it. Database work only."""

    event: type[Any]
    handle: Callable[..., Awaitable[None]]


@dataclass(slots=True)
class Ground:
    """Everything shared by one process. `publish` and `authenticate` are set by the composition root."""

    database: Database
    clock: Clock
    keys: Keyring
    fields: FieldCipher
    vault: Vault
    answers: Cipher
    jobs: Jobs
    permissions: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    subscribers: Sequence[Subscriber] = ()
    publish: Callable[[Push], None] = lambda _: None
    authenticate: Callable[[str], Awaitable[Actor]] | None = None
    _parts: dict[type[Any], object] = field(default_factory=dict)

    def provide(self, *parts: object) -> None:
        """Make parts findable by their type: settings sections, clients of other processes."""
        for part in parts:
            self._parts[type(part)] = part

    def part(self, kind: type[Part]) -> Part:
        """The one part of this type; an error of ours when the composition root provided none."""
        return cast("Part", self._parts[kind])

    @property
    def parts(self) -> tuple[object, ...]:
        """Every part, for a ground like this one."""
        return tuple(self._parts.values())

    def has(self, kind: type[Any]) -> bool:
        """Whether this process has such a part (a worker has no sockets)."""
        return kind in self._parts
