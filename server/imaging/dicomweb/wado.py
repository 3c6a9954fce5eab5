"""WADO-RS: whole studies, series and instances, their metadata, frames, bulk data, and pictures for eyes.

Everything is allowed in one short transaction and then streamed. What cannot be written plainly (a codec that fails) goes out as
it lies, when a whole study is asked for; asked for alone, it is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from aiohttp import web

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.imaging.devices.rules import Scope
from server.imaging.studies.errors import PictureNotShown
from server.imaging.studies.facts import InstanceFacts
from server.imaging.studies.model import Study
from server.imaging.studies.reading import facts_of
from server.imaging.studies.shelf import Shelf

from . import giving, rendering, store
from .edge import Call, Row
from .errors import BadDicomQuery, NotAcceptable, NothingToShow
from .giving import DICOM, OCTETS, Form
from .multipart import part_start, parts_end
from .negotiating import MULTIPART, Wanted, choose, wanted
from .qido import json_type

_MOST_FRAMES: Final = 2000
_SITTING_S: Final = 300  # one line in the audit for everything that a viewer fetches of a study meanwhile


@dataclass(frozen=True, slots=True)
class Addressed:
    """One instance that an address names, with the address itself."""

    instance: InstanceFacts
    address: str


async def _addressed(call: Call, what: str) -> list[Addressed]:
    """What the path names, in the device's institution; opening it is noted. Raises: Unknown."""
    uids = call.request.match_info
    async with call.work() as work:
        rows = await store.addressed(
            work.session, call.visitor.organisation_id, uids["study"], uids.get("series"), uids.get("instance")
        )
        if not rows:
            raise Unknown
        study: Study = rows[0][2]
        sitting = f"{call.visitor.id} {study.id}"
        openings = work.part(Shelf).openings
        if not openings.get(sitting, work.now, _SITTING_S):
            whose = PersonId(study.patient_id) if study.patient_id else None
            device = str(call.visitor.id)
            work.audit("dicomweb.read", "imaging-study", study.id, patient_id=whose, device=device, what=what)
            await call.note_seen(work, {study.id: whose} if whose else {})
            work.afterwards(lambda: openings.note(sitting, work.now))
        base = f"{call.address}/studies/{study.study_uid}/series"
        return [
            Addressed(facts_of(instance), f"{base}/{series.series_uid}/instances/{instance.sop_uid}")
            for instance, series, _ in rows
        ]


async def retrieve(call: Call) -> web.StreamResponse:
    """A study, a series or an instance as DICOM files. Raises: Unknown, NotAcceptable, PictureNotShown."""
    asked = _asked(call)
    alone = "instance" in call.request.match_info
    takes = [each for each in asked if each.takes(DICOM) and (each.in_parts or each.either or alone)]
    found = await _addressed(call, "files")
    chosen = [(each, _first_form(each.instance, takes)) for each in found]
    if any(form is None for _, form in chosen):
        raise NotAcceptable(offered=f'{MULTIPART}; type="{DICOM}"; transfer-syntax=*')
    files = [(each, form) for each, form in chosen if form is not None]
    shelf = call.ground.part(Shelf)
    if alone and not (takes[0].in_parts or takes[0].either):
        each, form = files[0]
        return await _one(call, form.content_type, giving.whole_file(shelf, each.instance, form))
    return await _parts(call, DICOM, [_file_part(shelf, each, form, alone=alone) for each, form in files])


def _first_form(instance: InstanceFacts, takes: Sequence[Wanted]) -> Form | None:
    return next((form for each in takes if (form := giving.file_form(instance, each))), None)


Part = Callable[[], Awaitable[tuple[str, str, AsyncIterator[bytes]]]]


def _file_part(shelf: Shelf, each: Addressed, form: Form, *, alone: bool) -> Part:
    async def part() -> tuple[str, str, AsyncIterator[bytes]]:
        if form.transfer_syntax == each.instance.transfer_syntax:
            return form.content_type, each.address, giving.whole_file(shelf, each.instance, form)
        try:
            content = b"".join([piece async for piece in giving.whole_file(shelf, each.instance, form)])
        except PictureNotShown:
            if alone:
                raise
            as_it_lies = Form(DICOM, each.instance.transfer_syntax)
            return as_it_lies.content_type, each.address, giving.whole_file(shelf, each.instance, as_it_lies)
        return form.content_type, each.address, _once(content)

    return part


async def metadata(call: Call) -> web.StreamResponse:
    """The headers as one JSON array, written as they are read. Raises: Unknown, NotAcceptable."""
    content_type = json_type(call)
    found = await _addressed(call, "metadata")
    shelf = call.ground.part(Shelf)

    async def array() -> AsyncIterator[bytes]:
        before = b"["
        for each in found:
            yield before + await giving.metadata(shelf, each.instance, each.address)
            before = b","
        yield b"]"

    return await _one(call, content_type, array())


async def frames(call: Call) -> web.StreamResponse:
    """Frames of an instance, in the order asked for. Raises: Unknown, BadDicomQuery, NotAcceptable, NothingToShow."""
    numbers = _frame_list(call)
    (each,) = await _addressed(call, "frames")
    return await _frames(call, each, numbers)


async def _frames(call: Call, each: Addressed, numbers: Sequence[int]) -> web.StreamResponse:
    if each.instance.kind != "image":
        raise NothingToShow
    if not all(1 <= number <= each.instance.frames for number in numbers):
        raise Unknown
    form, in_parts = _frame_form(call, each.instance, len(numbers))
    shelf = call.ground.part(Shelf)
    if not in_parts:
        return await _one(call, form.content_type, _once(await giving.frame(shelf, each.instance, numbers[0], form)))

    def part(number: int) -> Part:
        async def made() -> tuple[str, str, AsyncIterator[bytes]]:
            content = await giving.frame(shelf, each.instance, number, form)
            return form.content_type, f"{each.address}/frames/{number}", _once(content)

        return made

    return await _parts(call, form.media_type, [part(number) for number in numbers])


def _frame_form(call: Call, instance: InstanceFacts, count: int) -> tuple[Form, bool]:
    for asked in _asked(call):
        form = giving.frame_form(instance, asked)
        if form is not None and (asked.in_parts or asked.either or count == 1):
            return form, asked.in_parts or asked.either
    raise NotAcceptable(offered=f'{MULTIPART}; type="{OCTETS}"')


def _frame_list(call: Call) -> list[int]:
    try:
        numbers = [int(each) for each in call.uid("frames").split(",")]
    except ValueError:
        raise BadDicomQuery(parameter="frames") from None
    if len(numbers) > _MOST_FRAMES:
        raise BadDicomQuery(parameter="frames")
    return numbers


async def bulk(call: Call) -> web.StreamResponse:
    """One value that metadata gave an address for; pixels frame by frame. Raises: Unknown, NotAcceptable."""
    path = call.uid("path").split("/")
    (each,) = await _addressed(call, "bulkdata")
    if giving.is_pixels(path):
        if each.instance.pixels_at is None:
            raise Unknown
        return await _pixels(call, each)
    in_parts = choose(_asked(call), (OCTETS,), in_parts=True)
    if in_parts is None and choose(_asked(call), (OCTETS,), in_parts=False) is None:
        raise NotAcceptable(offered=OCTETS)
    content = await giving.value(call.ground.part(Shelf), each.instance, path)
    if in_parts is None:
        return await _one(call, OCTETS, _once(content))

    async def part() -> tuple[str, str, AsyncIterator[bytes]]:
        return OCTETS, f"{each.address}/bulkdata/{call.uid('path')}", _once(content)

    return await _parts(call, OCTETS, [part])


async def _pixels(call: Call, each: Addressed) -> web.StreamResponse:
    """All frames: compressed ones each in a part, plain ones as one value."""
    form, in_parts = _frame_form(call, each.instance, 1)
    numbers = range(1, each.instance.frames + 1)
    if form.media_type != OCTETS:
        return await _frames(call, each, numbers)
    shelf = call.ground.part(Shelf)

    async def values() -> AsyncIterator[bytes]:
        for number in numbers:
            yield await giving.frame(shelf, each.instance, number, form)

    async def part() -> tuple[str, str, AsyncIterator[bytes]]:
        return form.content_type, f"{each.address}/bulkdata/{call.uid('path')}", values()

    return await _parts(call, OCTETS, [part]) if in_parts else await _one(call, form.content_type, values())


async def rendered(call: Call) -> web.StreamResponse:
    """A picture of a frame, an instance, or the middle of a series or study; of a document the document.

    Raises: Unknown, BadDicomQuery, NotAcceptable, NothingToShow, PictureNotShown.
    """
    wanted_so = rendering.read_rendition(call.request.query)
    each, number = await _shown(call, "rendered")
    shelf = call.ground.part(Shelf)
    if each.instance.kind == "document":
        kind, content = await giving.document(shelf, each.instance)
        _require(call, (kind,))
        return await _one(call, kind, _once(content))
    media_type = _require(call, tuple(rendering.FORMS))
    content = await rendering.rendered(shelf, each.instance, number, wanted_so, media_type)
    return await _one(call, media_type, _once(content))


async def thumbnail(call: Call) -> web.StreamResponse:
    """The same, small. Raises as `rendered`."""
    each, number = await _shown(call, "thumbnail")
    media_type = _require(call, tuple(rendering.FORMS))
    shelf = call.ground.part(Shelf)
    return await _one(call, media_type, _once(await rendering.thumbnail(shelf, each.instance, number, media_type)))


async def _shown(call: Call, what: str) -> tuple[Addressed, int]:
    """Which instance and frame stand for what the path names: the middle one, of pictures where there are any."""
    found = await _addressed(call, what)
    pictures = [each for each in found if each.instance.kind == "image"] or found
    each = pictures[len(pictures) // 2]
    if "frames" in call.request.match_info:
        number, *more = _frame_list(call)
        if more or not 1 <= number <= each.instance.frames:
            raise Unknown
        return each, number
    if each.instance.kind == "no_pixels" or (what == "thumbnail" and each.instance.kind != "image"):
        raise NothingToShow
    return each, max(1, (each.instance.frames + 1) // 2)


def _require(call: Call, offers: tuple[str, ...]) -> str:
    chosen = choose(_asked(call), offers, in_parts=False)
    if chosen is None:
        raise NotAcceptable(offered=", ".join(offers))
    return chosen[0]


def _asked(call: Call) -> list[Wanted]:
    return wanted(call.request.headers.get("Accept"), call.request.query.get("accept"))


async def _one(call: Call, content_type: str, content: AsyncIterator[bytes]) -> web.StreamResponse:
    """One body, begun only when its first bytes are there: what fails before is a problem, not a broken answer."""
    first = await anext(content, b"")
    response = web.StreamResponse(headers={"Content-Type": content_type, "Cache-Control": "private, no-store"})
    await response.prepare(call.request)
    await response.write(first)
    async for piece in content:
        await response.write(piece)
    await response.write_eof()
    return response


async def _parts(call: Call, media_type: str, parts: Sequence[Part]) -> web.StreamResponse:
    boundary = uuid4().hex

    async def content() -> AsyncIterator[bytes]:
        for part in parts:
            content_type, address, pieces = await part()
            yield part_start(boundary, content_type, content_location=address)
            async for piece in pieces:
                yield piece
        yield parts_end(boundary)

    return await _one(call, f'{MULTIPART}; type="{media_type}"; boundary={boundary}', content())


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


_STUDY: Final = "/studies/{study}"
_SERIES: Final = f"{_STUDY}/series/{{series}}"
_INSTANCE: Final = f"{_SERIES}/instances/{{instance}}"
_FRAMES: Final = f"{_INSTANCE}/frames/{{frames}}"

ROWS: Final[tuple[Row, ...]] = (
    *(("GET", place, Scope.READ, retrieve) for place in (_STUDY, _SERIES, _INSTANCE)),
    *(("GET", f"{place}/metadata", Scope.READ, metadata) for place in (_STUDY, _SERIES, _INSTANCE)),
    *(("GET", f"{place}/rendered", Scope.READ, rendered) for place in (_STUDY, _SERIES, _INSTANCE, _FRAMES)),
    *(("GET", f"{place}/thumbnail", Scope.READ, thumbnail) for place in (_STUDY, _SERIES, _INSTANCE, _FRAMES)),
    ("GET", _FRAMES, Scope.READ, frames),
    ("GET", f"{_INSTANCE}/bulkdata/{{path:[0-9A-Fa-f/]+}}", Scope.READ, bulk),
)
