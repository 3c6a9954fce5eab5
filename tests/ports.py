"""Ports for the tests: each worker draws from a share of its own, so that none takes what another has just been given."""

from __future__ import annotations

import os
from typing import Final

from infra.ports import FOR_A_WHILE, PortPool
from media.udp import Ports

_EACH: Final = 1500
_WORKER: Final = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_SHARES: Final = [FOR_A_WHILE[at : at + _EACH] for at in range(0, len(FOR_A_WHILE), _EACH)]

free_port: Final = PortPool(_SHARES[_WORKER % len(_SHARES)]).free_port


def media_ports(count: int) -> Ports:
    """That many free ports for a media node in this process, which serves on loopback too."""
    first = free_port(count)
    return Ports(first, first + count - 1, (), loopback=True)


def port_range(count: int) -> str:
    """That many free ports as the settings of a media node name them."""
    first = free_port(count)
    return f"{first}-{first + count - 1}"
