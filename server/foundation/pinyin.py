"""How Chinese names sound, for prefix search and Chinese order where the database has no ICU.

The library's tables take half a second to load, so they are loaded when the first name is asked for, not at start.
"""

from __future__ import annotations


def sounds(name: str) -> tuple[str, str]:
    """The pinyin of a name without tones and blanks, in lower case; and its initials."""
    from pypinyin import Style, lazy_pinyin  # here, because loading its tables would slow every start

    whole = "".join(lazy_pinyin(name)).casefold().replace(" ", "")
    return whole, "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).casefold().replace(" ", "")
