"""A self-signed certificate for the local network, so that phones may use their camera. `make run TLS=1` only.

It names every address of this machine and is made anew when those change or it nears its end.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infra.folders import write_secret

LIFETIME: Final = timedelta(days=365)  # phones refuse more than 825 days
_RENEW_BEFORE_END: Final = timedelta(days=14)


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate and the names and addresses it is good for, this machine's own name first."""

    chain: Path
    key: Path
    names: tuple[str, ...]


def certificate_in(keys: Path, names: tuple[str, ...], now: datetime) -> Certificate:
    """The certificate kept in the keys folder, made when missing, for other names, or nearly over."""
    kept = Certificate(keys / "tls-certificate.pem", keys / "tls-key.pem", names)
    if not _good(kept, now):
        _make(kept, now)
    return kept


def names_of_this_machine() -> tuple[str, ...]:
    """localhost, the host's name, and every address somebody in the local network could type."""
    return tuple(dict.fromkeys(["localhost", "127.0.0.1", socket.gethostname().lower(), *_addresses()]))


def _addresses() -> Iterator[str]:
    for adapter in ifaddr.get_adapters():
        for found in adapter.ips:
            if isinstance(found.ip, str) and not ipaddress.ip_address(found.ip).is_loopback:
                yield found.ip  # IPv6 addresses of a link need a zone, which no browser accepts


def _good(kept: Certificate, now: datetime) -> bool:
    if not kept.chain.exists() or not kept.key.exists():
        return False
    found = x509.load_pem_x509_certificate(kept.chain.read_bytes())
    named = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    same = {str(name.value) for name in named} == set(kept.names)
    return same and found.not_valid_after_utc - now > _RENEW_BEFORE_END


def _make(kept: Certificate, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lianyi on this machine")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # phones' clocks differ
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in kept.names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    write_secret(kept.key, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    write_secret(kept.chain, made.public_bytes(pem))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def certificate_for_now(keys: Path) -> Certificate:
    """The certificate of this machine as it is at this moment."""
    return certificate_in(keys, names_of_this_machine(), datetime.now(UTC))
