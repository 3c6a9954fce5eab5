"""How checks read a picture with the knowledge at hand: the lines whose drug is known, and drugs taken already."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from prescriptions.formulary.entries import Drug
from prescriptions.formulary.knowledge import Knowledge

from .picture import Item, Picture, Taking


def known(picture: Picture, knowledge: Knowledge) -> Iterator[tuple[Item, Drug]]:
    """The lines whose drug the data hold, with it; the others are spoken of by E0."""
    for item in picture.items:
        drug = drug_of(item, knowledge)
        if drug is not None:
            yield item, drug


def drug_of(named: Item | Taking, knowledge: Knowledge) -> Drug | None:
    """The drug of a line or of something taken already; None for a name nobody knows."""
    return knowledge.drug(named.drug_id) if named.drug_id else None


def amount(value: Decimal) -> str:
    """A figure as people write it: 2.50 as 2.5, 100 as 100, a third as 0.333."""
    return f"{round(value, 3):f}".rstrip("0").rstrip(".")
