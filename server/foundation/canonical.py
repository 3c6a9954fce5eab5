"""One byte sequence for one meaning: RFC 8785 canonical JSON, the form that is hashed and signed."""

from __future__ import annotations

from typing import Any

import rfc8785


def canonical(value: dict[str, Any] | list[Any]) -> bytes:
    """The canonical UTF-8 bytes of a JSON value. Raises: ValueError for what JSON cannot say exactly."""
    return rfc8785.dumps(value)
