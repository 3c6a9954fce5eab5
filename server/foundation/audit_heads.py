"""Copies of the signed heads outside the database: a folder of day files, one head a line, and the public keys.

Whoever can rewrite the database cannot rewrite these; a hospital copies the folder to another machine. Blocking work:
call it in a thread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .key_pairs import Use
from .keys import Keyring
from .vault_disk import make_folder, sync_folder

KEYS_FILE: Final = "keys.json"


class HeadsFolder:
    """`.data/heads`: only ever added to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_folder(folder)

    def last_seq(self, log: str) -> int:
        """The number of the last head of that log copied here; -1 when there is none."""
        for path in sorted(self._folder.glob(f"*_{log}.jsonl"), reverse=True):
            lines = _whole_lines(path)
            if lines:
                seq: int = json.loads(lines[-1])["head"]["seq"]
                return seq
        return -1

    def append(self, heads: Iterable[dict[str, Any]]) -> None:
        """Add heads in their order, each to the file of its (UTC) day and log, and bring them to the disk."""
        for head in heads:
            path = self._folder / f"{head['head']['at'][:10]}_{head['head']['log']}.jsonl"
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(json.dumps(head, sort_keys=True) + "\n")
                file.flush()
                os.fsync(descriptor)
        sync_folder(self._folder)

    def write_keys(self, keyring: Keyring) -> None:
        """Keep the audit keys' public halves beside the heads, for a verifier that has no master key."""
        wanted = json.dumps(public_keys(keyring), indent=1, sort_keys=True)
        path = self._folder / KEYS_FILE
        if path.exists() and path.read_text() == wanted:
            return
        passing = path.with_suffix(".new")
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(wanted)
            file.flush()
            os.fsync(descriptor)
        passing.rename(path)


def _whole_lines(path: Path) -> list[str]:
    written = path.read_bytes()
    whole = written[: written.rfind(b"\n") + 1]
    if whole != written:  # a power cut tore the last line; the head itself is in the database and is written again
        os.truncate(path, len(whole))
    return whole.decode().splitlines()


def public_keys(keyring: Keyring) -> dict[str, str]:
    """Every audit key's public half by its kid, as hex of the DER form."""
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {pair.kid: pair.public.public_bytes(*form).hex() for pair in keyring.pairs(Use.AUDIT)}
