"""Check a proof file without us: `python -m server.signatures.verify FILE --root ROOT.pem --act note.sign --typ note+jws`.

Needs this folder's pure modules, `cryptography` and `rfc8785`; no database, no settings, no other part of the project. The
file is the answer of the proof route: document, jws, certificate, root, revocation. The authority to trust is given by
`--root`; without it the file's own is used, and the outcome says so.
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

from .checking import Finding, check


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


def main(arguments: Sequence[str]) -> int:
    """Print the outcome; 0 when valid, 1 when not, 2 when the file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m server.signatures.verify", description="Check a signed document.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--act", required=True, help="what the signature must have done, e.g. note.sign")
    parser.add_argument("--typ", required=True, help="what it must be on, e.g. note+jws")
    parser.add_argument("--root", type=Path, help="the authority's certificate (PEM), got from a place you trust")
    asked = parser.parse_args(arguments)
    try:
        package = json.loads(asked.file.read_bytes())
        root_pem = asked.root.read_text() if asked.root else None
    except (OSError, ValueError) as error:
        _say(f"cannot read: {error}")
        return 2
    found = verify_package(package, act=asked.act, typ=asked.typ, root_pem=root_pem)
    if not found.valid:
        _say(f"NOT VALID: {found.reason}")
        return 1
    licence = f", licence {found.licence}" if found.licence else ""
    _say(f"valid: {asked.act} by {found.name}{licence} at {found.signed_at}")
    if root_pem is None:
        _say("note: the authority is the one inside the file; give --root to check it against one you trust")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
