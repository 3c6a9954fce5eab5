"""The optional Redis: what a process notices of one that is well, paused or gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from redis.exceptions import RedisError

from server.foundation import redis

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speaks as much RESP2 as a client needs to connect and to hear its echo."""
    while count := await reader.readline():
        words = []
        for _ in range(int(count[1:])):
            length = int((await reader.readline())[1:])
            words.append((await reader.readexactly(length + 2))[:-2])
        if words[0] == b"ECHO":
            writer.write(b"$%d\r\n%s\r\n" % (len(words[1]), words[1]))
        else:
            writer.write(b"+PONG\r\n" if words[0] == b"PING" else b"+OK\r\n")
        await writer.drain()


async def paused(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the connection and never says a word."""
    await reader.read()


async def wrong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers everything with the same word."""
    while await reader.read(4096):
        writer.write(b"+OK\r\n" * 8)
        await writer.drain()


@asynccontextmanager
async def listening(peer: Peer) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await peer(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"redis://127.0.0.1:{port}?protocol=2"
    finally:
        server.close()


async def test_one_that_is_well_echoes() -> None:
    async with listening(well) as url, redis.connect(url) as client:
        await redis.echo(client)


async def test_one_that_is_paused_is_an_error_within_three_seconds() -> None:
    async with listening(paused) as url, redis.connect(url) as client:
        started = time.monotonic()
        with pytest.raises(RedisError):
            await redis.echo(client)
        assert time.monotonic() - started < 3


async def test_one_that_answers_something_else_is_an_error() -> None:
    async with listening(wrong) as url, redis.connect(url) as client:
        with pytest.raises((ConnectionError, RedisError)):
            await redis.echo(client)


async def test_one_that_is_gone_is_an_error() -> None:
    async with listening(well) as url:
        pass
    async with redis.connect(url) as client:
        with pytest.raises(RedisError):
            await redis.echo(client)
