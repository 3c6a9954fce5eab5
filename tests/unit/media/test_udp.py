"""Ports and addresses of a node's sockets."""

from __future__ import annotations

import asyncio
import socket

import pytest

from media.errors import NodeFull
from media.udp import Address, Datagrams, Ports
from tests.ports import free_port, media_ports


def close(bound: list[tuple[str, socket.socket]]) -> None:
    for _, sock in bound:
        sock.close()


def test_ports_are_of_the_range_and_a_taken_one_is_passed_over() -> None:
    first = free_port(neighbours=3)
    ports = Ports(first, first + 2, (), loopback=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", first + 1))
        given = [ports.bind(), ports.bind()]
        assert {port for port, _ in given} == {first, first + 2}
        with pytest.raises(NodeFull):
            ports.bind()
        for port, bound in given[:1]:
            close(bound)
            ports.give_back(port)
        again, bound = ports.bind()
        assert again == given[0][0]
        close(bound)
        close(given[1][1])


def test_without_other_addresses_the_machine_s_own_and_loopback_are_announced() -> None:
    own = Ports(40503, 40503, (), loopback=False).addresses()
    assert all(bound == announced for bound, announced in own)
    assert [*own, ("127.0.0.1", "127.0.0.1")][-1] in Ports(40503, 40503, (), loopback=True).addresses()


def test_another_address_is_announced_instead_and_a_mapping_keeps_to_its_own() -> None:
    machine = [bound for bound, _ in Ports(40504, 40504, (), loopback=False).addresses() if ":" not in bound]
    if machine == ["127.0.0.1"]:  # a machine without any network announces only what it has
        return
    instead = Ports(40504, 40504, ("203.0.113.5",), loopback=False).addresses()
    assert instead == [(bound, "203.0.113.5") for bound in machine]
    mapped = Ports(40504, 40504, (f"{machine[0]}=203.0.113.6", "10.255.255.1=203.0.113.7"), loopback=False).addresses()
    assert mapped == [(machine[0], "203.0.113.6")]


async def test_datagrams_arrive_until_the_socket_is_closed() -> None:
    port, bound = media_ports(1).bind()
    address, sock = bound[-1]
    close(bound[:-1])
    got: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()
    lost: asyncio.Queue[Exception | None] = asyncio.Queue()
    datagrams = Datagrams(sock, lambda data, source: got.put_nowait((data, source)), lost.put_nowait)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.setblocking(False)
        peer.sendto(b"hello", (address, port))
        data, source = await asyncio.wait_for(got.get(), 5)
        assert (data, source) == (b"hello", peer.getsockname())
        datagrams.sendto(b"back", source)
        assert await asyncio.get_running_loop().sock_recv(peer, 100) == b"back"
        datagrams.close()
        assert await asyncio.wait_for(lost.get(), 5) is None
        datagrams.sendto(b"too late", source)
        with pytest.raises(BlockingIOError):
            peer.recv(100)
    assert datagrams.is_closing()
