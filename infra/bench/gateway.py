"""A gateway that sends one whole CT by STOW-RS: 300 files in one request, or in four of 75 at once; to any server alike.

The files are generated once; each round sends them under UIDs of its own, so that every round stores something new.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

import aiohttp
import pydicom

from infra.refusal import Refusal
from server.demo.phantom import Chest, Subject, files

SLICES: Final = 300
SIZE: Final = 512
_BOUNDARY: Final = "gateway-of-the-benchmark"
_SUBJECT: Final = Subject("CESHI^TIMING", "BENCH-0001", "M", date(1960, 1, 2))
_ROUND_DIGITS: Final = 6
_WITHIN_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where the files go: a name for the table, the address of DICOMweb, what requests that store or read carry."""

    name: str
    dicomweb: str
    storing: Mapping[str, str] = field(default_factory=dict, repr=False)
    reading: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Ct:
    """The files of one study, and the digest of each slice's pixels by its SOP instance UID."""

    study_uid: str
    files: Sequence[bytes] = field(repr=False)
    pixels: Mapping[str, str] = field(repr=False)

    @property
    def megabytes(self) -> float:
        """How much that is."""
        return sum(map(len, self.files)) / 1e6


class Scanner:
    """Generates one CT, and gives it anew under other UIDs for each round."""

    def __init__(self, slices: int = SLICES, size: int = SIZE) -> None:
        chest = Chest(_SUBJECT, datetime(2026, 11, 20, 1, 12, tzinfo=UTC), slices=slices, size=size)
        self._files = list(files(chest))
        self._study_uid = chest.uid("study")
        self._uids = [[chest.uid("instance", number)] for number in range(1, slices + 1)]
        self._of_all = [chest.uid("study"), chest.uid("series"), chest.uid("frame")]
        self._digests = [_pixels_of(each) for each in self._files]

    def scan(self, number: int) -> Ct:
        """The study of this round."""
        renamed, pixels = [], {}
        for file, own, digest in zip(self._files, self._uids, self._digests, strict=True):
            content = file
            for uid in (*self._of_all, *own):
                content = content.replace(uid.encode(), _renamed(uid, number).encode())
            renamed.append(content)
            pixels[_renamed(own[0], number)] = digest
        return Ct(_renamed(self._study_uid, number), renamed, pixels)


def _renamed(uid: str, number: int) -> str:
    """Another UID of the same length, so that no length in the file changes."""
    return f"{uid[:-_ROUND_DIGITS]}{number:0{_ROUND_DIGITS}}"


def _pixels_of(file: bytes) -> str:
    return hashlib.sha256(pydicom.dcmread(io.BytesIO(file)).PixelData).hexdigest()


async def store(session: aiohttp.ClientSession, to: Server, ct: Ct, requests: int) -> float:
    """Send the whole study in so many requests at once; seconds until all were acknowledged. Raises: Refusal."""
    share = -(-len(ct.files) // requests)
    bodies = [_body(ct.files[start : start + share]) for start in range(0, len(ct.files), share)]
    started = time.perf_counter()
    await asyncio.gather(*(_post(session, to, body) for body in bodies))
    return time.perf_counter() - started


def _body(parts: Sequence[bytes]) -> bytes:
    start = f"\r\n--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return b"".join([*(start + part for part in parts), f"\r\n--{_BOUNDARY}--\r\n".encode()])


async def _post(session: aiohttp.ClientSession, to: Server, body: bytes) -> None:
    kind = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}'
    headers = {**to.storing, "Content-Type": kind, "Accept": "application/dicom+json"}
    async with session.post(f"{to.dicomweb}/studies", data=io.BytesIO(body), headers=headers) as answer:
        said = await answer.read()
        if answer.status != 200:
            raise Refusal(f"{to.name} kept not everything: {answer.status} {said[:300]!r}")


async def read_back(session: aiohttp.ClientSession, to: Server, ct: Ct) -> None:
    """Fetch the whole study and compare every slice's pixels. Raises: Refusal when one is missing or different."""
    headers = {**to.reading, "Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
    async with session.get(f"{to.dicomweb}/studies/{ct.study_uid}", headers=headers) as answer:
        if answer.status != 200:
            raise Refusal(f"{to.name} gave nothing back: {answer.status}")
        found = {}
        async for part in aiohttp.MultipartReader.from_response(answer):
            assert isinstance(part, aiohttp.BodyPartReader), "a study has no parts within parts"
            data = pydicom.dcmread(io.BytesIO(bytes(await part.read())))
            found[str(data.SOPInstanceUID)] = hashlib.sha256(data.PixelData).hexdigest()
    if found != ct.pixels:
        raise Refusal(f"{to.name} gave {len(found)} slices back, not the {len(ct.pixels)} that were sent")


def client() -> aiohttp.ClientSession:
    """The same client for every server; a connection for each request, as a server may close one that rested for a second."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_WITHIN_S), connector=aiohttp.TCPConnector(force_close=True)
    )
