"""Check a proof file without us: `python -m server.signatures.verify FILE --root ROOT.pem --act note.sign --typ note+jws`.

A prescription's proof needs no `--act`: it holds the prescriber's signature and the pharmacist's review, checked together.
Needs this folder's pure modules, `cryptography`, `rfc8785` and for SM2 OpenSSL 3; no database, no settings, no other part
of the project. The authority to trust is given by `--root`; without it the file's own is used, and the outcome says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from .acts import TYP_OF
from .chain import check_chain, is_chain
from .checking import Finding, check
from .libcrypto import NoSm2


def verify_package(package: dict[str, Any], *, act: str, typ: str, root_pem: str | None = None) -> Finding:
    """The outcome for a proof; a file that lacks something is not valid."""
    try:
        certificate = x509.load_pem_x509_certificate(package["certificate"].encode())
        root = x509.load_pem_x509_certificate((root_pem or package["root"]).encode())
        revoked = package.get("revoked_at")
        revoked_at = datetime.fromisoformat(revoked) if revoked else None
        document, signature = dict(package["document"]), str(package["jws"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return Finding(False, "not-a-proof")
    return check(signature, document, act=act, typ=typ, certificate=certificate, root=root, revoked_at=revoked_at)


def verify_chain(told: dict[str, Any], *, root_pem: str | None = None) -> tuple[list[Finding], str]:
    """The outcome for a prescription's proof: each signature, and why the whole does not count."""
    return check_chain(told, lambda proof, act, typ: verify_package(proof, act=act, typ=typ, root_pem=root_pem))


def main(arguments: Sequence[str]) -> int:
    """Print the outcome; 0 when valid, 1 when not, 2 when the file cannot be read."""
    asked = _parser().parse_args(arguments)
    try:
        package = json.loads(asked.file.read_bytes())
        root_pem = asked.root.read_text() if asked.root else None
        found, reason = _outcome(package, asked, root_pem)
    except (OSError, ValueError, NoSm2) as error:
        _say(f"cannot read: {error}")
        return 2
    if reason:
        _say(f"NOT VALID: {reason}")
        return 1
    for act, each in found:
        licence = f", licence {each.licence}" if each.licence else ""
        _say(f"valid: {act} by {each.name}{licence} at {each.signed_at}")
    if root_pem is None:
        _say("note: the authority is the one inside the file; give --root to check it against one you trust")
    return 0


def _outcome(package: Any, asked: argparse.Namespace, root_pem: str | None) -> tuple[list[tuple[str, Finding]], str]:
    if not isinstance(package, dict):
        raise ValueError("not a proof")
    if is_chain(package):
        found, reason = verify_chain(package, root_pem=root_pem)
        acts = ["prescribe", "approve", *(str(each.get("act")) for each in package.get("others", []))]
        return list(zip(acts, found, strict=False)), reason
    if asked.act is None:
        raise ValueError("say with --act what the signature must have done, such as note.sign")
    one = verify_package(package, act=asked.act, typ=asked.typ or TYP_OF.get(asked.act, ""), root_pem=root_pem)
    return [(asked.act, one)], one.reason


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server.signatures.verify", description="Check a signed document.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--act", help="what the signature must have done, e.g. note.sign; not for prescriptions")
    parser.add_argument("--typ", help="what it must be on, e.g. note+jws; default: what the act is done on")
    parser.add_argument("--root", type=Path, help="the authority's certificate (PEM), got from a place you trust")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
