"""Pages of docs/ that are made from the code, so that they cannot drift: settings, problems, licences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

from server.foundation.errors import Problem
from server.settings import ROOT, settings_table

LOCKS: Final = ("infra/requirements.txt", "infra/dev.txt")
_PINNED: Final = re.compile(r"^([a-zA-Z0-9][a-zA-Z0-9._-]*)==(\S+)", re.MULTILINE)
_OURS: Final = frozenset({"server", "signaling", "media", "prescriptions"})
_NOTES: Final = {
    "av": "its wheel carries FFmpeg with libx264 and libx265 (GPL); Lianyi never calls those encoders",
    "fpdf2": "LGPL-3.0: used unchanged as a library",
    "psycopg": "LGPL-3.0: used unchanged as a library",
    "psycopg-binary": "LGPL-3.0: used unchanged as a library",
    "psycopg-pool": "LGPL-3.0: used unchanged as a library",
    "pylopdf-fonts-zh-cn": "data only: Noto Sans SC and Noto Serif SC, subsets of which are embedded into PDFs",
}


def write_all() -> list[Path]:
    """Write every made page; gives the paths."""
    pages = {"settings.md": settings_table(), "problems.md": problems_page(), "licences.md": licences_page()}
    for name, text in pages.items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
    return [ROOT / "docs" / name for name in pages]


def every_problem() -> list[type[Problem]]:
    """Every problem class of the product that has been imported, by code."""

    def below(kind: type[Problem]) -> Iterator[type[Problem]]:
        yield kind
        for each in kind.__subclasses__():
            yield from below(each)

    ours = {kind for kind in below(Problem) if kind.__module__.partition(".")[0] in _OURS}
    return sorted(ours, key=lambda kind: (kind.code, kind.__qualname__))


def problems_page() -> str:
    """docs/problems.md."""
    lines = [
        "# Problems",
        "",
        "Made by `python -m server docs`. Every refusal is `application/problem+json` with one of these codes; `title` is the",
        "sentence in the asker's language. `type` is `urn:problem:<code>`.",
        "",
        "| code | status | rule | 中文 | English |",
        "|---|---|---|---|---|",
    ]
    for kind in every_problem():
        rule = kind.rule or ""
        lines.append(f"| `{kind.code}` | {kind.status} | {rule} | {kind.zh} | {kind.en} |")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def locked_packages() -> dict[str, str]:
    """Name -> version of everything in the locks; the first version where platforms differ."""
    found: dict[str, str] = {}
    for lock in LOCKS:
        for name, pinned in _PINNED.findall((ROOT / lock).read_text(encoding="utf-8")):
            found.setdefault(name.lower(), pinned)
    return dict(sorted(found.items()))


def licences_page() -> str:
    """docs/licences.md."""
    lines = [
        "# Licences",
        "",
        "Made by `python -m server docs` from the lock files. Lianyi itself is Apache-2.0.",
        "",
        "| package | licence | note |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {_licence(name)} | {_NOTES.get(name, '')} |" for name in locked_packages()]
    lines += [
        "",
        "The web client's packages (Vue, vue-router, uqr: MIT; reka-ui: MIT;",
        "Lucide icons: ISC; swagger-ui: Apache-2.0) are pinned in `web-client/package-lock.json`.",
        "",
    ]
    return "\n".join(lines)


def _licence(name: str) -> str:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return "not installed on the platform this page was made on"
    if "License-Expression" in told:
        return str(told["License-Expression"])
    classifiers = [
        each.rsplit(" :: ", 1)[-1] for each in told.get_all("Classifier") or () if each.startswith("License")
    ]
    if classifiers:
        return ", ".join(sorted(set(classifiers)))
    stated = told["License"] if "License" in told else "see the package"  # noqa: SIM401  # it has no `get`
    return str(stated).splitlines()[0][:60]
