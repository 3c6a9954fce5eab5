"""SM2 as others understand it: OpenSSL's command line and `gmalg` take our signatures, and we theirs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import gmalg  # type: ignore[import-untyped]  # it ships no types
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from server.foundation.ground import Ground
from server.settings import SettingsRefused, SigningSettings
from server.signatures import libcrypto, service
from server.signatures.certificates import pem
from server.signatures.encoding import joined, split
from server.signatures.es256 import Es256Key
from server.signatures.libcrypto import NoSm2, Refused
from server.signatures.sm2 import DISTINGUISHING_ID, Sm2Key, Sm2Public, issued, public_in

from .signing import Hand, a_hand, an_authority

DATA = "阿司匹林肠溶片 100mg 每日一次".encode()
_ID = ("-pkeyopt", "distid:1234567812345678")
_SM3 = ("-rawin", "-digest", "sm3")


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """OpenSSL's command line in that folder."""
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=False)


def written(folder: Path, name: str, content: bytes) -> str:
    """A file in the folder."""
    (folder / name).write_bytes(content)
    return name


def der_of(raw: bytes) -> bytes:
    """A signature as OpenSSL writes it."""
    numbers = split(raw)
    assert numbers is not None
    return encode_dss_signature(*numbers)


def gm(public: Sm2Public, private: bytes | None = None) -> Any:
    """The same key in `gmalg`."""
    made: Any = gmalg.SM2
    return made(private, DISTINGUISHING_ID, public.spki[-65:])


def test_openssls_command_line_verifies_a_signature_of_ours(tmp_path: Path) -> None:
    key = Sm2Key.fresh()
    public = written(tmp_path, "public.der", key.public.spki)
    data = written(tmp_path, "data", DATA)
    asked = ("pkeyutl", "-verify", "-pubin", "-inkey", public, "-keyform", "DER", *_SM3, *_ID)
    good = written(tmp_path, "good", der_of(key.sign(DATA)))
    assert b"Verified Successfully" in openssl(tmp_path, *asked, "-sigfile", good, "-in", data).stdout
    other = written(tmp_path, "other", der_of(key.sign(DATA + b".")))
    assert openssl(tmp_path, *asked, "-sigfile", other, "-in", data).returncode != 0


def test_we_verify_a_signature_of_openssls_command_line(tmp_path: Path) -> None:
    assert openssl(tmp_path, "genpkey", "-algorithm", "SM2", "-out", "key.pem").returncode == 0
    data = written(tmp_path, "data", DATA)
    openssl(tmp_path, "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    signed = openssl(tmp_path, "pkeyutl", "-sign", "-inkey", "key.pem", *_SM3, *_ID, "-in", data, "-out", "signature")
    assert signed.returncode == 0, signed.stderr
    from_cli = Sm2Public((tmp_path / "public.der").read_bytes())
    raw = joined(*_numbers((tmp_path / "signature").read_bytes()))
    assert from_cli.verify(raw, DATA)
    assert not from_cli.verify(raw, DATA + b".")


def test_a_signature_under_another_distinguishing_id_is_none(tmp_path: Path) -> None:
    key = Sm2Key.fresh()
    private, data = written(tmp_path, "key.der", key.der), written(tmp_path, "data", DATA)
    sign = ("pkeyutl", "-sign", "-inkey", private, "-keyform", "DER", *_SM3, "-in", data, "-out", "signature")
    for distid, counts in (("1234567812345678", True), ("ALICE123@YAHOO.COM", False)):
        assert openssl(tmp_path, *sign, "-pkeyopt", f"distid:{distid}").returncode == 0
        raw = joined(*_numbers((tmp_path / "signature").read_bytes()))
        assert key.public.verify(raw, DATA) is counts


def test_openssls_command_line_verifies_a_chain_of_ours(tmp_path: Path) -> None:
    hand, foreign = a_hand(an_authority("SM2")), an_authority("SM2")
    signer = written(tmp_path, "signer.pem", pem(hand.certificate).encode())
    for authority, counts in ((hand.authority, True), (foreign, False)):
        root = written(tmp_path, "root.pem", pem(authority.root).encode())
        asked = ("verify", "-attime", "1795338000", "-vfyopt", "distid:1234567812345678", "-CAfile", root, signer)
        assert (openssl(tmp_path, *asked).returncode == 0) is counts
    told = openssl(tmp_path, "x509", "-in", signer, "-noout", "-text").stdout
    assert b"Signature Algorithm: SM2-with-SM3" in told
    assert b"ASN1 OID: SM2" in told


def test_gmalg_and_we_take_each_others_signatures() -> None:
    for _ in range(5):
        key = Sm2Key.fresh()
        raw = key.sign(DATA)
        assert gm(key.public).verify(DATA, raw[:32], raw[32:])
        assert not gm(key.public).verify(DATA + b".", raw[:32], raw[32:])
        theirs = b"".join(gm(key.public, _scalar(key)).sign(DATA))
        assert key.public.verify(theirs, DATA)
        assert not key.public.verify(theirs, DATA + b".")


def test_no_flipped_bit_of_data_or_signature_passes() -> None:
    key = Sm2Key.fresh()
    raw = key.sign(DATA)
    assert key.public.verify(raw, DATA)
    for what, verify in (
        (raw, lambda new: key.public.verify(new, DATA)),
        (DATA, lambda new: key.public.verify(raw, new)),
    ):
        for bit in range(0, 8 * len(what), 5):
            flipped = bytearray(what)
            flipped[bit // 8] ^= 1 << bit % 8
            assert not verify(bytes(flipped)), bit  # type: ignore[no-untyped-call]  # a lambda has no types


def test_what_is_no_sm2_key_is_refused() -> None:
    key = Sm2Key.fresh()
    assert Sm2Key.from_der(key.der).public == key.public
    for wrong in (b"", b"nonsense", key.der[:-1], key.der + b"\0", Es256Key.fresh().der):
        with pytest.raises(ValueError, match="SM2"):
            Sm2Key.from_der(wrong)
    for wrong in (b"", key.public.spki[:-1], key.public.spki + b"\0"):
        with pytest.raises(ValueError, match="SM2"):
            Sm2Public(wrong)
    off_the_curve = Sm2Public(key.public.spki[:-1] + bytes([key.public.spki[-1] ^ 1]))
    assert not off_the_curve.verify(key.sign(DATA), DATA)
    assert "der" not in repr(key), "a private key is never shown"


def test_what_is_no_certificate_is_nobodys(hand: Hand) -> None:
    der = hand.certificate.public_bytes(Encoding.DER)
    key = public_in(der)
    if hand.algorithm == "ES256":
        assert key is None
    else:
        assert key == hand.key.public
        assert isinstance(hand.authority.key, Sm2Key)
        assert issued(der, hand.authority.key.public)
        assert not issued(der + b"\0", hand.authority.key.public)
    assert public_in(b"nonsense") is None


def test_an_authority_certifies_keys_of_its_own_algorithm_only() -> None:
    for ours, theirs in (("ES256", "SM2"), ("SM2", "ES256")):
        authority = an_authority(ours)
        assert a_hand(authority).algorithm == ours
        with pytest.raises(ValueError, match="own algorithm"):
            a_hand(authority, key=an_authority(theirs).key)


def test_a_machine_without_sm2_says_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = _ground_with(SigningSettings(algorithm="SM2"))
    service.attach(ground)
    libcrypto.libcrypto.cache_clear()
    try:
        monkeypatch.setattr(libcrypto, "_NAMES", ("libcrypto-of-nowhere.so",))
        monkeypatch.setattr(libcrypto, "find_library", lambda _: None)
        with pytest.raises(NoSm2, match="needs OpenSSL 3"):
            Sm2Key.fresh()
        with pytest.raises(SettingsRefused, match=r"needs OpenSSL 3.*LIANYI_SIGNING__ALGORITHM=ES256"):
            service.attach(_ground_with(SigningSettings(algorithm="SM2")))
        service.attach(_ground_with(SigningSettings()))
    finally:
        monkeypatch.undo()
        libcrypto.libcrypto.cache_clear()


def test_a_refusal_of_libcryptos_is_an_error_of_ours() -> None:
    libcrypto.require(True, "fine")
    with pytest.raises(Refused):
        libcrypto.require(False, "not fine")


def _ground_with(settings: SigningSettings) -> Ground:
    ground = Ground.__new__(Ground)
    ground._parts = {}
    ground.provide(settings)
    return ground


def _numbers(der: bytes) -> tuple[int, int]:
    return decode_dss_signature(der)


def _scalar(key: Sm2Key) -> bytes:
    """The private number in SEC 1's form."""
    assert key.der[5:7] == b"\x04\x20"
    return key.der[7:39]
