"""The words on a sheet that Chromium printed: enough of PDF for its own files, so that a test reads what a person would."""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import Final

_OBJECT: Final = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT: Final = re.compile(rb"/(F\d+) (\d+) 0 R")
_SHOWN: Final = re.compile(rb"/(F\d+) [\d.]+ Tf|(\[[^\]]*\]|<[0-9A-Fa-f]*>)\s*T[jJ]|\b(Td|Tm|T\*|ET)\b")
_CHARS: Final = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES: Final = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR: Final = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_TRIPLE: Final = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_HEX: Final = re.compile(rb"<([0-9A-Fa-f]*)>")


def words_on(pdf: bytes) -> str:
    """All text in the order in which it is painted, without blanks."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        for name, number in _FONT.findall(body):
            reference = re.search(rb"/ToUnicode (\d+) 0 R", objects.get(int(number), b""))
            if reference:
                fonts[name] = _glyphs(_content(objects[int(reference[1])]))
    pages = [content for body in objects.values() if b" Tf" in (content := _content(body))]
    return "".join(_painted(page, fonts) for page in pages)


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found:
        return b""
    try:
        return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]
    except zlib.error:
        return b""


def _glyphs(cmap: bytes) -> dict[int, str]:
    """Which character each glyph of a font is."""
    known: dict[int, str] = {}
    for part in _CHARS.findall(cmap):
        known |= {int(glyph, 16): _text(text) for glyph, text in _PAIR.findall(part)}
    for part in _RANGES.findall(cmap):
        for first, last, text in _TRIPLE.findall(part):
            for place, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                known[glyph] = chr(ord(_text(text)) + place)
    return known


def _text(code: bytes) -> str:
    return bytes.fromhex(code.decode("ascii")).decode("utf-16-be")


def _painted(page: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    shown: list[str] = []
    font: dict[int, str] = {}
    for name, glyphs, _ in _SHOWN.findall(page):
        if name:
            font = fonts.get(name, {})
        for run in _HEX.findall(glyphs):
            shown += [font.get(int(run[at : at + 4], 16), "") for at in range(0, len(run), 4)]
    # Chromium names some glyphs by the radical that looks the same (⼤ for 大).
    return unicodedata.normalize("NFKC", "".join(shown)).replace(" ", "")
