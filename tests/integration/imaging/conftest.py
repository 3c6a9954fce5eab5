"""A centre of its own for each test; and both archives, for tests that must hold on either."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from infra import orthanc
from server.foundation.ground import Ground
from server.imaging.archive.orthanc import OrthancArchive
from server.imaging.studies.shelf import Shelf
from tests.api import Api

from .centre import Centre, a_centre


@pytest.fixture
async def centre(ground: Ground, api: Api) -> Centre:
    """A township that orders, a county that reads."""
    return await a_centre(ground, api)


@pytest.fixture(scope="session")
def an_orthanc() -> Iterator[str]:
    """The address of a real Orthanc, which is asked for or installed."""
    orthanc.ensure()
    with orthanc.running() as server:
        yield server.address


@pytest.fixture(params=["packs", pytest.param("orthanc", marks=pytest.mark.more)])
async def back_end(request: pytest.FixtureRequest, ground: Ground) -> AsyncIterator[str]:
    """Where new pictures go while the test runs: our own packs, or an Orthanc server."""
    shelf = ground.part(Shelf)
    before = shelf.archive
    if request.param == "orthanc":
        shelf.archive = OrthancArchive(request.getfixturevalue("an_orthanc"), None, None, shelf.packs)
    yield request.param
    if shelf.archive is not before:
        await shelf.archive.close()
    shelf.archive = before
