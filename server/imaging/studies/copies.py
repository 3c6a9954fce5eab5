"""Teaching copies: a study's files with nothing in them that says whose they are, as one archive file, made while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from uuid import UUID

from server.foundation.answers import StreamAnswer
from server.foundation.errors import Unknown
from server.foundation.work import Work, unit_of_work
from server.imaging.access import STAFF_RIGHTS
from server.imaging.dicom.pool import Undecodable
from server.imaging.dicom.protocol import Message

from . import store
from .errors import NotAnonymous
from .facts import InstanceFacts
from .fetching import bytes_of
from .pictures import header_of
from .reading import facts_of, opened
from .shelf import Shelf

ZIP: str = "application/zip"


async def teaching_copy(work: Work, study_id: UUID) -> StreamAnswer:
    """The copy; every file is checked before the first is sent. Raises: Unknown, NotAnonymous. Rule: imaging-4"""
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        study, right = await opened(asking, study_id)
        if right not in STAFF_RIGHTS:
            raise Unknown
        rows = await store.instances_of(asking.session, study.id)
    pictures = [facts_of(row) for row in rows if row.kind == "image"]
    shelf = work.part(Shelf)
    await _require_anonymous(shelf, pictures)
    key = work.ground.fields.index("imaging-teaching", study.study_uid, study.organisation_id)
    work.audit("imaging-study.copy", "imaging-study", study.id, files=len(pictures))
    return StreamAnswer(ZIP, lambda: _zipped(shelf, pictures, key))


async def _require_anonymous(shelf: Shelf, pictures: list[InstanceFacts]) -> None:
    if not pictures:
        raise NotAnonymous(reason="no-pixels")
    for instance in pictures:
        header = await header_of(shelf, instance)
        try:
            await shelf.decoders.ask(Message({"do": "may-copy", "syntax": instance.transfer_syntax}, (header,)))
        except Undecodable as refusal:
            raise NotAnonymous(reason=refusal.reason) from None


class _Pipe(io.RawIOBase):
    """Where the archive file is written to, and taken from piece by piece; it cannot be sought in."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        raw = bytes(piece)  # type: ignore[call-overload]  # zipfile gives bytes
        self._pieces.append(raw)
        return len(raw)

    def taken(self) -> bytes:
        """What was written since."""
        raw = b"".join(self._pieces)
        self._pieces.clear()
        return raw


async def _zipped(shelf: Shelf, pictures: list[InstanceFacts], key: bytes) -> AsyncIterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for number, instance in enumerate(pictures, start=1):
            content = await bytes_of(shelf.archive, instance)
            answer = await shelf.decoders.ask(Message({"do": "copy"}, (content, key)))
            archive.writestr(f"{number:05d}.dcm", answer.blobs[0])
            yield pipe.taken()
    yield pipe.taken()
