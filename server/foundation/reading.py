"""Reading requests: a JSON body within its limit, an upload as a stream, the caller's address behind our own proxies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final
from urllib.parse import unquote

from aiohttp import web

from .answers import Upload
from .errors import Invalid, MalformedBody, TooLarge, WrongType
from .work import Client

RAW_BODY: Final = web.RequestKey("raw_body", bytes)
TRUSTED_PROXIES: Final = web.AppKey("trusted_proxies", tuple[IPv4Network | IPv6Network, ...])


async def read_body(request: web.Request, limit: int) -> bytes:
    """The JSON body; an empty one reads as `{}`.

    Raises: WrongType, TooLarge, MalformedBody.
    """
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge
    # Of a body whose length is told, and which is not packed, the parser gives no more than that.
    known = request.content_length is not None and "Content-Encoding" not in request.headers
    raw = await request.content.read() if known else await _at_most(request, limit)
    if raw and request.content_type not in ("application/json", "application/octet-stream"):
        raise WrongType
    if raw and request.content_type == "application/octet-stream" and "Content-Type" in request.headers:
        raise WrongType
    if b"\\u0000" in raw or b"\x00" in raw:
        raise Invalid  # PostgreSQL text cannot hold NUL, and nobody means one
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise MalformedBody from None
    request[RAW_BODY] = raw
    return raw or b"{}"


async def _at_most(request: web.Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_chunked(64 * 1024):
        size += len(part)
        if size > limit:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def read_upload(request: web.Request) -> Upload:
    """The body as it comes. The file's name, if any, travels percent-encoded in `X-File-Name`."""

    async def stream() -> AsyncIterator[bytes]:
        async for part in request.content.iter_chunked(64 * 1024):
            yield part

    name = unquote(request.headers.get("X-File-Name", ""))[:120].replace("\x00", "")
    return Upload(request.content_type, request.content_length, name, stream())


def client_of(request: web.Request) -> Client:
    """The caller's device. X-Forwarded-For counts only when a proxy of ours sent it."""
    peer = request.remote or ""
    address = peer
    trusted = request.app.get(TRUSTED_PROXIES, ())
    if peer and trusted and any(ip_address(peer) in network for network in trusted):
        address = request.headers.get("X-Forwarded-For", peer).rsplit(",", 1)[-1].strip()
    cookies = dict(request.cookies) if "Cookie" in request.headers else {}
    return Client(address, request.headers.get("User-Agent", "")[:200], cookies, request.secure)
