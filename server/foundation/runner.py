"""Running the application, with our answer also to what is no HTTP: the library refuses that before any code of ours.

Its own answer repeats what was sent (an address may carry what people typed) and speaks English only. This is the only
file that touches what aiohttp does not document; `test_bad_http.py` tells when a new version moved it.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from .errors import MalformedRequest, Problem
from .problems import as_problem
from .translation import language_of


class Runner(web.AppRunner):
    """Like aiohttp's; every refusal is a problem."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,
        )


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Handler(self, loop=self._loop, **self._kwargs)


class _Handler(RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The library's decision in our words; it has logged the kind of the error, and closes the connection."""
        refused = super().handle_error(request, status, exc, message)
        problem = Problem() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else MalformedRequest()
        answer = web.Response(
            status=problem.status,
            body=orjson.dumps(as_problem(problem, language_of(request.headers.get("Accept-Language")))),
            content_type="application/problem+json",
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
        )
        if refused.keep_alive is False:
            answer.force_close()
        return answer
