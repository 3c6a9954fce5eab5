"""The API answers as it says it does, whatever it is asked: no error of ours, documented statuses, types and bodies."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

import pytest

from server.app import openapi
from tests.api import Api
from tests.integration.permissions.world import World

from .fuzzing import fuzz

EXAMPLES: Final = 10


async def test_the_api_is_what_its_description_says(
    forgetful: Api, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await asyncio.to_thread(fuzz, forgetful.address, openapi(), world, examples=EXAMPLES)
    with capsys.disabled():
        told = ", ".join(f"{status}: {count}" for status, count in sorted(found.statuses.items()))
        sys.stdout.write(f"\nschemathesis: {sum(found.statuses.values())} requests, {told}")
    assert {200, 201, 204, 404, 409, 422} <= set(found.statuses), "the requests reach the use cases"
    assert not found.wrong, "\n" + "\n".join(f"{where}\n    {what}" for where, what in found.wrong.items())
