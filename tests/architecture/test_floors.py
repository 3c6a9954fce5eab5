"""Imports between capabilities end in a face; the layers themselves are import-linter's."""

from __future__ import annotations

import grimp

CAPABILITIES = (
    "server.identity",
    "server.signatures",
    "server.notifications",
    "server.records",
    "server.appointments",
    "server.consultations",
    "prescriptions",
    "signaling",
    "media",
)
FACES = ("service", "events", "errors")


def _capability(module: str) -> str | None:
    return next((name for name in CAPABILITIES if module == name or module.startswith(name + ".")), None)


def test_neighbours_meet_only_at_their_faces() -> None:
    graph = grimp.build_graph("server", "signaling", "media", "prescriptions", cache_dir=None)
    trespasses = []
    for importer in graph.modules:
        here = _capability(importer)
        for imported in graph.find_modules_directly_imported_by(importer):
            there = _capability(imported)
            if here and there and here != there and imported.removeprefix(there + ".") not in FACES:
                trespasses.append(f"{importer} -> {imported}")
    assert sorted(set(trespasses)) == []


def test_rules_know_no_outside_world() -> None:
    graph = grimp.build_graph(
        "server", "signaling", "media", "prescriptions", include_external_packages=True, cache_dir=None
    )
    outside = {"sqlalchemy", "aiohttp", "socketio", "aiortc", "redis"}
    found = [
        f"{module} -> {imported}"
        for module in graph.modules
        if module.endswith(".rules")
        for imported in graph.find_modules_directly_imported_by(module)
        if imported in outside
    ]
    assert not found
