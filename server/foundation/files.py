"""Sending a file as a stream, whole or the one range asked for, so that a player can seek without us holding it."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from .answers import FileAnswer


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
    async for part in file.read(start, end):
        await response.write(part)
    await response.write_eof()
    return response


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
        # An uploaded file shown by the browser may run nothing and frame nothing.
        "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
