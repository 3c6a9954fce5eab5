"""Routes of administration: reads the codes and words prescriptions use into the data's codes."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "PO": ("po", "oral", "by mouth", "口服"),
    "SL": ("sl", "sublingual", "舌下", "舌下含服"),
    "INH": ("inh", "inhaled", "inhalation", "吸入"),
    "SC": ("sc", "subcutaneous", "皮下注射", "皮下"),
    "IM": ("im", "intramuscular", "肌内注射", "肌肉注射", "肌注"),
    "IV": ("iv", "intravenous", "静脉注射", "静脉滴注", "静滴", "静注"),
    "TOP": ("top", "topical", "外用"),
    "TD": ("td", "transdermal", "贴敷", "透皮"),
    "NAS": ("nas", "nasal", "喷鼻", "滴鼻"),
    "OPH": ("oph", "ophthalmic", "滴眼"),
    "OT": ("ot", "otic", "滴耳"),
    "PR": ("pr", "rectal", "直肠给药", "纳肛"),
    "PV": ("pv", "vaginal", "阴道给药"),
}
_ROUTES: Final = {word: route for route, words in _WORDS.items() for word in words}
NAMES_ZH: Final = {
    "PO": "口服", "SL": "舌下含服", "INH": "吸入", "SC": "皮下注射", "IM": "肌内注射", "IV": "静脉给药", "TOP": "外用",
    "TD": "透皮", "NAS": "鼻用", "OPH": "滴眼", "OT": "滴耳", "PR": "直肠给药", "PV": "阴道给药",
}  # fmt: skip
NAMES_EN: Final = {route: words[1] for route, words in _WORDS.items()}
INJECTED: Final = frozenset({"SC", "IM", "IV"})


def route_of(text: str) -> str | None:
    """The route a text names (PO for 口服); None when it cannot be read."""
    return _ROUTES.get(text.strip().lower())
