"""How a name is compared: case, width, blanks and hyphens do not count, nor the plain dosage forms at a Chinese name's end.

Forms that change the dose (缓释, 控释, 肠溶, 舌下) stay part of the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_UNSPOKEN: Final = re.compile(r"[\s\-_·.,'\"®™]+")
_PLAIN_FORM: Final = re.compile(r"(?<=[\u4e00-\u9fff])(薄膜衣片|分散片|片剂|胶囊剂|软胶囊|胶囊|片)$")
_CHANGING: Final = re.compile(r"(缓释|控释|肠溶|舌下|咀嚼|泡腾|口崩|饮|甲|附|顺)$")


@lru_cache(maxsize=16_384)
def plain(name: str) -> str:
    """The name as it is compared."""
    return _UNSPOKEN.sub("", unicodedata.normalize("NFKC", name).casefold())


def spellings(name: str) -> Iterator[str]:
    """The name as it is compared, then without a plain dosage form at its end: 氨氯地平片 is 氨氯地平 as well."""
    whole = plain(name)
    yield whole
    shorter = _PLAIN_FORM.sub("", whole)
    if shorter != whole and not _CHANGING.search(shorter):
        yield shorter
