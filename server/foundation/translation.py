"""Which language an answer speaks: Chinese unless the asker prefers English. Words of pages live in the web client."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.core import negotiate_locale

from .errors import FieldError

CHINESE: Final = "zh"
ENGLISH: Final = "en"


@lru_cache(maxsize=1000)  # browsers send few different ones, and each of them with every request
def language_of(accept_language: str | None) -> str:
    """`zh` or `en`, by an Accept-Language header; `zh` when it says nothing that we speak."""
    if not accept_language:
        return CHINESE
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:200].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip().split("-")[0].lower()))
        except ValueError:
            continue
    ordered = [tag for _, tag in sorted(wanted, key=lambda pair: pair[0])]
    return negotiate_locale(ordered, [CHINESE, ENGLISH]) or CHINESE


# pydantic's error type -> what a person is told. Anything else: "格式不对".
_FIELD_WORDS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("必须填写", "This is needed"),
    "extra_forbidden": ("多余的内容", "This is not expected here"),
    "string_too_short": ("太短，至少 {min_length} 个字", "Too short: at least {min_length} characters"),
    "string_too_long": ("太长，最多 {max_length} 个字", "Too long: at most {max_length} characters"),
    "too_short": ("至少 {min_length} 项", "At least {min_length}"),
    "too_long": ("最多 {max_length} 项", "At most {max_length}"),
    "greater_than_equal": ("不能小于 {ge}", "Not less than {ge}"),
    "less_than_equal": ("不能大于 {le}", "Not more than {le}"),
    "greater_than": ("必须大于 {gt}", "More than {gt}"),
    "less_than": ("必须小于 {lt}", "Less than {lt}"),
    "enum": ("请从给出的选项中选择", "Choose one of the options"),
    "literal_error": ("请从给出的选项中选择", "Choose one of the options"),
    **dict.fromkeys(("decimal_parsing", "decimal_type", "finite_number"), ("请填写数字", "Enter a number")),
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), ("请填写整数", "Enter a whole number")),
    "decimal_max_digits": ("数字太长，最多 {max_digits} 位", "Too long: at most {max_digits} digits"),
    "decimal_whole_digits": ("数字太大", "This number is too large"),
    "timezone_aware": ("时间须带时区", "The time must carry its zone"),
    "date_from_datetime_parsing": ("请填写正确的日期", "Enter a real date"),
}
_FIELD_DEFAULT: Final = ("格式不对，请检查", "This is not in the right form")


def field_error(error_type: str, location: tuple[int | str, ...], context: dict[str, object]) -> FieldError:
    """One validation error as a pointer and a sentence. A rule's own words come as context `zh` and `en`."""
    zh, en = _FIELD_WORDS.get(error_type, _FIELD_DEFAULT)
    if "zh" in context and "en" in context:
        zh, en = str(context["zh"]), str(context["en"])
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
    known = {name: value for name, value in context.items() if isinstance(value, int | float | str | Decimal)}
    try:
        return FieldError(pointer, zh.format(**known), en.format(**known))
    except (KeyError, IndexError, ValueError):
        return FieldError(pointer, *_FIELD_DEFAULT)
