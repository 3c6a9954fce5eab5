"""Files without pictures as something a person can read: a report as indented text, an enclosed PDF, else a list of elements.

Runs in the child. What is enclosed is given out only when it is a PDF by its bytes; everything else becomes text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset

from .values import text

PDF: Final = "application/pdf"
TEXT: Final = "text/plain; charset=utf-8"
_LONGEST: Final = 400_000
_DEEPEST: Final = 16
_LONGEST_VALUE: Final = 200


def document_of(header: Dataset) -> tuple[str, bytes]:
    """Content type and content."""
    enclosed = header.get("EncapsulatedDocument")
    if isinstance(enclosed, bytes):
        length = header.get("EncapsulatedDocumentLength")
        raw = enclosed[: int(length)] if isinstance(length, int) and 0 < length <= len(enclosed) else enclosed
        if raw.startswith(b"%PDF-"):
            return PDF, raw
        return TEXT, raw.decode("utf-8", "replace")[:_LONGEST].encode()
    lines = _report(header) if "ContentSequence" in header else _elements(header, 0)
    return TEXT, _limited(lines).encode()


def _limited(lines: Iterator[str]) -> str:
    taken, size = [], 0
    for line in lines:
        size += len(line) + 1
        if size > _LONGEST:
            taken.append("…")
            break
        taken.append(line)
    return "\n".join(taken) + "\n"


def _report(header: Dataset) -> Iterator[str]:
    title = _meaning(header, "ConceptNameCodeSequence")
    yield title or text(header, "SeriesDescription") or "Structured report"
    yield ""
    for item in header.ContentSequence:
        yield from _content(item, 0)


def _content(item: Dataset, depth: int) -> Iterator[str]:
    """One node of a report's tree and what is below it."""
    name, value = _meaning(item, "ConceptNameCodeSequence"), _value(item)
    if name or value:
        yield f"{'  ' * depth}{name}{': ' if name and value else ''}{value}"
    if depth < _DEEPEST:
        for below in item.get("ContentSequence") or ():
            yield from _content(below, depth + 1)


def _value(item: Dataset) -> str:
    kind = text(item, "ValueType")
    if kind == "CODE":
        return _meaning(item, "ConceptCodeSequence")
    if kind == "NUM":
        return _measured(item)
    plain = {"TEXT": "TextValue", "PNAME": "PersonName", "DATE": "Date", "TIME": "Time", "DATETIME": "DateTime"}
    if kind in plain:
        return text(item, plain[kind])
    if kind == "UIDREF":
        return text(item, "UID")
    return f"[{kind.lower()}]" if kind in ("IMAGE", "WAVEFORM", "COMPOSITE", "SCOORD", "TCOORD") else ""


def _measured(item: Dataset) -> str:
    found = item.get("MeasuredValueSequence")
    if not found:
        return ""
    unit = _meaning(found[0], "MeasurementUnitsCodeSequence")
    return f"{text(found[0], 'NumericValue')} {unit}".strip()


def _meaning(item: Dataset, keyword: str) -> str:
    found = item.get(keyword)
    return text(found[0], "CodeMeaning") or text(found[0], "CodeValue") if found else ""


def _elements(header: Dataset, depth: int) -> Iterator[str]:
    """The elements with their names: for waveforms, plans, states and whatever else shows no picture."""
    for element in header:
        if element.tag.is_private or element.tag.element == 0:
            continue
        if element.VR == "SQ":
            yield f"{'  ' * depth}{element.name}"
            if depth < _DEEPEST:
                for item in element.value:
                    yield from _elements(item, depth + 1)
        elif not isinstance(element.value, bytes):
            shown = str(element.value).replace("\n", " ").replace("\r", "")
            yield f"{'  ' * depth}{element.name}: {shown[:_LONGEST_VALUE]}"
