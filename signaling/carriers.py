"""The two channels under `bridge`: LISTEN/NOTIFY of the one database, or Redis pub/sub where it is configured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from psycopg import AsyncConnection, sql
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

CHANNEL: Final = "lianyi_push"


class PostgresCarrier:
    """Two autocommit connections: one listens, one sends. A NOTIFY inside a business transaction would serialise
    commits, so it never is.
    """

    def __init__(self, dsn: str, channel: str = CHANNEL) -> None:
        self._dsn = dsn
        self._channel = channel
        self._listening: AsyncConnection[Any] | None = None
        self._sending: AsyncConnection[Any] | None = None

    async def open(self) -> None:
        """Connect both, then listen."""
        self._listening = await self._connect()
        self._sending = await self._connect()
        await self._listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))

    async def _connect(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=5,
            application_name="lianyi-push",
            keepalives=1,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=2,
        )

    async def send(self, text: str) -> None:
        """One NOTIFY, committed by itself."""
        assert self._sending is not None
        await self._sending.execute("SELECT pg_notify(%s, %s)", (self._channel, text))

    async def hear(self) -> AsyncIterator[str]:
        """Every notification on the channel."""
        assert self._listening is not None
        async for notice in self._listening.notifies():
            yield notice.payload

    async def close(self) -> None:
        """Close both."""
        for connection in (self._listening, self._sending):
            if connection is not None:
                await connection.close()
        self._listening = self._sending = None


class RedisCarrier:
    """Pub/sub; a Redis that is stopped makes every process not ready, see `bridge`."""

    def __init__(self, url: str, channel: str = CHANNEL) -> None:
        self._url = url
        self._channel = channel
        self._redis: Redis | None = None
        self._pubsub: PubSub | None = None

    async def open(self) -> None:
        """Connect and subscribe."""
        self._redis = Redis.from_url(self._url, socket_connect_timeout=2, socket_timeout=2, decode_responses=True)
        await self._redis.ping()
        self._pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        await self._pubsub.subscribe(self._channel)

    async def send(self, text: str) -> None:
        """One PUBLISH."""
        assert self._redis is not None
        await self._redis.publish(self._channel, text)

    async def hear(self) -> AsyncIterator[str]:
        """Every message on the channel."""
        assert self._pubsub is not None
        while True:
            message = await self._pubsub.get_message(timeout=1.0)
            if message is not None and isinstance(message.get("data"), str):
                yield message["data"]

    async def close(self) -> None:
        """Unsubscribe and disconnect."""
        if self._pubsub is not None:
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py types this method only in part
        if self._redis is not None:
            await self._redis.aclose()
        self._pubsub = self._redis = None
