"""The product's application as it is, with one more route: the empty handler, signed in and permitted, to compare with.

Started by the benchmark as a process of its own: `python -m infra.bench.served`. The product itself has no such route.
"""

from __future__ import annotations

import argparse
from typing import Final

from server.commands import serve
from server.foundation.eventloop import run
from server.foundation.routes import Routes, View
from server.foundation.work import Work
from server.settings import read_settings

EMPTY: Final = "/api/bench/empty"
_routes = Routes()


class Nothing(View):
    """`{}`."""


@_routes.get(EMPTY, may="appointments.book")
async def empty(work: Work) -> Nothing:
    """What every request of a signed-in person costs at least."""
    return Nothing()


if __name__ == "__main__":
    run(serve(read_settings(), argparse.Namespace(), _routes))
