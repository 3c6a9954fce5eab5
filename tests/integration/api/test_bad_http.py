"""Bytes that are no HTTP: refused as a problem, without repeating what was sent, and the next caller is served."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.api import Api
from tests.serving import Served

SECRET: Final = b"10012345678"
BAD: Final = {
    "an address of absurd length": b"GET /api/icd10?q=" + SECRET * 1000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header of absurd length": b"GET /api/about HTTP/1.1\r\nHost: x\r\nX: " + SECRET * 1000 + b"\r\n\r\n",
    "a header without a name": b"GET /api/about HTTP/1.1\r\n: " + SECRET + b"\r\n\r\n",
    "no method": SECRET + b"\r\n\r\n",
    "a version that is none": b"GET /" + SECRET + b" HTTP/9.x\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /api/codes HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc" + SECRET,
    "a length that is no number": b"POST /api/codes HTTP/1.1\r\nHost: x\r\nContent-Length: +" + SECRET + b"\r\n\r\n",
    "a length and chunks": (
        b"POST /api/codes HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + SECRET
    ),
    "a chunk that is none": (
        b"POST /api/codes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz" + SECRET + b"\r\n"
    ),
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + SECRET,
}


async def _said(served: Served, sent: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to raw bytes."""
    address = urlsplit(served.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            body = await reader.readexactly(int(length[1]) if length else 0)
    finally:
        writer.close()
    assert SECRET not in head + body
    assert b"application/problem+json" in head
    return int(head.split()[1]), body


@pytest.mark.parametrize("sent", BAD.values(), ids=list(BAD))
async def test_what_is_no_http_is_a_problem_and_not_repeated(served: Served, api: Api, sent: bytes) -> None:
    status, body = await _said(served, sent)
    assert status == 400
    problem = json.loads(body)
    assert problem["code"] in ("malformed-request", "malformed-body")
    assert problem["title"] in ("请求格式有误，未能处理", "提交的数据无法读取")
    assert (await api.get("/api/about")).status == 200
