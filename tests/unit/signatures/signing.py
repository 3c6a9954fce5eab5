"""A test authority, a doctor with a key, and signatures by them, for both algorithms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509

from server.signatures import jws
from server.signatures.certificates import Subject, certify, fingerprint, make_root, pem
from server.signatures.keys import Key, fresh_key

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACT, TYP = "note.sign", "note+jws"
DOCUMENT: dict[str, Any] = {
    "note_id": "018f",
    "version": 1,
    "content": {"主诉": "血压复查", "vitals": {"systolic": 150, "spo2": 0.97}, "diagnoses": ["I10"]},
    "reason": None,
}
WHO = Subject("018f-person", "林医生", "青溪县人民医院", "110530000012345")
ALGORITHMS = ("ES256", "SM2")


@dataclass(frozen=True, slots=True)
class Authority:
    """A root with its key."""

    key: Key
    root: x509.Certificate


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who signs, certified by an authority."""

    key: Key
    certificate: x509.Certificate
    authority: Authority

    @property
    def algorithm(self) -> str:
        """What this hand signs with."""
        return self.key.public.algorithm

    def sign(self, document: dict[str, Any] = DOCUMENT, *, act: str = ACT, typ: str = TYP, at: datetime = NOW) -> str:
        """A signature."""
        unsigned = jws.prepared(self.header(act=act, typ=typ, at=at), document)
        return unsigned.signed(self.key.sign(unsigned.data))

    def header(self, *, act: str = ACT, typ: str = TYP, at: datetime = NOW) -> jws.Header:
        """What a signature of this hand says of itself."""
        return jws.Header(self.key.public.kid, typ, act, at, fingerprint(self.certificate), self.algorithm)

    def proof(
        self, document: dict[str, Any] = DOCUMENT, *, act: str = ACT, typ: str = TYP, at: datetime = NOW
    ) -> dict[str, Any]:
        """A proof as the server gives it to strangers."""
        return {
            "document": document,
            "act": act,
            "typ": typ,
            "jws": self.sign(document, act=act, typ=typ, at=at),
            "certificate": pem(self.certificate),
            "root": pem(self.authority.root),
            "revoked_at": None,
        }


def an_authority(algorithm: str) -> Authority:
    """A test authority, made a month ago."""
    key = fresh_key(algorithm)
    return Authority(key, make_root(key, 1, NOW - timedelta(days=30)))


def a_hand(authority: Authority, *, who: Subject = WHO, serial: int = 2, key: Key | None = None) -> Hand:
    """Somebody certified yesterday."""
    key = key or fresh_key(authority.key.public.algorithm)
    made = certify(who, key.public, authority.root, authority.key, serial, NOW - timedelta(days=1))
    return Hand(key, made, authority)
