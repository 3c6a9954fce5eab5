"""UDP sockets of the node: one port of the allowed range per leg, bound on every address we serve.

Datagrams are read and sent here without asyncio's transport: it buffers without bound and costs more than the forwarding.
What a datagram means is the engine's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import socket
from collections.abc import Callable, Sequence
from typing import Any

import ifaddr

from media.errors import NodeFull

_LARGEST_DATAGRAM = 2048
_READ_AT_ONCE = 32
_SOCKET_BUFFER = 1 << 20

Address = tuple[str, int]


class Datagrams(asyncio.DatagramTransport):
    """One bound socket. `received` gets each datagram; a full send buffer drops, as the network would."""

    def __init__(
        self,
        sock: socket.socket,
        received: Callable[[bytes, Address], None],
        lost: Callable[[Exception | None], None],
    ) -> None:
        super().__init__()
        self.sock = sock
        self.dropped = 0
        self._received = received
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._loop.add_reader(sock.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(_READ_AT_ONCE):
            if not self._open:
                return
            try:
                data, address = self.sock.recvfrom(_LARGEST_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of an earlier send: the next read goes on
                return
            if data:
                self._received(data, address)

    def sendto(self, data: bytes | bytearray | memoryview, addr: Any = None) -> None:
        """Sends now or never."""
        if not self._open:
            return
        try:
            self.sock.sendto(data, addr)
        except OSError:
            self.dropped += 1

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The few facts that aioice asks for."""
        return {"socket": self.sock, "sockname": self.sock.getsockname()}.get(name, default) if self._open else default

    def is_closing(self) -> bool:
        """Whether `close` was called."""
        return not self._open

    def close(self) -> None:
        """Stops reading and gives the port back."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self.sock.fileno())
            self.sock.close()
            self._loop.call_soon(self._lost, None)


class Ports:
    """The range of UDP ports, and on which addresses they are bound and under which they are announced."""

    def __init__(self, first: int, last: int, announced: Sequence[str], *, loopback: bool) -> None:
        self._ports = list(range(first, last + 1))
        random.shuffle(self._ports)  # a port just given back is not reused at once
        self._next = 0
        self._announced = tuple(announced)
        self._loopback = loopback
        self.in_use: set[int] = set()

    @property
    def capacity(self) -> int:
        """How many legs can be open at once."""
        return len(self._ports)

    def bind(self) -> tuple[int, list[tuple[str, socket.socket]]]:
        """A free port bound on all our addresses: (port, [(announced address, socket)]).

        Raises: NodeFull when no port of the range is free.
        """
        addresses = self.addresses()
        for _ in self._ports:
            port = self._ports[self._next % len(self._ports)]
            self._next += 1
            if port in self.in_use:
                continue
            bound = _bind_all(addresses, port)
            if bound:
                self.in_use.add(port)
                return port, bound
        raise NodeFull

    def give_back(self, port: int) -> None:
        """The port is free again."""
        self.in_use.discard(port)

    def addresses(self) -> list[tuple[str, str]]:
        """(bound, announced) pairs. `a=b` announces b for a; a bare address is announced instead of every real one."""
        found = _host_addresses()
        mapped = dict(item.split("=", 1) for item in self._announced if "=" in item)
        bare = [item for item in self._announced if "=" not in item]
        if mapped:
            found = [(own, mapped[own]) for own, _ in found if own in mapped]
        elif bare:
            found = [(own, other) for own, _ in found for other in bare if _version(own) == _version(other)]
        if self._loopback or not found:
            found.append(("127.0.0.1", "127.0.0.1"))
        return found


def _host_addresses() -> list[tuple[str, str]]:
    found = []
    for adapter in ifaddr.get_adapters():
        for entry in adapter.ips:
            text = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            address = ipaddress.ip_address(text)
            if not (address.is_loopback or address.is_link_local or address.is_unspecified):
                found.append((text, text))
    return found


def _version(address: str) -> int:
    return ipaddress.ip_address(address).version


def _bind_all(addresses: Sequence[tuple[str, str]], port: int) -> list[tuple[str, socket.socket]]:
    bound: dict[str, socket.socket] = {}
    announced = []
    with contextlib.ExitStack() as opened:
        for own, other in addresses:
            if own not in bound:
                sock = socket.socket(socket.AF_INET6 if _version(own) == 6 else socket.AF_INET, socket.SOCK_DGRAM)
                opened.callback(sock.close)
                sock.setblocking(False)
                for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                    sock.setsockopt(socket.SOL_SOCKET, option, _SOCKET_BUFFER)
                try:
                    sock.bind((own, port))
                except OSError:
                    return []
                bound[own] = sock
            announced.append((other, bound[own]))
        opened.pop_all()
    return announced
