"""What a signature can do, and on what: an act fits one kind of document, and no other is made or believed. Pure."""

from __future__ import annotations

from typing import Final

NOTE: Final = "note+jws"
PRESCRIPTION: Final = "prescription+jws"
REVIEW: Final = "review+jws"
DISPENSING: Final = "dispensing+jws"
OPINION: Final = "opinion+jws"
IMAGING: Final = "imaging+jws"

PRESCRIBE: Final = "prescribe"
APPROVE: Final = "approve"
DISPENSE: Final = "dispense"
CHECK: Final = "check"

TYP_OF: Final = {
    "note.sign": NOTE,
    "note.amend": NOTE,
    "opinion.sign": OPINION,  # an expert's own opinion, or the joint summary: the document says which
    "opinion.amend": OPINION,
    "imaging.preliminary": IMAGING,  # who wrote the report of an examination
    "imaging.final": IMAGING,  # somebody else, on what the report says and on the preliminary signature
    "imaging.amend": IMAGING,
    PRESCRIBE: PRESCRIPTION,  # the prescriber, on exactly what is shown
    APPROVE: REVIEW,  # the reviewing pharmacist, on the digests of what was reviewed
    DISPENSE: DISPENSING,  # who put the drugs together
    CHECK: DISPENSING,  # who checked them
}


def fits(act: str, typ: str) -> bool:
    """Whether this act is done on this kind of document."""
    return TYP_OF.get(act) == typ
