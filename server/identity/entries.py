"""Reading what people type into forms: names, ID numbers and phones, each with a sentence that says what is wrong."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from server.foundation.problems import invalid_field

from .id_numbers import IdNumber, IdNumberRefused, read_id_number
from .rules import read_phone

_LONGEST_NAME: Final = 40
_IN_NAMES: Final = frozenset(" ·•‧-'’.")
_ID_NUMBER_WORDS: Final = {
    "form": ("身份证号应为 18 位数字，最后一位可以是 X", "An ID number has 18 digits; the last may be X"),
    "check": ("身份证号有一位输错了，请逐位核对", "One digit of the ID number is wrong; compare each with the card"),
    "birth-date": ("身份证号里的出生日期不对，请核对", "The birth date in the ID number cannot be right"),
}


def name_of(typed: str, pointer: str = "/name") -> str:
    """A person's name as it will be stored. Raises: Invalid for what cannot be a name (digits, signs, emoji)."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    letters = [sign for sign in name if sign not in _IN_NAMES]
    if not letters or len(name) > _LONGEST_NAME or any(unicodedata.category(sign)[0] not in "LM" for sign in letters):
        raise invalid_field(
            pointer, "请填写证件上的姓名，只能有文字和间隔点", "Enter the name on the ID card: letters only"
        )
    return name


def id_number_of(typed: str, today: date, pointer: str = "/id_number") -> IdNumber:
    """An ID number whose check character fits. Raises: Invalid."""
    try:
        return read_id_number(typed, today)
    except IdNumberRefused as refused:
        raise invalid_field(pointer, *_ID_NUMBER_WORDS[refused.reason]) from None


def phone_of(typed: str, pointer: str = "/phone") -> str:
    """A mobile number as eleven digits. Raises: Invalid."""
    phone = read_phone(typed)
    if phone is None:
        raise invalid_field(pointer, "请填写 11 位手机号", "Enter a mobile number of 11 digits")
    return phone
