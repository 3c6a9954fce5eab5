"""The self-signed certificate of the local network: its names, when it is made anew, who may read its key."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from infra.certificate import LIFETIME, Certificate, certificate_in, names_of_this_machine

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HERE = ("localhost", "127.0.0.1", "192.168.1.9")


def serial(kept: Certificate) -> int:
    return x509.load_pem_x509_certificate(kept.chain.read_bytes()).serial_number


def test_it_names_every_address_and_a_server_can_use_it(tmp_path: Path) -> None:
    made = certificate_in(tmp_path, HERE, NOW)
    found = x509.load_pem_x509_certificate(made.chain.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == list(HERE)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.chain, made.key)


def test_its_key_is_its_owners_only(tmp_path: Path) -> None:
    assert certificate_in(tmp_path, HERE, NOW).key.stat().st_mode & 0o777 == 0o600


def test_it_is_kept_while_nothing_changes(tmp_path: Path) -> None:
    first = serial(certificate_in(tmp_path, HERE, NOW))
    assert serial(certificate_in(tmp_path, HERE, NOW + timedelta(days=30))) == first


def test_it_is_made_anew_when_addresses_change_and_before_it_ends(tmp_path: Path) -> None:
    first = serial(certificate_in(tmp_path, HERE, NOW))
    moved = serial(certificate_in(tmp_path, (*HERE, "10.0.0.4"), NOW))
    late = serial(certificate_in(tmp_path, (*HERE, "10.0.0.4"), NOW + LIFETIME - timedelta(days=3)))
    assert len({first, moved, late}) == 3


def test_this_machine_has_its_own_name_first() -> None:
    assert names_of_this_machine()[:2] == ("localhost", "127.0.0.1")
