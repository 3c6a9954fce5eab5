"""multipart/related as a stream: the parts of a request one after the other, the parts of an answer as they are made.

Of a request no more is held than one network read and a boundary's length. What is not well formed is refused where it stops
being so; parts before it were given out already, so only the end tells whether a body was whole.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Final

from server.foundation.errors import MalformedBody

MOST_HEADER_BYTES: Final = 4096
MOST_PREAMBLE_BYTES: Final = 16 * 1024
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")


class MalformedParts(MalformedBody):
    """Not multipart as declared: no boundary, a part cut off, headers of absurd length."""

    code = "malformed-parts"
    zh = "多部分数据格式有误或不完整，未能读完，请重新发送"
    en = "The multipart body is malformed or was cut off; send it again"


class TooManyParts(MalformedParts):
    """More parts in one request than we take."""

    code = "too-many-parts"
    zh = "一次请求最多 {limit} 个部分，请分批发送"
    en = "One request takes at most {limit} parts; send it in several"


@dataclass(frozen=True, slots=True)
class PartHead:
    """A part's own headers, names in lower case."""

    headers: dict[str, str]

    @property
    def content_type(self) -> str:
        """Its declared type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().casefold()


class PartsReader:
    """Walks through a body: `async for head in reader: async for piece in reader.body(): ...`.

    A part that is not read to its end is skipped when the next is asked for.
    """

    def __init__(self, stream: AsyncIterable[bytes], boundary: str, *, most_parts: int) -> None:
        """Raises: MalformedParts for a boundary that cannot be one."""
        if not _BOUNDARY.fullmatch(boundary):
            raise MalformedParts
        self._stream = aiter(stream)
        self._mark = b"\r\n--" + boundary.encode("ascii")
        self._held = b"\r\n"  # the first boundary may stand at the very beginning
        self._most_parts = most_parts
        self._parts = 0
        self._in_part = False
        self._over = False

    async def __aiter__(self) -> AsyncIterator[PartHead]:
        await self._skip_preamble()
        while not self._over:
            self._parts += 1
            if self._parts > self._most_parts:
                raise TooManyParts(limit=self._most_parts)
            head = await self._head()
            self._in_part = True
            yield head
            async for _ in self.body():
                pass

    async def body(self) -> AsyncIterator[memoryview]:
        """The bytes of the present part, looked at where they lie: of a large part they are copied once."""
        keep = len(self._mark) - 1
        while self._in_part:
            found = self._held.find(self._mark)
            if found >= 0:
                piece = memoryview(self._held)[:found]
                self._held = self._held[found + len(self._mark) :]
                self._in_part = False
                if piece:
                    yield piece
                await self._after_mark()
                return
            if len(self._held) > keep:
                piece = memoryview(self._held)[:-keep]
                self._held = self._held[-keep:]
                yield piece
            await self._more()

    async def _skip_preamble(self) -> None:
        while (found := self._held.find(self._mark, 0, MOST_PREAMBLE_BYTES)) < 0:
            if len(self._held) > MOST_PREAMBLE_BYTES:
                raise MalformedParts
            await self._more()
        self._held = self._held[found + len(self._mark) :]
        await self._after_mark()
        if self._over:
            raise MalformedParts  # no part at all

    async def _after_mark(self) -> None:
        """What follows a boundary: a line's end before the next part, or `--` after the last."""
        while len(self._held) < 2:
            await self._more()
        if self._held.startswith(b"--"):
            self._over = True
            return
        while (end := self._held.find(b"\r\n")) < 0:
            if len(self._held) > MOST_HEADER_BYTES:
                raise MalformedParts
            await self._more()
        if self._held[:end].strip(b" \t"):
            raise MalformedParts  # more text behind the boundary: then it was none of ours
        self._held = self._held[end:]  # the line's end stays: a part without headers begins with two of them

    async def _head(self) -> PartHead:
        while (end := self._held.find(b"\r\n\r\n")) < 0:
            if len(self._held) > MOST_HEADER_BYTES:
                raise MalformedParts
            await self._more()
        if end > MOST_HEADER_BYTES:
            raise MalformedParts
        raw = self._held[:end]
        self._held = self._held[end + 4 :]
        return _read_head(raw)

    async def _more(self) -> None:
        try:
            self._held += await anext(self._stream)
        except StopAsyncIteration:
            raise MalformedParts from None


def _read_head(raw: bytes) -> PartHead:
    headers = {}
    for line in raw.split(b"\r\n"):
        if not line:
            continue
        name, colon, value = line.partition(b":")
        if not colon:
            raise MalformedParts
        headers[name.strip().decode("latin-1").casefold()] = value.strip().decode("latin-1")
    return PartHead(headers)


def part_start(boundary: str, content_type: str, **headers: str) -> bytes:
    """What stands before a part's bytes in an answer."""
    lines = [f"\r\n--{boundary}", f"Content-Type: {content_type}"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def parts_end(boundary: str) -> bytes:
    """What stands after the last part."""
    return f"\r\n--{boundary}--\r\n".encode("ascii")
