"""Random bytes of the operating system, asked for by the page: a call for each id and nonce costs more than the id."""

from __future__ import annotations

import os
from typing import Final

_PAGE: Final = 4096


class _Source:
    def __init__(self) -> None:
        self.page, self.at = b"", _PAGE


_source = _Source()


def random_bytes(count: int) -> bytes:
    """Bytes that nobody can guess and that are given out once."""
    start, end = _source.at, _source.at + count
    if end > _PAGE:
        _source.page, start, end = os.urandom(_PAGE), 0, count
    _source.at = end
    return _source.page[start:end]


def _forget() -> None:
    _source.at = _PAGE


os.register_at_fork(after_in_child=_forget)  # a child must not give out what its parent does
