"""The HTTP edge: one path from request to answer for every route. Reads, checks, one Work, one commit, one problem shape."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import cache, partial
from typing import Any, Final
from uuid import uuid4

import orjson
import structlog
from aiohttp import web
from psycopg import OperationalError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from . import idempotency
from .actor import NOBODY, Actor
from .answers import Answer, FileAnswer, MadeAnswer, StreamAnswer
from .errand import Errand, KeyClaim, Told
from .errors import Invalid, NoSuchMethod, NoSuchPath, NotAllowed, NotSignedIn, Problem, TooLarge, Unavailable, Unknown
from .files import send
from .ground import Ground
from .metrics import HTTP_SECONDS
from .problems import as_problem, from_validation
from .reading import RAW_BODY, client_of, read_body, read_upload
from .routes import PUBLIC, SIGNED_IN, Route
from .translation import language_of
from .work import unit_of_work

log = structlog.get_logger(__name__)

GROUND: Final = web.AppKey("ground", Ground)
_DEADLINE_S: Final = 30.0
_WORTH_PACKING: Final = 2048
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(app: web.Application, routes: Iterable[Route]) -> None:
    """Add every row to the application."""
    for route in routes:
        handler = _handler(route)
        app.router.add_route(route.method, route.path, handler)


def _handler(route: Route) -> Handler:
    view = None if route.answer is type(None) or route.gives_file else TypeAdapter(route.answer)
    took = cache(lambda status: HTTP_SECONDS.labels(route.method, route.path, status))

    async def handle(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        response = await _answer(request, route, view)
        took(response.status).observe(time.perf_counter() - started)
        return response

    return handle


async def _answer(request: web.Request, route: Route, view: TypeAdapter[Any] | None) -> web.StreamResponse:
    ground = request.app[GROUND]
    actor = await authenticated(request, route, ground)
    arguments = await _arguments(request, route)
    if route.shared:
        return await _errand(request, route, view, ground, actor, arguments)
    # A file on a weak line may take its time; whatever else hangs is given up, and its transaction with it.
    async with asyncio.timeout(None if route.slow else _DEADLINE_S):
        answered = await _work(request, route, view, ground, actor, arguments)
    return answered if isinstance(answered, web.Response) else await send(request, answered)


async def _work(
    request: web.Request,
    route: Route,
    view: TypeAdapter[Any] | None,
    ground: Ground,
    actor: Actor,
    arguments: dict[str, Any],
) -> web.Response | FileAnswer | MadeAnswer | StreamAnswer:
    """One unit of work: the idempotency key, the use case, the kept answer, the commit."""
    scope = _scope(request, route, actor)
    language = language_of(request.headers.get("Accept-Language"))
    async with unit_of_work(ground, actor, language=language, client=client_of(request)) as work:
        if scope is not None:
            kept = await idempotency.claim(work.session, ground.answers, scope, _digest(request), work.now)
            if kept:
                return _json(kept.status, kept.body, {"Idempotency-Replayed": "true"})
        try:
            result = await route.endpoint(work, **arguments)
        except Problem as refusal:
            if scope is not None and refusal.keeps_effects:
                await idempotency.release(work.session, scope)  # its effects are committed, its answer is not kept
            raise
        if isinstance(result, (FileAnswer, MadeAnswer, StreamAnswer)):
            return result
        answer = result if isinstance(result, Answer) else Answer(result)
        status = answer.status or route.status
        body = view.dump_json(answer.view) if view is not None else b""
        if scope is not None:
            await idempotency.keep(work.session, ground.answers, scope, status, body)
    return _finished(request, route, answer, status, body)


def _finished(request: web.Request, route: Route, answer: Answer[Any], status: int, body: bytes) -> web.Response:
    response = _json(status, body, answer.headers)
    if route.packed and len(body) > _WORTH_PACKING:
        response.enable_compression()
    for cookie in answer.cookies:
        # Behind a proxy we speak plain HTTP ourselves; a browser keeps a __Host- cookie only when it is Secure.
        secure = request.secure or cookie.name.startswith("__Host-")
        _set_cookie(response, cookie.name, cookie.value, cookie.max_age_s, cookie.path, secure=secure)
    return response


async def _errand(
    request: web.Request,
    route: Route,
    view: TypeAdapter[Any] | None,
    ground: Ground,
    actor: Actor,
    arguments: dict[str, Any],
) -> web.Response:
    """What is done together with others: the endpoint's desk has the transaction, its limits, and keeps the answer."""
    scope = _scope(request, route, actor)
    errand = Errand(
        ground=ground,
        actor=actor,
        language=language_of(request.headers.get("Accept-Language")),
        client=partial(client_of, request),
        key=KeyClaim(scope, _digest(request)) if scope is not None else None,
        status=route.status,
        dump=view.dump_json if view is not None else lambda _: b"",
    )
    told: Told[Any] = await route.endpoint(errand, **arguments)
    return _json(told.status, told.body, {"Idempotency-Replayed": "true"} if told.replayed else {})


def _digest(request: web.Request) -> bytes:
    return hashlib.sha256(request.raw_path.encode() + b"\n" + request.get(RAW_BODY, b"")).digest()


async def authenticated(request: web.Request, route: Route, ground: Ground) -> Actor:
    """Who asks, allowed to ask this at all.

    Raises: NotSignedIn, NotAllowed.
    """
    token = _token(request, route)
    actor = NOBODY
    if token and ground.authenticate is not None:
        actor = await ground.authenticate(token)
    if route.may == PUBLIC:
        return actor
    if actor.role is None:
        raise NotSignedIn
    allowed = actor.login_id is not None if route.may == SIGNED_IN else actor.role in ground.permissions[route.may]
    if not allowed:
        raise NotAllowed
    return actor


def _token(request: web.Request, route: Route) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header[7:]
    return request.cookies.get(route.cookie) if route.cookie else None


async def _arguments(request: web.Request, route: Route) -> dict[str, Any]:
    arguments = _path_arguments(request, route)
    try:
        if route.query is not None:
            if "\x00" in request.query_string or "%00" in request.query_string:
                raise Invalid
            arguments["query"] = route.query.model_validate_strings(dict(request.query))
        if route.body is not None:
            arguments["body"] = route.body.validate_json(await read_body(request, route.max_body))
    except ValidationError as error:
        raise from_validation(error) from None
    if route.upload:
        arguments["upload"] = read_upload(request)
    return arguments


def _path_arguments(request: web.Request, route: Route) -> dict[str, Any]:
    """What the path names. An id that cannot exist does not exist; PostgreSQL's text cannot hold NUL."""
    found = {}
    for name, adapter in route.paths.items():
        try:
            found[name] = adapter.validate_strings(request.match_info[name])
        except ValidationError:
            raise Unknown from None
        if "\x00" in request.match_info[name]:
            raise Unknown
    return found


def _scope(request: web.Request, route: Route, actor: Actor) -> bytes | None:
    key = request.headers.get("Idempotency-Key")
    # An upload is taken as a stream before its transaction begins, and known again by its content, not by a key.
    if key is None or not route.unsafe or route.grants_tokens or route.slow or actor.role is None:
        return None
    if not 0 < len(key) <= idempotency.MAX_KEY:
        raise Invalid
    return idempotency.scope_of(actor, f"{route.method} {route.path}", key)


def _json(status: int, body: bytes, headers: dict[str, str]) -> web.Response:
    if not body:
        return web.Response(status=status, headers=headers)
    return web.Response(status=status, body=body, content_type="application/json", charset="utf-8", headers=headers)


def _set_cookie(
    response: web.Response, name: str, value: str | None, max_age_s: int, path: str, *, secure: bool
) -> None:
    if value is None:
        response.del_cookie(name, path=path, secure=secure, httponly=True, samesite="Strict")
    else:
        response.set_cookie(name, value, max_age=max_age_s, path=path, httponly=True, secure=secure, samesite="Strict")


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost layer: whatever goes wrong leaves as application/problem+json in the asker's language."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(request, problem)
    except web.HTTPRequestEntityTooLarge:
        return problem_response(request, TooLarge())
    except web.HTTPException as refused:
        if refused.status in (404, 405) and request.path.startswith("/api/"):
            return problem_response(request, NoSuchPath() if refused.status == 404 else NoSuchMethod())
        raise
    except Exception as error:
        answer, support_id = unexpected(error), uuid4().hex[:12]
        log.error(
            "request failed",
            support_id=support_id,
            method=request.method,
            route=_route_path(request),
            error=type(error).__name__,
            exc_info=answer.status == 500,
        )
        return problem_response(request, answer, support_id)


def unexpected(error: Exception) -> Problem:
    """An error that nobody expected: unavailable when the database is, otherwise ours."""
    if isinstance(error, PoolTimeout | TimeoutError | OperationalError | ConnectionError):
        return Unavailable(retry_after_s=3)
    if isinstance(error, DBAPIError) and (error.connection_invalidated or isinstance(error.orig, OperationalError)):
        return Unavailable(retry_after_s=3)
    return Problem()


def problem_response(request: web.Request, problem: Problem, support_id: str | None = None) -> web.Response:
    """The problem as an answer."""
    language = language_of(request.headers.get("Accept-Language"))
    headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(
        status=problem.status,
        body=orjson.dumps(as_problem(problem, language, support_id), default=str),
        content_type="application/problem+json",
        headers=headers,
    )


def _route_path(request: web.Request) -> str:
    """The route's pattern, never the path itself: ids stay out of logs."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""
