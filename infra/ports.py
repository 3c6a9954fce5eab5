"""Ports for what is started for a while on this machine: a demo of one's own, a measured application, a test's server.

Drawn below the range from which the kernel numbers outgoing connections (32768 and up on Linux): a port up there that is
free when it is drawn may be the near end of somebody's connection by the time that the server starts.
"""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from typing import Final

from infra.refusal import Refusal

FOR_A_WHILE: Final = range(20_000, 32_000)


class PortPool:
    """Gives ports of a range in turn, from a place by chance: what was given comes again only after all the others."""

    def __init__(self, among: range) -> None:
        self._among = among
        self._next = random.choice(among)  # noqa: S311  # not a secret

    def free_port(self, neighbours: int = 1) -> int:
        """The first of that many neighbouring ports that nothing has, for TCP and UDP. Raises: Refusal."""
        for _ in self._among:
            first = self._next if self._next + neighbours <= self._among.stop else self._among.start
            wanted = range(first, first + neighbours)
            if _all_free(wanted):
                self._next = wanted.stop
                return first
            self._next = first + 1
        raise Refusal(
            f"No {neighbours} free ports beside each other from {self._among.start} to {self._among.stop - 1}."
        )


def _all_free(ports: range) -> bool:
    with ExitStack() as held:
        try:
            for port in ports:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.enter_context(socket.socket(type=kind)).bind(("", port))
        except OSError:
            return False
    return True


free_port: Final = PortPool(FOR_A_WHILE).free_port
