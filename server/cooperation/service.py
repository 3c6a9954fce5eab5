"""The face of cooperation: who may ask whom for what, and how agreements are made."""

from __future__ import annotations

from .agreeing import NewAgreement, agreements, confirm, decline, end, make
from .facts import AgreementFacts, Clocks, Scope, Side
from .looking import agreement, agreement_for, members_of, served, serving

__all__ = [
    "AgreementFacts",
    "Clocks",
    "NewAgreement",
    "Scope",
    "Side",
    "agreement",
    "agreement_for",
    "agreements",
    "confirm",
    "decline",
    "end",
    "make",
    "members_of",
    "served",
    "serving",
]
