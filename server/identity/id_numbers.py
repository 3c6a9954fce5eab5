"""Citizen identity numbers (GB 11643): 18 characters that carry area, birth date, sex and a check character.

Form only. Whether a number was ever given to that person is another question, which a register or a look at the card answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from .vocabulary import Sex

_FORM: Final = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９ｘＸx", "0123456789XXX", " \u3000-")
_EARLIEST: Final = date(1880, 1, 1)
# ISO 7064 MOD 11-2: the weight of each of the 17 digits, and the character for each remainder.
_WEIGHTS: Final = tuple(pow(2, 17 - position, 11) for position in range(17))
_CHECK: Final = "10X98765432"


class IdNumberRefused(ValueError):
    """Not an identity number: `form`, `check` or `birth-date`. Never repeats what was typed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number whose check character fits, with what it says."""

    text: str = field(repr=False)
    area: str
    birth_date: date
    sex: Sex

    @property
    def tail(self) -> str:
        """The last four characters: enough to recognise one's own, too little to use."""
        return self.text[-4:]


def read_id_number(typed: str, today: date) -> IdNumber:
    """The number as written on the card; blanks, hyphens, full width and a small x are forgiven.

    Raises: IdNumberRefused.
    """
    text = typed.translate(_FULL_WIDTH)
    if not _FORM.fullmatch(text):
        raise IdNumberRefused("form")
    if check_character(text[:17]) != text[17]:
        raise IdNumberRefused("check")
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise IdNumberRefused("birth-date") from None
    if not _EARLIEST <= born <= today:
        raise IdNumberRefused("birth-date")
    return IdNumber(text, text[:6], born, Sex.MALE if int(text[16]) % 2 else Sex.FEMALE)


def check_character(digits: str) -> str:
    """The eighteenth character for seventeen digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]
