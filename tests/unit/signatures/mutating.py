"""Documents with one thing changed: every leaf of a JSON value, and what else might stand there."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

Path = tuple[Any, ...]
_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.just([]),
    st.just({}),
)


def leaves(value: Any, path: Path = ()) -> list[Path]:
    """The path of every value in a document."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for place, inner in enumerate(value) for leaf in leaves(inner, (*path, place))]
    return [path]


def fixed_mutants(document: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """The document with each of a few other values there, the same at every run."""
    old = _at(document, path)
    new: list[Any] = [None, True, [old], _overlooked(old)]
    return [_put(document, path, each) for each in new if _differs(each, old)]


def mutants(document: dict[str, Any], path: Path) -> st.SearchStrategy[dict[str, Any]]:
    """The document with another value there: one that JSON writes differently."""
    return (
        _near(_at(document, path))
        .filter(lambda new: _differs(new, _at(document, path)))
        .map(lambda new: _put(document, path, new))
    )


def without(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The document without that member or element."""
    changed = copy.deepcopy(document)
    del _at(changed, path[:-1])[path[-1]]
    return changed


def _near(value: Any) -> st.SearchStrategy[Any]:
    """Anything; and what is easily overlooked: one character or one step away."""
    if isinstance(value, str) and value:
        places = st.integers(0, len(value) - 1)
        one_off = places.map(lambda at: value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :])
        return st.one_of(one_off, st.just(value + " "), st.just(value + "\u200b"), _ANYTHING)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return st.one_of(st.just(value + 1), st.just(-value), st.just(str(value)), _ANYTHING)
    return _ANYTHING


def _overlooked(value: Any) -> Any:
    if isinstance(value, str):
        return value + " "
    return value + 1 if isinstance(value, (int, float)) else "x"


def _differs(new: Any, old: Any) -> bool:
    """JSON knows one number 1, and true is another thing."""
    return isinstance(new, bool) is not isinstance(old, bool) or new != old


def _put(document: dict[str, Any], path: Path, new: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = new
    return changed


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
