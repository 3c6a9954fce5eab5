"""The verifier of the audit log: finds any edit, deletion, insertion, reordering, truncation or fork, and says where.

Stands alone on purpose: it imports nothing of this project (only the standard library and `cryptography`), so that an
auditor can read it whole and run it on another machine, on an export that the hospital gives:

    python audit_verify.py EXPORT_FOLDER --keys keys.json --heads FOLDER_OF_COPIED_HEADS

The keys and the copied heads must come from somewhere that whoever could change the database could not change.
Online (`python -m server audit-verify`) the same functions are fed by `audit_export.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

SEALED_WITHIN: Final = timedelta(minutes=5)  # an unsealed row older than this beside the newest head was passed over
_WHO: Final = frozenset({"actor_kind", "actor_id", "role", "login_id", "organisation_id"})
_RECORD: Final = _WHO | {"id", "tx", "at", "action", "kind", "subject", "patient_id", "facts"}
_HEAD: Final = frozenset({"v", "log", "seq", "size", "root", "at", "previous"})
Keys = Mapping[str, ec.EllipticCurvePublicKey]
Entry = Mapping[str, Any]
Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a word for the kind of change, where, and the sentence for the auditor."""

    kind: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind:10} {self.where:14} {self.sentence}"


@dataclass(slots=True)
class Report:
    """What was looked at and what was found; an empty `findings` means the log is whole."""

    findings: list[Finding] = field(default_factory=list)
    sealed: int = 0
    unsealed: int = 0
    heads: int = 0
    copies: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, kind: str, where: str, sentence: str) -> None:
        """Note one finding."""
        self.findings.append(Finding(kind, where, sentence))

    def __str__(self) -> str:
        seen = f"{self.sealed} sealed rows, {self.unsealed} waiting, {self.heads} heads, {self.copies} copied heads"
        verdict = "the log is whole" if self.whole else f"{len(self.findings)} findings"
        return "\n".join([*map(str, self.findings), f"{seen}: {verdict}"])


class Tree:
    """The right edge of an RFC 6962 tree; a second implementation, so that the sealer's own is checked too."""

    def __init__(self) -> None:
        self._edge: list[tuple[int, bytes]] = []  # (leaves below, hash), largest first

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        below, node = 1, leaf
        while self._edge and self._edge[-1][0] == below:
            _, left = self._edge.pop()
            below, node = below * 2, hashlib.sha256(b"\x01" + left + node).digest()
        self._edge.append((below, node))

    def root(self) -> bytes:
        """The tree's hash now."""
        if not self._edge:
            return hashlib.sha256(b"").digest()
        root = self._edge[-1][1]
        for _, left in reversed(self._edge[:-1]):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


def canonical(value: Any) -> bytes:
    """RFC 8785 for what records and heads consist of: ASCII names, text, whole numbers, true, false, null."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def verify(
    rows: Iterable[Entry],
    heads: Sequence[Entry],
    copies: Iterable[Entry],
    keys: Mapping[str, str],
) -> Report:
    """Check everything against everything.

    `rows`: `{"position", "row_id", "leaf", "record"}`, sealed ones by position, then those still without a position.
    `heads`: the database's heads by number; `copies`: those kept outside; `keys`: kid -> hex of the DER public key.
    """
    report = Report(heads=len(heads))
    believed = _keys(keys, report)
    sound = _check_heads(heads, believed, report)
    _check_rows(rows, sound, len(sound) == len(heads), report)
    _check_copies(copies, sound, believed, report)
    return report


def _keys(keys: Mapping[str, str], report: Report) -> dict[str, ec.EllipticCurvePublicKey]:
    believed = {}
    for kid, der in keys.items():
        try:
            key = load_der_public_key(bytes.fromhex(der))
        except ValueError:
            report.add("key", kid[:12], "this public key cannot be read")
            continue
        if isinstance(key, ec.EllipticCurvePublicKey):
            believed[kid] = key
    return believed


def _signed(entry: Entry, keys: Keys) -> bool:
    try:
        keys[entry["kid"]].verify(bytes.fromhex(entry["signature"]), canonical(entry["head"]), ec.ECDSA(SHA256()))
    except (KeyError, ValueError, TypeError, InvalidSignature):
        return False
    return set(entry) == {"head", "kid", "signature"} and set(entry["head"]) == _HEAD and entry["head"]["v"] == 1


def _check_heads(heads: Sequence[Entry], keys: Keys, report: Report) -> list[Entry]:
    """The heads that can be believed, up to the first that cannot."""
    sound: list[Entry] = []
    for number, entry in enumerate(heads):
        where = f"head {number}"
        if not _signed(entry, keys):
            report.add("forged", where, "the signature of this head is not one of the trusted keys'")
            return sound
        head = entry["head"]
        if head["seq"] != number:
            report.add("deleted", where, f"here stands head {head['seq']}: heads are missing or out of order")
            return sound
        if not _follows(sound[-1] if sound else None, head):
            report.add("fork", where, "this head does not continue the one before it")
        sound.append(head)
    return sound


def _follows(before: Entry | None, head: Entry) -> bool:
    if before is None:
        return bool(head["previous"] == "00" * 32)
    chained = head["previous"] == hashlib.sha256(canonical(before)).hexdigest() and head["log"] == before["log"]
    return chained and bool(head["size"] >= before["size"] and head["at"] >= before["at"])


def _check_rows(rows: Iterable[Entry], heads: Sequence[Entry], all_heads: bool, report: Report) -> None:
    tree, edge = Tree(), (-1, "")
    roots = _Roots(heads, report)
    roots.compare(0, tree)
    for row in rows:
        if row["position"] is None:
            report.unsealed += 1
            _check_waiting(row, edge, heads[-1] if heads else None, report)
            continue
        where = f"position {row['position']}"
        if row["position"] != report.sealed:
            report.add("deleted", where, f"position {report.sealed} was expected here")
        report.sealed += 1
        edge = _check_sealed(row, where, edge, report)
        tree.add(_leaf(row))
        roots.compare(report.sealed, tree)
    if all_heads:
        roots.finish(report.sealed)


def _check_sealed(row: Entry, where: str, edge: Place, report: Report) -> Place:
    record = row["record"]
    if record is None:
        report.add("deleted", where, f"the row {row['row_id']} is gone")
        return edge
    if set(record) != _RECORD or _leaf(row).hex() != row["leaf"]:
        report.add("edited", where, f"the row {row['row_id']} is not what was sealed")
    if record["id"] != row["row_id"]:
        report.add("edited", where, f"the row {row['row_id']} stands here with another's content")
    place = _place(record)
    if place <= edge:
        report.add("reordered", where, "this row was written before the one in front of it")
    return max(place, edge)


def _check_waiting(row: Entry, edge: Place, newest: Entry | None, report: Report) -> None:
    record, where = row["record"], f"row {row['row_id'][:8]}"
    if _place(record) <= edge:
        report.add("inserted", where, "this row claims to be older than what is sealed, and is not in the log")
    if newest and datetime.fromisoformat(record["at"]) < datetime.fromisoformat(newest["at"]) - SEALED_WITHIN:
        report.add("unsealed", where, "this row should have been sealed long before the newest head")


class _Roots:
    """The roots that the heads state, compared as the tree grows past their sizes."""

    def __init__(self, heads: Sequence[Entry], report: Report) -> None:
        self._heads = heads
        self._report = report
        self._next = 0

    def compare(self, size: int, tree: Tree) -> None:
        """Check every head of that size."""
        while self._next < len(self._heads) and self._heads[self._next]["size"] == size:
            head = self._heads[self._next]
            if head["root"] != tree.root().hex():
                self._report.add("edited", f"head {head['seq']}", f"its root is not that of the first {size} rows")
            self._next += 1

    def finish(self, size: int) -> None:
        """After the last sealed row: no head may speak of more rows, and none of fewer than there are."""
        if self._next < len(self._heads):
            short = self._heads[-1]["size"] - size
            self._report.add("truncated", f"position {size}", f"{short} sealed rows are missing at the end")
        elif size > (self._heads[-1]["size"] if self._heads else 0):
            self._report.add("inserted", f"position {size - 1}", "rows stand in the log that no head has sealed")


def _check_copies(copies: Iterable[Entry], heads: Sequence[Entry], keys: Keys, report: Report) -> None:
    log = heads[0]["log"] if heads else None
    before: int | None = None
    for entry in copies:
        report.copies += 1
        if not _signed(entry, keys):
            report.add("forged", f"copy {report.copies}", "the signature of this copied head is not a trusted key's")
            continue
        head = entry["head"]
        where = f"head {head['seq']}"
        if before is not None and head["seq"] != before + 1:
            report.add("deleted", where, "the copies kept outside have a gap before this head")
        before = head["seq"]
        if log is not None and head["log"] != log:
            report.add("fork", where, "a copy of this head belongs to another log: the log was begun anew")
        elif head["seq"] >= len(heads):
            report.add("truncated", where, "a copy of this head is kept outside, the database has it no longer")
        elif heads[head["seq"]] != head:
            report.add("fork", where, "the copy kept outside says something else: the log was written twice")


def _leaf(row: Entry) -> bytes:
    if row["record"] is None:  # deleted: go on with the leaf it had, to find what else was changed
        return bytes.fromhex(row["leaf"])
    return hashlib.sha256(b"\x00" + canonical(row["record"])).digest()


def _place(record: Entry) -> Place:
    tx = record["tx"]
    return int(tx) if isinstance(tx, str) and tx.isdecimal() else -1, str(record["id"])


def _lines(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def verify_folder(export: Path, keys: Mapping[str, str], copies: Path | None) -> Report:
    """`verify` on an exported folder and the folder of heads copied outside."""
    copied = _lines(sorted(copies.glob("*.jsonl")) if copies else [])
    return verify(_lines([export / "rows.jsonl"]), list(_lines([export / "heads.jsonl"])), copied, keys)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify an export folder; 0 when the log is whole, 1 when something was found, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(description="Verify an export of the audit log.")
    parser.add_argument("export", type=Path, help="folder with rows.jsonl and heads.jsonl")
    parser.add_argument("--keys", type=Path, required=True, help="keys.json with the trusted audit keys")
    parser.add_argument("--heads", type=Path, help="folder with the heads copied outside")
    asked = parser.parse_args(arguments)
    try:
        report = verify_folder(asked.export, json.loads(asked.keys.read_text()), asked.heads)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stdout.write(f"The export cannot be read: {type(error).__name__} {error}\n")
        return 2
    sys.stdout.write(f"{report}\n")
    return 0 if report.whole else 1


if __name__ == "__main__":
    sys.exit(main())
