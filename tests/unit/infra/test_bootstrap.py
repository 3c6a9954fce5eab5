"""The first thing a newcomer meets: a sentence instead of a traceback, and locks that fit each other."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from infra import bootstrap, folders, lock, targets
from infra.refusal import Refusal

ROOT = Path(__file__).resolve().parents[3]


def pins(name: str) -> set[str]:
    text = (ROOT / "infra" / f"{name}.txt").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9._-]+==[^ ;\\]+)", text, re.MULTILINE | re.IGNORECASE))


def test_this_python_is_accepted() -> None:
    bootstrap.check_python((3, 11))


def test_an_older_python_is_told_what_is_needed() -> None:
    with pytest.raises(Refusal, match=r"needs Python >= 3\.11 and `python3` is 3\.9"):
        bootstrap.check_python((3, 9))


def test_a_python_without_the_venv_module_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # what an import finds on a Debian without python3-venv
    with pytest.raises(Refusal, match="apt install python3-venv"):
        bootstrap.check_python((3, 11))


def test_a_data_folder_that_cannot_be_used_is_said_with_the_way_out(tmp_path: Path) -> None:
    folders.prepare(tmp_path / "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "keys").write_text("a file where a folder should be")
    with pytest.raises(Refusal, match=r"cannot be used by this account .*LIANYI_DATA_DIR"):
        folders.prepare(tmp_path / "bad")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["ERROR: No matching distribution found for av==18.1.0"], "av==18.1.0 has no wheel for this machine"),
        (
            ["WARNING: Retrying ... NewConnectionError(...)", "ERROR: No matching distribution found for av==18.1.0"],
            "does not answer",
        ),
        (["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"], "disk is full"),
        (["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."], "not the one that was locked"),
        (["ERROR: something else"], "ERROR: something else"),
    ],
)
def test_what_went_wrong_with_pip_is_one_sentence(said: list[str], sentence: str) -> None:
    assert sentence in bootstrap.explained(said)


def test_the_products_lock_is_a_part_of_the_developers_lock() -> None:
    assert len(pins("requirements")) > 50
    assert pins("requirements") < pins("dev")


def test_no_lock_names_a_package_index() -> None:
    assert list(lock.addresses(ROOT)) == []


def test_a_lock_that_names_an_index_is_found(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "web-client").mkdir()
    (tmp_path / "infra" / "requirements.txt").write_text("--index-url https://example.org/simple\n")
    (tmp_path / "infra" / "dev.txt").write_text("av==1\n")
    (tmp_path / "web-client" / "package-lock.json").write_text('{"packages": {"vue": {"resolved": "x"}}}')
    assert list(lock.addresses(tmp_path)) == ["infra/requirements.txt:1", "web-client/package-lock.json: vue"]


def test_every_target_is_described_and_is_one_line() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    described = set(re.findall(r"^  make ([a-z0-9-]+)", targets.listed(makefile), re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert described == set(phony[1].split())
    assert {
        len(recipe.splitlines()) for recipe in re.findall(r"^[a-z0-9-]+:.*\n((?:\t.+\n)+)", makefile, re.MULTILINE)
    } == {1}
