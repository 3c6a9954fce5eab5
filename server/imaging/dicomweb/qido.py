"""QIDO-RS: studies, series and instances of the device's institution that fit a query."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from aiohttp import web

from server.imaging.devices.rules import Scope

from .edge import Call, Row
from .errors import NotAcceptable
from .finding import find
from .negotiating import choose, wanted
from .querying import Level, read_question

JSON_TYPES: Final = ("application/dicom+json", "application/json")
_WITHIN: Final = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID"}
_MORE: Final = '299 lianyi "There are additional results that can be requested"'


def _search(level: Level) -> Callable[[Call], Awaitable[web.StreamResponse]]:
    async def search(call: Call) -> web.StreamResponse:
        request = call.request
        content_type = json_type(call)
        within = {_WITHIN[name]: value for name, value in request.match_info.items()}
        question = read_question(level, request.query.items(), within)
        async with call.work() as work:
            answer = await find(work, call.visitor.organisation_id, question, call.address)
            if question.is_about_somebody:
                await call.note_seen(work, answer.whose)
            work.audit("dicomweb.search", "imaging-device", call.visitor.id, level=str(level), found=len(answer.found))
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        if answer.more:
            headers["Warning"] = _MORE
        return web.Response(body=orjson.dumps(answer.found), headers=headers)

    return search


def json_type(call: Call) -> str:
    """In which of its names DICOM JSON is wanted. Raises: NotAcceptable."""
    chosen = choose(
        wanted(call.request.headers.get("Accept"), call.request.query.get("accept")), JSON_TYPES, in_parts=False
    )
    if chosen is None:
        raise NotAcceptable(offered=JSON_TYPES[0])
    return chosen[0]


ROWS: Final[tuple[Row, ...]] = (
    ("GET", "/studies", Scope.READ, _search(Level.STUDIES)),
    ("GET", "/series", Scope.READ, _search(Level.SERIES)),
    ("GET", "/instances", Scope.READ, _search(Level.INSTANCES)),
    ("GET", "/studies/{study}/series", Scope.READ, _search(Level.SERIES)),
    ("GET", "/studies/{study}/instances", Scope.READ, _search(Level.INSTANCES)),
    ("GET", "/studies/{study}/series/{series}/instances", Scope.READ, _search(Level.INSTANCES)),
)
