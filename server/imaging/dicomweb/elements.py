"""DICOM JSON (PS3.18 annex F): one element, a dataset of elements, and the attributes that QIDO-RS knows by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

Json = dict[str, Any]


def element(vr: str, *values: Any) -> Json:
    """One element; empty values make an empty element."""
    kept = [value for value in values if value not in (None, "")]
    if not kept:
        return {"vr": vr}
    if vr == "PN":
        return {"vr": vr, "Value": [_person(str(value)) for value in kept]}
    return {"vr": vr, "Value": kept}


def _person(name: str) -> dict[str, str]:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), name.split("="), strict=False)
    return {group: text for group, text in groups if text}


def dataset(values: Mapping[str, Any]) -> Json:
    """A dataset by keyword, in the order of the tags: `dataset({"Modality": "CT"})`. A list has several values."""
    found: Json = {}
    for keyword, value in values.items():
        number = tag_for_keyword(keyword)
        assert number is not None, f"{keyword} is no attribute of DICOM"
        several = value if isinstance(value, list) else [value]
        found[f"{number:08X}"] = element(dictionary_VR(number), *several)
    return dict(sorted(found.items()))


def sequence(*items: Json) -> Json:
    """A sequence element."""
    return {"vr": "SQ", "Value": list(items)} if items else {"vr": "SQ"}


def keyword_of(name: str) -> str | None:
    """The keyword of a query parameter given as a keyword or as eight hex digits; None when there is no such attribute."""
    if tag_for_keyword(name) is not None:
        return name
    try:
        number = int(name, 16) if len(name) == 8 else None
    except ValueError:
        return None
    return keyword_for_tag(number) or None if number is not None else None
