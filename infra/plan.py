"""What `make run` was asked for: read once from the environment, and the environment of each process it starts.

What the values mean to the product is `server/settings.py`'s; it refuses contradictions when the first process starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra import sockets
from infra.certificate import Certificate
from infra.embedded_postgres import Cluster
from infra.refusal import Refusal

ROOT: Final = Path(__file__).resolve().parent.parent
_MEDIA_SOCKET: Final = "media-1.sock"
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound
# What a media node does not get: it has no database, no keys and knows no medicine.
_NOT_FOR_MEDIA: Final = ("LIANYI_EMBEDDED_", "LIANYI_DATABASE_", "LIANYI_MASTER_KEY", "LIANYI_REDIS_", "LIANYI_DEMO")


@dataclass(frozen=True)
class Plan:
    """Where to serve, with which database, and for whom."""

    given: Mapping[str, str]
    data_dir: Path
    host: str
    port: int
    tls: bool
    embedded: bool
    demo: bool

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        name = "localhost" if self.host in (*_EVERYWHERE, "127.0.0.1", "localhost") else self.host
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}"

    @property
    def probe(self) -> str:
        """Where the start script itself asks whether the application is ready."""
        return self.address.replace("localhost", "127.0.0.1")

    @property
    def master_key(self) -> Path:
        """The file with the master key."""
        return Path(self.given.get("LIANYI_MASTER_KEY_FILE") or self.data_dir / "keys" / "master")

    @property
    def media_socket(self) -> Path:
        """The socket of the media node that is started here."""
        return sockets.folder_for(self.data_dir / "run", _MEDIA_SOCKET) / _MEDIA_SOCKET

    def application(self, cluster: Cluster | None, certificate: Certificate | None) -> dict[str, str]:
        """The environment of the application and the worker."""
        found = {
            **self.given,
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self.data_dir / "run"),  # what passes through a temporary file stays in a folder of ours
            "LIANYI_DATA_DIR": str(self.data_dir),
            "LIANYI_HTTP__HOST": self.host,
            "LIANYI_HTTP__PORT": str(self.port),
            "LIANYI_MASTER_KEY_FILE": str(self.master_key),
            "LIANYI_MEDIA__SOCKETS": self.given.get("LIANYI_MEDIA__SOCKETS") or str(self.media_socket),
            "LIANYI_DEMO": "1" if self.demo else "0",
        }
        if cluster:
            found["LIANYI_EMBEDDED_DSN"] = cluster.application_dsn
        if certificate:
            found["LIANYI_HTTP__TLS_CERTIFICATE"] = str(certificate.chain)
            found["LIANYI_HTTP__TLS_KEY"] = str(certificate.key)
            here = ",".join(f"https://{name}:{self.port}" for name in certificate.names)
            found["LIANYI_HTTP__PUBLIC_ORIGINS"] = self.given.get("LIANYI_HTTP__PUBLIC_ORIGINS") or here
        return found

    def owner(self, application: Mapping[str, str], cluster: Cluster | None) -> dict[str, str]:
        """The environment of migrations: as the application's, with the role that owns the tables."""
        return {**application, **({"LIANYI_EMBEDDED_OWNER_DSN": cluster.owner_dsn} if cluster else {})}

    def media(self, application: Mapping[str, str]) -> dict[str, str]:
        """The environment of a media node: no database, no keys."""
        return {name: value for name, value in application.items() if not name.startswith(_NOT_FOR_MEDIA)}


def read_plan(environment: Mapping[str, str]) -> Plan:
    """The plan that this environment asks for. Raises: Refusal for a port that is none."""
    given = {name: value for name, value in environment.items() if value or not name.startswith("LIANYI_")}
    tls = given.get("TLS", "") not in ("", "0")
    embedded = "LIANYI_DATABASE_URL" not in given
    production = given.get("LIANYI_ENV") == "production"
    demo = given.get("LIANYI_DEMO", "1" if embedded and not production else "0")
    return Plan(
        given=given,
        data_dir=Path(given.get("LIANYI_DATA_DIR") or ROOT / ".data").resolve(),
        host=given.get("LIANYI_HTTP__HOST") or (_EVERYWHERE[0] if tls else "127.0.0.1"),
        port=_port(given.get("PORT") or given.get("LIANYI_HTTP__PORT") or "8080"),
        tls=tls,
        embedded=embedded,
        demo=demo.lower() in ("1", "true", "yes", "on"),
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65534:
        raise Refusal(f"PORT={text} is not a port: choose a number from 1 to 65534, such as `make run PORT=9000`.")
    return int(text)
