"""E18: what the institution's own list says of payment. Information only: who pays is never a reason to stop a treatment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .picture import Picture
from .sentence import Sentence

_RESTRICTED: Final = Sentence(
    check="E18",
    level=Level.INFORMATION,
    zh="“{name}”限定支付范围：{limit}。",
    en="{name} is paid for only within limits (as the list says): {limit}.",
    advice_zh="请核对患者是否符合；不符合的，请告知患者可能自费。",
    advice_en="Check that the patient fulfils them; if not, say that it may have to be paid privately.",
    source="institution's list",
)
_NOT_LISTED: Final = Sentence(
    check="E18",
    level=Level.INFORMATION,
    zh="“{name}”不在本机构药品目录内。",
    en="{name} is not on this institution's list.",
    advice_zh="请告知患者需到其他药房取药，或换用目录内药品。",
    advice_en="Say that another pharmacy must supply it, or choose one from the list.",
    source="institution's list",
)


def payer(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """What the list says of each line; without a list nothing is known. Rule: E18"""
    for item in picture.items:
        local = item.local
        if local is None:
            zh, en = "没有本机构药品目录", "no list of the institution"
            yield Coverage(item.line, "E18", Covered.NOT_COVERED, zh, en)
        elif not local.listed:
            yield _NOT_LISTED.of(item.line, met=(item.name,), key="listed", name=item.name)
        elif local.payment_limit:
            yield _RESTRICTED.of(item.line, met=(item.name,), key="limit", name=item.name, limit=local.payment_limit)
