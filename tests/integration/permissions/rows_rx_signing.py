"""The matrix's rows of the signing key: about nobody's but one's own."""

from __future__ import annotations

from typing import Final

from tests.people import PIN

from .rows import Row, Table, const

SIGNING: Final[Table] = {
    "GET /api/signing-key": Row(),
    "POST /api/signing-key": Row(body=const(pin="270418")),
    "POST /api/signing-key/unlock": Row(body=const(pin=PIN)),
    "POST /api/signing-key/lock": Row(),
}
