"""One participant's encrypted transport: ICE, DTLS and SRTP of aiortc, with packets taken below its senders and receivers.

The only module that touches the internals of aiortc and aioice, so `check_contract` compares them with what was read when
this was written and says what moved. Audio and video never pass aiortc's tracks, encoders or queues: a datagram that is
SRTP goes from the socket through `unprotect` to the leg, and back through `protect` to the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import inspect
from collections.abc import Callable

import pylibsrtp
from aioice import Candidate
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import CandidatePair, Connection, StunProtocol
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCPeerConnection

from media.answer import TransportDescription
from media.sdp import Offer
from media.udp import Address, Datagrams, Ports

READ_WITH = {"aiortc": "1.16.0", "aioice": "0.13.0"}


class EngineMoved(RuntimeError):
    """The installed aiortc or aioice is not the one this module was written for; the text says what differs."""


def check_contract() -> None:
    """Refuses to run on internals that moved.

    Raises: EngineMoved.
    """
    moved = [
        f"{name} is {importlib.metadata.version(name)}, not {version}"
        for name, version in READ_WITH.items()
        if importlib.metadata.version(name) != version
    ]
    expected: list[tuple[Callable[..., object], list[str]]] = [
        (RTCDtlsTransport.__init__, ["self", "transport", "certificates"]),
        (RTCDtlsTransport.start, ["self", "remoteParameters"]),
        (RTCDtlsTransport._set_role, ["self", "role"]),
        (StunProtocol.__init__, ["self", "receiver"]),
        (StunProtocol.datagram_received, ["self", "data", "addr"]),
        (Connection.get_component_candidates, ["self", "component", "addresses", "timeout"]),
    ]
    for function, names in expected:
        found = list(inspect.signature(function).parameters)
        if found != names:
            moved.append(f"{function.__qualname__} takes {found}, not {names}")
    wanted = {
        Connection(ice_controlling=False): ["_nominated", "_protocols", "_local_candidates", "_local_candidates_end"],
        CandidatePair: ["remote_addr"],
    }
    for owner, attributes in wanted.items():
        moved += [f"{owner!r} has no {name}" for name in attributes if not hasattr(owner, name)]
    source = inspect.getsource(RTCDtlsTransport)
    moved += [f"RTCDtlsTransport has no {name}" for name in ("_rx_srtp", "_tx_srtp", "_task") if name not in source]
    if moved:
        raise EngineMoved("; ".join(moved))


class _Ice(Connection):
    """aioice's connection on our own sockets: ports of the range, announced addresses, loopback where wanted."""

    def __init__(self, ports: Ports) -> None:
        super().__init__(ice_controlling=False)
        self._ports = ports
        self._port: int | None = None
        self.on_srtp: Callable[[bytes], None] | None = None

    def bind(self) -> None:
        """Knows its candidates at once, in place of aioice's gathering: nothing is asked of any server."""
        self._port, bound = self._ports.bind()
        for announced, sock in bound:
            protocol = StunProtocol(self)
            protocol.local_candidate = _host_candidate(announced, self._port)
            if not any(p.transport.get_extra_info("socket") is sock for p in self._protocols):
                protocol.connection_made(Datagrams(sock, self._sorter(protocol), protocol.connection_lost))
                self._protocols.append(protocol)
            if all(known.host != announced for known in self._local_candidates):
                self._local_candidates.append(protocol.local_candidate)
        self._local_candidates_start = self._local_candidates_end = True

    def _sorter(self, protocol: StunProtocol) -> Callable[[bytes, Address], None]:
        def sort(data: bytes, address: Address) -> None:
            if 127 < data[0] < 192:  # RFC 7983: SRTP and SRTCP
                if self.on_srtp is not None:
                    self.on_srtp(data)
            else:
                protocol.datagram_received(data, address)

        return sort

    async def close(self) -> None:
        """Gives the port back, whatever state the checks are in."""
        await super().close()
        if self._port is not None:
            self._ports.give_back(self._port)
            self._port = None


def _host_candidate(address: str, port: int) -> Candidate:
    return Candidate(
        foundation=candidate_foundation("host", "udp", address),
        component=1,
        transport="udp",
        priority=candidate_priority(1, "host", 65535 if address != "127.0.0.1" else 10),
        host=address,
        port=port,
        type="host",
    )


class _Road:
    """What RTCDtlsTransport asks of an ICE transport."""

    role = "controlled"

    def __init__(self, ice: _Ice) -> None:
        self._recv = ice.recv
        self._send = ice.send


class Wire:
    """A participant's transport. `on_rtp` and `on_rtcp` get plain packets; `on_lost` is called once, when it is over."""

    def __init__(self, ports: Ports) -> None:
        self.on_rtp: Callable[[bytes], None] = _ignore
        self.on_rtcp: Callable[[bytes], None] = _ignore
        self.on_lost: Callable[[], None] = _ignore_end
        self.refused = 0
        self._ice = _Ice(ports)
        self._dtls = RTCDtlsTransport(
            _Road(self._ice),  # type: ignore[arg-type]  # it asks no more than this of an ICE transport
            [RTCCertificate.generateCertificate()],
        )
        self._dtls.on("statechange", self._state_changed)
        self._connected = False

    def prepare(self, offer: Offer) -> TransportDescription:
        """Binds the sockets and says what the answer must.

        Raises: NodeFull when no port is free.
        """
        self._ice.bind()
        role = "server" if offer.setup == "active" else "client"
        self._dtls._set_role(role)
        prints = {f.algorithm: f.value for f in self._dtls.getLocalParameters().fingerprints}
        return TransportDescription(
            ufrag=self._ice.local_username,
            password=self._ice.local_password,
            fingerprint=prints["sha-256"],
            setup="passive" if role == "server" else "active",
            candidates=[candidate.to_sdp() for candidate in self._ice.local_candidates],
        )

    async def connect(self, offer: Offer) -> None:
        """ICE and DTLS. The browser's candidates are not used: it checks towards ours, and where that check comes from
        (a peer-reflexive candidate) is where it is. So `.local` names need no resolving, and nobody can make the node
        send to an address of his choice.

        Raises: ConnectionError when it fails; never gives up by itself, so give it a deadline.
        """
        self._ice.remote_username, self._ice.remote_password = offer.ufrag, offer.password
        await self._ice.connect()
        prints = [RTCDtlsFingerprint(algorithm=name, value=value) for name, value in offer.fingerprints]
        await self._dtls.start(RTCDtlsParameters(fingerprints=prints))
        if self._dtls.state != "connected":
            raise ConnectionError("DTLS failed")
        self._protect, self._protect_rtcp = self._dtls._tx_srtp.protect, self._dtls._tx_srtp.protect_rtcp
        self._unprotect, self._unprotect_rtcp = self._dtls._rx_srtp.unprotect, self._dtls._rx_srtp.unprotect_rtcp
        self._ice.on_srtp = self._arrived
        self._connected = True

    def _arrived(self, data: bytes) -> None:
        try:
            if 192 <= data[1] <= 223:  # RFC 5761
                self.on_rtcp(self._unprotect_rtcp(data))
            else:
                self.on_rtp(self._unprotect(data))
        except pylibsrtp.Error:  # forged, replayed or broken
            self.refused += 1

    def send_rtp(self, packet: bytes) -> None:
        """Protects and sends now, or drops: media never waits."""
        if self._connected:
            self._out(self._protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        """The same for reports."""
        if self._connected:
            self._out(self._protect_rtcp(packet))

    def _out(self, data: bytes) -> None:
        pair = self._ice._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(data, pair.remote_addr)

    def _state_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._connected = False
            self._ice.on_srtp = None
            ended, self.on_lost = self.on_lost, _ignore_end
            ended()

    def silence(self) -> None:
        """Nothing is taken in or sent any more, at once; `close` then tidies up."""
        self._connected = False
        self._ice.on_srtp = None
        self.on_lost = _ignore_end

    async def close(self) -> None:
        """Ends DTLS and ICE and gives the port back; leaves no task behind."""
        self.silence()
        pump = self._dtls._task
        with contextlib.suppress(ConnectionError):
            await self._dtls.stop()
        if pump is not None:
            await asyncio.wait({pump})
            if not pump.cancelled():
                pump.exception()  # a broken pump was reported by aiortc itself
        await self._ice.close()
        self._dtls.remove_all_listeners()


def also_on_loopback(connection: RTCPeerConnection) -> None:
    """Lets an aiortc peer connection of ours gather 127.0.0.1 too, which aioice leaves out (no network: no call)."""
    ice: Connection = connection.getTransceivers()[0].receiver.transport.transport._connection
    gather = ice.get_component_candidates

    async def with_loopback(
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - aioice's own signature
    ) -> list[Candidate]:
        return await gather(component, [*addresses, "127.0.0.1"], timeout)

    ice.get_component_candidates = with_loopback  # type: ignore[method-assign]  # one instance of ours


def _ignore(_: bytes) -> None:
    """Nobody listens yet."""


def _ignore_end() -> None:
    """Nobody listens yet."""
