"""Ugly things that a page never sends: values for fields, whole bodies, ids in paths, values in queries, tokens."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any, Final

STRINGS: Final = {
    "sql": "'; DROP TABLE people; --",
    "sql-like": "%' OR '1'='1",
    "script": "<script>alert(document.cookie)</script>",
    "template": "{{7*7}} ${7*7} {__class__} %s %n",
    "emoji": "👩‍⚕️🏥🇨🇳",
    "nul": "a\x00b",
    "lone-surrogate": "a\ud800b",
    "controls": "\x01\x1b[2J\x7f\u202e\ufeff",
    "traversal": "../../../../etc/passwd",
    "long": "长" * 60_000,
    "blank": " \t\n\u3000",
    "crlf": "x\r\nSet-Cookie: a=b",
    "not-a-date": "2026-02-30",
    "first-day": "0001-01-01",
    "last-day": "9999-12-31",
    "first-instant": "0001-01-01T00:00:00+14:00",
    "last-instant": "9999-12-31T23:59:59-14:00",
    "nil-uuid": "00000000-0000-0000-0000-000000000000",
    "full-width": "１３８００００００００",
    "infinite": "1e999999",
}
VALUES: Final[dict[str, Any]] = {
    "null": None,
    "true": True,
    "huge": 10**400,
    "64-bit": 2**63,
    "negative": -1,
    "fraction": 1.5,
    "list": ["a"],
    "object": {"a": {"b": []}},
    "many": [0] * 20_000,
}

_DEEP: Final = 100_000
BODIES: Final = {
    "open-brace": b"{",
    "list": b"[]",
    "null": b"null",
    "number": b"7",
    "text": b'"text"',
    "two": b"{}{}",
    "not-utf-8": b'{"name": "\xff\xfe"}',
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "bom": b"\xef\xbb\xbf{}",
    "deep-lists": b"[" * _DEEP,
    "deep-closed": b"[" * _DEEP + b"]" * _DEEP,
    "deep-objects": b'{"a":' * 40_000,
    "nan": b'{"a": NaN, "b": Infinity}',
    "long-number": b'{"a": ' + b"9" * 200_000 + b"}",
    "prototype": b'{"__proto__": {"a": 1}, "constructor": {}}',
    "twice": b'{"name": "a", "name": "b"}',
    "too-large": b'{"name": "' + b"a" * 8_500_000 + b'"}',
    "nul": b'{"name": "\\u0000"}',
    "surrogate": b'{"name": "\\ud800"}',
    "surrogate-key": b'{"\\udfff": 1}',
}
CONTENT_TYPES: Final = (
    "text/plain",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/json-seq",
    "nonsense",
)
PATHS: Final = {
    "traversal": "..%2f..%2f..%2fetc%2fpasswd",
    "nul": "%00",
    "not-utf-8": "%ff%fe",
    "sql": "1'%20OR%20'1'%3D'1",
    "script": "%3Cscript%3E",
    "emoji": "%F0%9F%8F%A5",
    "long": "a" * 4000,
    "number": "-1",
    "nil": "00000000-0000-0000-0000-000000000000",
    "braces": "%7B00000000-0000-0000-0000-000000000000%7D",
    "percent": "%25s%25n",
}


def bomb() -> bytes:
    """64 MB of zeros in 64 KB."""
    return gzip.compress(b"0" * 2**26)


def spoilt(body: Any) -> Iterator[tuple[str, bytes]]:
    """A right body with one member at a time made ugly; and one with a member too many."""
    if not isinstance(body, dict):
        return
    for name in body:
        for kind, value in (STRINGS | VALUES).items():
            yield f"{name}={kind}", json.dumps(body | {name: value}).encode()
        yield f"{name} missing", json.dumps({other: body[other] for other in body if other != name}).encode()
    yield "one too many", json.dumps(body | {"is_admin": True}).encode()
