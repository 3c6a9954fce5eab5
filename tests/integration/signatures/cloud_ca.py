"""A cloud CA on this machine: keeps keys, asks for the PIN, certifies and signs; and lies when it is told to."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.signatures.certificates import Subject, certify, make_root, pem
from server.signatures.es256 import Es256Public
from server.signatures.keys import Key, fresh_key

TOKEN: Final = "the-hospital's-token"
Lie = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


@dataclass
class CloudCa:
    """What the CA holds. `asked` is every request it took; `lies` changes an answer by the last word of its path."""

    algorithm: str
    address: str = ""
    keys: dict[str, tuple[Key, str]] = field(default_factory=dict)
    proofs: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lies: dict[str, Lie] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._root_key = fresh_key(self.algorithm)
        self.root = make_root(self._root_key, 1, datetime.now(UTC) - timedelta(days=1))

    def answer(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and body of an answer."""
        self.asked.append((path, body))
        if token != f"Bearer {TOKEN}":
            return 401, {}
        words = path.strip("/").split("/")
        status, told = self._made(body) if words == ["ca", "keys"] else self._of_key(words[2], words[3], body)
        lie = self.lies.get(words[-1])
        return lie(told) if lie else (status, told)

    def _made(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name, key = f"key/{uuid4().hex[:8]}", fresh_key(body["algorithm"])
        self.keys[name] = key, body["pin"]
        return 201, {"key": name, **self._opened(name)}

    def _of_key(self, quoted: str, verb: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = quoted.replace("%2F", "/")
        key, pin = self.keys[name]
        if verb == "openings":
            return (201, self._opened(name)) if body["pin"] == pin else (403, {})
        if self.proofs.get(body["proof"]) != name:
            return 403, {}
        if verb == "signatures":
            raw = key.sign(base64.b64decode(body["data"]))
            return 201, {"signature": base64.b64encode(raw).decode()}
        return 201, {"certificate": pem(self.certified(key, body))}

    def certified(self, key: Key, body: dict[str, Any]) -> x509.Certificate:
        """A certificate as this CA makes them."""
        subject = Subject(body["person"], body["name"], body["organisation"], body["licence"])
        serial = x509.random_serial_number()
        return certify(subject, key.public, self.root, self._root_key, serial, datetime.now(UTC))

    def _opened(self, name: str) -> dict[str, Any]:
        proof = uuid4().hex
        self.proofs[proof] = name
        return {"proof": proof, "public_key": base64.b64encode(spki_of(self.keys[name][0])).decode()}


def spki_of(key: Key) -> bytes:
    """The SubjectPublicKeyInfo of a key."""
    public = key.public
    if isinstance(public, Es256Public):
        return public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public.spki


@contextmanager
def a_cloud_ca(algorithm: str) -> Iterator[CloudCa]:
    """The CA listening on this machine."""
    ca = CloudCa(algorithm)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the base class calls
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, told = ca.answer(self.path, self.headers["Authorization"], body)
            raw = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ca.address = f"http://127.0.0.1:{server.server_address[1]}/ca"
    try:
        yield ca
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
