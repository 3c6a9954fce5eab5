"""Routes as rows: path, permission, body, answer and problems. The signature of the endpoint says the rest.

An endpoint is `async def f(work, <path parameters>, body: Model, query: Model, upload: Upload) -> View`; its parameters
are checked here once, when it is declared. One that takes an Errand instead has its work done together with others'.
Serving the rows is `edge.py`; describing them is `openapi.py`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter

from .answers import Answer, FileAnswer, MadeAnswer, StreamAnswer, Upload
from .errand import Errand, Told
from .errors import Problem
from .work import Work

Endpoint = Callable[..., Awaitable[Any]]

PUBLIC: Final = "*public*"
SIGNED_IN: Final = "*signed-in*"
_PARAMETER: Final = re.compile(r"{(\w+)}")


class View(BaseModel):
    """What we answer: instants carry their zone, nothing undeclared leaves."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Body(BaseModel):
    """What we are told: unknown members are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Query(BaseModel):
    """Query parameters: like a body."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Route:
    """One row. `grants_tokens` routes take no idempotency key: their answers are secrets."""

    method: str
    path: str
    may: str
    endpoint: Endpoint
    status: int
    problems: tuple[type[Problem], ...]
    paths: dict[str, TypeAdapter[Any]]
    body: TypeAdapter[Any] | None
    query: type[BaseModel] | None
    upload: bool
    answer: Any
    grants_tokens: bool
    max_body: int
    capability: str
    also: tuple[int, ...] = ()  # further statuses of a success, with the same body
    shared: bool = False  # its work is done together with others': the endpoint is given an Errand
    slow: bool = False  # its work takes as long as it takes, like an upload's: no deadline, and no key held meanwhile
    packed: bool = False  # a long answer is compressed; never one that holds a secret beside what the asker chose
    cookie: str | None = None  # for what a player or image asks by itself: it sends no header, so the token comes here

    @property
    def unsafe(self) -> bool:
        """Whether it changes something, so that a retry needs an idempotency key."""
        return self.method != "GET"

    @property
    def gives_file(self) -> bool:
        """Whether the answer is a stream of bytes."""
        return self.answer in (FileAnswer, MadeAnswer, StreamAnswer)


class Routes:
    """The routes of one capability, in the order they are declared."""

    def __init__(self) -> None:
        self._rows: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._rows)

    def get(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A read."""
        return self._add("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A use case."""
        return self._add("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A thing stored whole."""
        return self._add("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """An end."""
        return self._add("DELETE", path, **options)

    def _add(
        self,
        method: str,
        path: str,
        *,
        may: str,
        problems: tuple[type[Problem], ...] = (),
        status: int | None = None,
        grants_tokens: bool = False,
        max_body: int = 256 * 1024,
        also: tuple[int, ...] = (),
        slow: bool = False,
        packed: bool = False,
        cookie: str | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        def declare(endpoint: Endpoint) -> Endpoint:
            hints = get_type_hints(endpoint, include_extras=True)  # a path parameter's limits are in its annotation
            answer = hints.pop("return")
            names = list(inspect.signature(endpoint).parameters)
            first = hints.get(names[0] if names else "")
            assert first in (Work, Errand), f"{endpoint.__qualname__}: the first parameter is the Work"
            in_path = set(_PARAMETER.findall(path))
            known = in_path | {"body", "query", "upload"}
            assert set(names[1:]) <= known, (
                f"{endpoint.__qualname__}: parameters {set(names[1:]) - known} are not in the path"
            )
            assert in_path <= set(names), (
                f"{endpoint.__qualname__}: path parameters {in_path - set(names)} are not taken"
            )
            assert "upload" not in hints or hints["upload"] is Upload
            assert cookie is None or method == "GET", "a cookie comes along unasked: it may only read"
            self._rows.append(
                Route(
                    method=method,
                    path=path,
                    may=may,
                    endpoint=endpoint,
                    status=status or (204 if answer is type(None) else 200),
                    problems=problems,
                    paths={name: TypeAdapter(hints[name]) for name in sorted(in_path)},
                    body=TypeAdapter(hints["body"]) if "body" in hints else None,
                    query=hints.get("query"),
                    upload="upload" in hints,
                    answer=_plain(answer),
                    grants_tokens=grants_tokens,
                    max_body=max_body,
                    capability=endpoint.__module__.rsplit(".", 1)[0],
                    also=also,
                    shared=first is Errand,
                    slow=slow or "upload" in hints,
                    packed=packed,
                    cookie=cookie,
                )
            )
            return endpoint

        return declare


def _plain(answer: Any) -> Any:
    """The view inside `Answer[View]` or `Told[View]`, or the annotation itself."""
    return get_args(answer)[0] if get_origin(answer) in (Answer, Told) else answer
