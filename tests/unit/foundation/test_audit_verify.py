"""The verifier: a whole log is whole, and no change of any field of any row, head or copy goes unnoticed."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from server.foundation import audit_verify
from server.foundation.audit_heads import public_keys
from server.foundation.canonical import canonical
from server.foundation.key_pairs import Use, fresh_pair
from server.foundation.keys import Keyring
from tests.unit.foundation.audit_logs import Entry, Log, a_log


@pytest.fixture
def log(keyring: Keyring, now: datetime) -> Log:
    made = a_log(keyring, now)
    assert made.verified().findings == []
    return made


def otherwise(value: Any) -> Any:
    """Another value of about the same form."""
    if value is None or isinstance(value, bool):
        return "x" if value is None else not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dict):
        return value | {"reason": "other"}
    return value[:-1] + ("1" if value[-1] != "1" else "2")


def reseal(log: Log, keyring: Keyring) -> None:
    """What an insider with the signing key would do after a change: make leaves, roots, chain and signatures fit."""
    pair = keyring.pairs(Use.AUDIT)[0]
    tree, previous, sealed = audit_verify.Tree(), None, iter(log.rows)
    size = 0
    for entry in log.heads:
        head = entry["head"]
        while size < head["size"]:
            row = next(sealed)
            row["leaf"] = hashlib.sha256(b"\x00" + canonical(row["record"])).hexdigest()
            tree.add(bytes.fromhex(row["leaf"]))
            size += 1
        head["root"] = tree.root().hex()
        head["previous"] = hashlib.sha256(canonical(previous)).hexdigest() if previous else "00" * 32
        entry["kid"], entry["signature"] = pair.kid, pair.private.sign(canonical(head), ec.ECDSA(SHA256())).hex()
        previous = head


def test_a_whole_log_is_counted(log: Log) -> None:
    report = log.verified()
    assert (report.sealed, report.unsealed, report.heads, report.copies) == (7, 2, 5, 5)
    assert report.whole
    assert "the log is whole" in str(report)


@pytest.mark.parametrize("sizes", [(0,), (1,), (0, 2, 3), (8,), (5, 5, 31)])
def test_logs_of_any_size_are_whole(keyring: Keyring, now: datetime, sizes: tuple[int, ...]) -> None:
    assert a_log(keyring, now, sizes).verified().findings == []


def test_a_changed_field_of_any_sealed_row_is_found(log: Log) -> None:
    for at, row in enumerate(log.rows[:7]):
        for name in row["record"]:
            changed = log.twin()
            changed.rows[at]["record"][name] = otherwise(row["record"][name])
            found = [finding for finding in changed.verified().findings if finding.kind == "edited"]
            assert found[0].where == f"position {at}", name


def test_a_changed_fact_an_added_and_a_missing_field_are_found(log: Log) -> None:
    changes: list[Callable[[Entry], object]] = [
        lambda record: record["facts"].update(count=4),
        lambda record: record["facts"].pop("own"),
        lambda record: record.update(note="added"),
        lambda record: record.pop("role"),
    ]
    for change in changes:
        changed = log.twin()
        change(changed.rows[3]["record"])
        assert "edited" in changed.kinds()


def test_a_changed_position_leaf_or_row_id_is_found(log: Log) -> None:
    for at in range(7):
        for name in ("position", "leaf", "row_id"):
            changed = log.twin()
            changed.rows[at][name] = otherwise(changed.rows[at][name])
            assert not changed.verified().whole, (at, name)


def test_a_row_edited_together_with_its_leaf_is_found_by_the_heads(log: Log) -> None:
    log.rows[2]["record"]["action"] = "records.write"
    log.rows[2]["leaf"] = hashlib.sha256(b"\x00" + canonical(log.rows[2]["record"])).hexdigest()
    assert [finding.where for finding in log.verified().findings] == ["head 2", "head 3", "head 4"]


def test_any_deleted_row_is_found(log: Log) -> None:
    for at in range(7):
        gone = log.twin()
        gone.rows[at]["record"] = None
        assert gone.kinds() == {"deleted"}
        gone.rows.pop(at)
        assert gone.kinds() & {"deleted", "truncated"}


def test_any_deleted_row_whose_successors_move_up_is_found(log: Log) -> None:
    for at in range(7):
        gone = log.twin()
        gone.rows.pop(at)
        for position, row in enumerate(gone.rows[:6]):
            row["position"] = position
        assert "truncated" in gone.kinds()


def test_two_rows_in_each_others_place_are_found(log: Log) -> None:
    for at in range(6):
        swapped = log.twin()
        one, other = swapped.rows[at], swapped.rows[at + 1]
        one["position"], other["position"] = at + 1, at
        swapped.rows[at : at + 2] = [other, one]
        assert {"reordered", "edited"} & swapped.kinds()


def test_a_row_slipped_in_is_found_sealed_or_not(log: Log, keyring: Keyring, now: datetime) -> None:
    slipped = log.twin()
    slipped.rows.insert(7, log.rows[7] | {"position": 7, "leaf": "00" * 32})
    assert "inserted" in slipped.kinds()
    old = log.twin()
    old.rows[-1]["record"]["tx"] = "700"
    assert old.kinds() == {"inserted"}


def test_a_row_that_was_never_sealed_is_found(log: Log, now: datetime) -> None:
    stale = log.rows[-1]["record"]
    stale["at"] = (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert log.kinds() == {"unsealed"}


def test_a_changed_field_of_any_head_is_found(log: Log) -> None:
    def check(entries: Callable[[Log], list[Entry]]) -> None:
        for at, entry in enumerate(entries(log)):
            for name in entry["head"]:
                changed = log.twin()
                entries(changed)[at]["head"][name] = otherwise(entry["head"][name])
                assert "forged" in changed.kinds(), (at, name)
            for name in ("kid", "signature"):
                changed = log.twin()
                entries(changed)[at][name] = otherwise(entry[name])
                assert "forged" in changed.kinds(), (at, name)

    check(lambda each: each.heads)
    check(lambda each: each.copies)


def test_any_deleted_head_is_found(log: Log) -> None:
    for at in range(5):
        gone = log.twin()
        gone.heads.pop(at)
        assert gone.kinds() & {"deleted", "truncated"}, at


def test_rows_and_heads_cut_off_together_are_found_by_the_copies(log: Log) -> None:
    cut = log.twin()
    del cut.heads[4:], cut.rows[4:]
    assert [str(finding.where) for finding in cut.verified().findings] == ["head 4"]
    assert cut.kinds() == {"truncated"}
    cut.copies.pop()
    assert cut.verified().whole, "without the copy outside nobody could know"


def test_a_log_emptied_altogether_is_found_by_the_copies(log: Log) -> None:
    emptied = Log([], [], log.copies, log.keys)
    assert {finding.kind for finding in emptied.verified().findings} == {"truncated"}
    assert not emptied.verified().whole


def test_a_log_rewritten_with_the_true_key_is_found_by_the_copies(log: Log, keyring: Keyring) -> None:
    log.rows[2]["record"]["action"] = "records.write"
    reseal(log, keyring)
    without = Log(log.rows, log.heads, [], log.keys)
    assert without.verified().whole, "the insider did it well"
    assert log.kinds() == {"fork"}


def test_a_log_rewritten_with_another_key_is_found(log: Log, keyring: Keyring, now: datetime) -> None:
    trusted = public_keys(keyring)
    keyring.take([keyring.wrap(fresh_pair(Use.AUDIT, now), now)])
    log.rows[2]["record"]["action"] = "records.write"
    reseal(log, keyring)
    assert Log(log.rows, log.heads, [], trusted).kinds() == {"forged"}


def test_a_log_begun_anew_is_found_by_the_copies(log: Log, keyring: Keyring, now: datetime) -> None:
    anew = a_log(keyring, now + timedelta(days=1))
    anew.copies = log.copies
    assert anew.kinds() == {"fork"}


def test_missing_copies_in_between_are_found_but_not_those_archived_or_not_yet_made(log: Log) -> None:
    assert Log(log.rows, log.heads, log.copies[2:], log.keys).verified().whole
    assert Log(log.rows, log.heads, log.copies[:3], log.keys).verified().whole
    assert Log(log.rows, log.heads, log.copies[:2] + log.copies[3:], log.keys).kinds() == {"deleted"}


def test_an_unreadable_key_is_said(log: Log) -> None:
    log.keys["other"] = "00"
    assert log.kinds() == {"key"}


facts = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
)


@given(facts)
def test_both_canonical_forms_are_the_same(value: dict[str, Any]) -> None:
    assert audit_verify.canonical({"facts": value, "v": 1}) == canonical({"facts": value, "v": 1})


def test_it_imports_nothing_of_the_project() -> None:
    tree = ast.parse(Path(audit_verify.__file__).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported |= {node.module or "" for node in froms}
    assert {name.partition(".")[0] for name in imported} - sys.stdlib_module_names == {"cryptography"}
    assert all(node.level == 0 for node in froms)


def test_it_runs_alone_on_an_export(log: Log, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    (tmp_path / "keys.json").write_text(json.dumps(log.keys))
    (tmp_path / "copies" / "a.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in log.copies))
    (tmp_path / "heads.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in log.heads))

    def run(rows: list[Entry]) -> tuple[int, str]:
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in rows))
        arguments = [str(tmp_path), "--keys", str(tmp_path / "keys.json"), "--heads", str(tmp_path / "copies")]
        script = [sys.executable, "-I", audit_verify.__file__, *arguments]
        done = subprocess.run(script, capture_output=True, text=True, cwd=tmp_path, timeout=30, check=False)
        return done.returncode, done.stdout

    assert run(log.rows) == (0, "7 sealed rows, 2 waiting, 5 heads, 5 copied heads: the log is whole\n")
    log.rows[1]["record"]["role"] = "patient"
    code, output = run(log.rows)
    assert (code, "edited     position 1" in output) == (1, True)
    (tmp_path / "heads.jsonl").write_text("no json\n")
    assert run(log.rows)[0] == 2
