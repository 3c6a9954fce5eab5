"""What an endpoint may give back besides a plain view: a status, cookies, a file as a stream, something made on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to set; `value` None deletes it."""

    name: str
    value: str | None
    max_age_s: int
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A view with cookies or a status of its own."""

    view: T
    cookies: tuple[Cookie, ...] = ()
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file: `read(start, end)` yields the bytes of [start, end). The edge answers Range requests with it."""

    read: Callable[[int, int], AsyncIterator[bytes]]
    size: int
    content_type: str
    name: str
    inline: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """What was made for one answer. `gzipped`: the bytes are packed already, and unpacked for who cannot take that."""

    content: bytes = field(repr=False)
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    gzipped: bool = False


@dataclass(frozen=True, slots=True)
class MadeAnswer:
    """Something made on demand, after the transaction that allowed it has ended. Who has it already (by `etag`) gets 304.

    A cache may keep it but asks each time: what somebody may no longer see is not shown from memory.
    """

    etag: str
    make: Callable[[], Awaitable[Made]]


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """Bytes as they are made, of a length that nobody knows yet; made after the transaction has ended."""

    content_type: str
    stream: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Upload:
    """A request body taken as a stream: declared type and length, and the bytes as they come."""

    content_type: str
    size: int | None
    name: str
    stream: AsyncIterator[bytes]
