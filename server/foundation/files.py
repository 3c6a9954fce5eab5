"""Sending bytes: a file whole or by the one range asked for, something made on demand, a stream of unknown length."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Final, cast
from urllib.parse import quote

from aiohttp import web

from .answers import FileAnswer, MadeAnswer, StreamAnswer

_PASSIVE: Final = {
    # What the browser shows of it may run nothing and frame nothing.
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


async def send(request: web.Request, answer: FileAnswer | MadeAnswer | StreamAnswer) -> web.StreamResponse:
    """Send whichever it is."""
    if isinstance(answer, FileAnswer):
        return await send_file(request, answer)
    return await (_send_made(request, answer) if isinstance(answer, MadeAnswer) else _send_stream(request, answer))


async def _send_made(request: web.Request, answer: MadeAnswer) -> web.Response:
    headers = {**_PASSIVE, "ETag": f'"{answer.etag}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if any(known.value == answer.etag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    made = await answer.make()
    content = made.content
    headers |= {**made.headers, "Content-Type": made.content_type}
    if made.gzipped:
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
    return web.Response(body=content, headers=headers)


async def _send_stream(request: web.Request, answer: StreamAnswer) -> web.StreamResponse:
    headers = {**_PASSIVE, "Content-Type": answer.content_type, "Cache-Control": "private, no-store"}
    response = web.StreamResponse(headers=headers)
    async with aclosing(cast("AsyncGenerator[bytes, None]", answer.stream())) as pieces:
        await response.prepare(request)
        with _on_the_line(request):
            async for piece in pieces:
                await response.write(piece)
            await response.write_eof()
    return response


async def send_file(request: web.Request, file: FileAnswer) -> web.StreamResponse:
    """Stream it. Answers 206 to a satisfiable single range, 416 to an unsatisfiable one."""
    start, end, partial = 0, file.size, False
    if "Range" in request.headers:
        asked = _range(request)
        if asked is not None:
            first, last = asked
            start = first if first is not None and first >= 0 else max(0, file.size + (first or 0))
            end = min(last if last is not None else file.size, file.size)
            partial = True
        if start >= end:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    response = web.StreamResponse(status=206 if partial else 200, headers=_headers(file))
    response.content_length = end - start
    if partial:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    await response.prepare(request)
    with _on_the_line(request):
        async for part in file.read(start, end):
            await response.write(part)
        await response.write_eof()
    return response


@contextmanager
def _on_the_line(request: web.Request) -> Iterator[None]:
    """What was begun cannot turn into a problem any more: when it breaks off, the line is cut, so that nobody takes a part
    for the whole. Whoever closes a viewer in the middle of a stack has left: nobody is answered, and nothing went wrong.
    """
    transport = request.transport  # None when they left before the first byte
    try:
        yield
    except BaseException as error:
        left = transport is None or transport.is_closing()
        if transport is not None:
            transport.abort()
        if not (left and isinstance(error, ConnectionError)):
            raise


def _range(request: web.Request) -> tuple[int | None, int | None] | None:
    try:
        asked = request.http_range
    except ValueError:
        return None
    return asked.start, asked.stop


def _headers(file: FileAnswer) -> dict[str, str]:
    kind = "inline" if file.inline else "attachment"
    return {
        "Content-Type": file.content_type,
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name)}",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        **_PASSIVE,
    }
