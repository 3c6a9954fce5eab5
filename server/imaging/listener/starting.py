"""Whether there is a listener at all: its library takes long to load, so only who set a port pays for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.foundation.ground import Ground
from server.settings import ImagingSettings


@asynccontextmanager
async def listening(ground: Ground) -> AsyncIterator[int | None]:
    """The C-STORE listener, for as long as the block lasts; gives its port, None when none is set."""
    if ground.part(ImagingSettings).dicom_port is None:
        yield None
        return
    from .listening import open_listener

    async with open_listener(ground) as port:
        yield port
