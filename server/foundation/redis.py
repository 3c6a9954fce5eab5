"""The optional Redis: how a process connects, with a limit on every wait. Never the only holder of a fact.

Who publishes what over it is signalling's business; without the setting nothing here is called.
"""

from __future__ import annotations

import secrets
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_WAIT_S: Final = 2.0  # a paused Redis must cost an error, not a hung request


def connect(url: str) -> Redis:
    """A client; it connects when first used."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_WAIT_S,
        socket_timeout=_WAIT_S,
        health_check_interval=10,
        retry=Retry(NoBackoff(), 0),  # the library would try four times and make of two seconds eight
    )


async def echo(client: Redis) -> None:
    """Ask for a word and hear the same word back, for readiness. Raises: whatever stood in the way."""
    word = secrets.token_hex(4)
    heard = await client.echo(word)
    if heard != word:
        raise ConnectionError("Redis answered something else")
