"""The house is laid out as docs/architecture.md says, and stays readable."""

from __future__ import annotations

import re

from .sources import ROOT, files, shown, tracked

TOP = {
    "pyproject.toml", "server", "signaling", "media", "prescriptions", "web-client", "tests", "infra", "README.md",
    "Makefile", "LICENSE", "CHANGELOG.md", "docs", ".ci", ".gitignore",
}  # fmt: skip
FORBIDDEN = {"utils", "helpers", "common", "misc", "base", "core", "manager", "managers"}
LONGEST = 400
GENERATED = {"web-client/src/api/schema.d.ts"}


def test_nothing_stands_at_the_top_that_is_not_planned() -> None:
    found = {shown(path).split("/", 1)[0] for path in tracked()}
    assert found <= TOP
    assert {"server", "signaling", "media", "prescriptions", "web-client", "tests", "infra", "docs"} <= found


def test_no_file_grows_past_four_hundred_lines() -> None:
    long = {
        shown(path): count
        for path in files(".py", ".ts", ".vue")
        if shown(path) not in GENERATED and (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    poor = [
        shown(path) for path in files(".py", ".ts", ".vue") if FORBIDDEN & set(shown(path).rsplit(".", 1)[0].split("/"))
    ]
    assert not poor


def test_every_python_module_says_what_lives_in_it() -> None:
    silent = [
        shown(path)
        for path in files(".py")
        if path.read_text(encoding="utf-8").strip()
        and not path.read_text(encoding="utf-8").lstrip().startswith(('"""', "#!"))
    ]
    assert not silent


def test_every_exception_to_a_check_says_why() -> None:
    # An ignore names its code, and its reason follows.
    reasonless = re.compile(r"#\s*(?:type: ignore(?:\[[\w, -]+\])?|noqa(?::\s*[A-Z0-9, ]+)?)\s*$")
    found = [
        f"{shown(path)}:{number}"
        for path in files(".py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if reasonless.search(line)
    ]
    assert not found


def test_no_lock_names_an_index() -> None:
    for lock in ("infra/requirements.txt", "infra/dev.txt"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"^--(extra-)?index-url|^--find-links|https?://", text, re.MULTILINE)
    assert '"resolved"' not in (ROOT / "web-client" / "package-lock.json").read_text(encoding="utf-8")


def test_nothing_is_left_to_do_without_saying_so() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [
        f"{shown(path)}:{number}"
        for path in files(".py", ".ts", ".vue", ".css")
        if path.name != "test_layout.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    assert not found
