"""A person at the HTTP API, as a test sees one: `answer = await api.post(path, body)`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aiohttp


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status, headers, and the JSON when it has one."""

    status: int
    headers: dict[str, str]
    body: Any
    raw: bytes = b""

    @property
    def code(self) -> str:
        """The problem's code; empty on success."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""

    def ok(self) -> Any:
        """The body of a success; otherwise the test fails with the problem."""
        assert 200 <= self.status < 300, (self.status, self.body or self.raw[:200])
        return self.body


class Api:
    """One caller with at most one login."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.address = address
        self.token = token
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def signed_in(self, token: str | None) -> Api:
        """The same connection as somebody else."""
        other = Api.__new__(Api)
        other.address, other.token, other._session = self.address, token, self._session
        return other

    async def get(self, path: str, **options: Any) -> Answer:
        """Read."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """Act; with an idempotency key of its own unless `key` is given (None: none)."""
        return await self.call("POST", path, body=body if body is not None else {}, **options)

    async def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """Store."""
        return await self.call("PUT", path, body=body if body is not None else {}, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        """End."""
        return await self.call("DELETE", path, **options)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        data: bytes | None = None,
        key: str | None = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if method != "GET" and key is not None:
            sent["Idempotency-Key"] = key or uuid4().hex
        large = io.BytesIO(data) if data is not None and len(data) > 2**20 else data  # aiohttp streams a file object
        async with self._session.request(
            method, self.address + path, json=body if data is None else None, data=large, headers=sent
        ) as response:
            raw = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            return Answer(
                response.status, dict(response.headers), await response.json() if is_json and raw else None, raw
            )
