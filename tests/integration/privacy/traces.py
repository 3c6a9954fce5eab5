"""The trivial disguises of a value, and looking for all of them in files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

_HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")

_PREFIX = 12  # of a hash, so that a shortened one is found too


def disguises(value: str) -> Iterator[tuple[str, bytes]]:
    """The value as text in several encodings, escaped, in hex and base64; and its plain hashes as bytes, hex, base64."""
    raw = value.encode()
    yield "plain", raw
    yield "reversed", value[::-1].encode()
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        if value.encode(encoding) != raw:
            yield encoding, value.encode(encoding)
    escaped = json.dumps(value)[1:-1]
    if escaped != value:
        yield "escaped", escaped.encode()
        yield "percent-encoded", quote(value).encode()
    yield from _written("", raw)
    for name in _HASHES:
        digest = hashlib.new(name, raw).digest()[:_PREFIX]
        yield f"{name} bytes", digest
        yield from _written(f"{name} ", digest)


def _written(prefix: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{prefix}hex", raw.hex().encode()
    yield f"{prefix}HEX", raw.hex().upper().encode()
    for shift in range(3):  # in the middle of something longer, base64 of the same bytes looks in three ways
        packed = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        begin = (0, 2, 3)[shift]
        inner = packed[begin : len(packed) - (1 if (shift + len(raw)) % 3 else 0)]
        yield f"{prefix}base64", inner
        if inner != (safe := inner.replace(b"+", b"-").replace(b"/", b"_")):
            yield f"{prefix}base64url", safe


def traces(content: bytes, sought: Mapping[str, str], only: Collection[str] = ()) -> list[str]:
    """Which values are in there, and in which disguise; of `only` these disguises when some are named."""
    return [
        f"{name} ({how})"
        for name, value in sought.items()
        for how, form in disguises(value)
        if (not only or how in only) and form in content
    ]


def traces_in(paths: Iterable[Path], sought: Mapping[str, str], only: Collection[str] = ()) -> dict[str, list[str]]:
    """The same for files: their content and their names."""
    found = {}
    for path in paths:
        if path.is_file() and not path.is_symlink():
            seen = traces(path.read_bytes(), sought, only) + traces(str(path).encode(), sought)
            if seen:
                found[str(path)] = seen
    return found
