"""Official code tables that a hospital loads itself: ICD-10 国临版, insurance codes, ATC. None is shipped with the product."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from prescriptions import store_formulary as store
from prescriptions.formulary.cells import Mistake, rows
from prescriptions.formulary.reading import BadFormulary
from prescriptions.formulary.spelling import plain
from prescriptions.model_formulary import CodeEntry, CodeTable
from server.foundation.work import Work

from .listing import spelled

MOST_CODES: Final = 300_000
_LONGEST: Final = 200


class System(StrEnum):
    """Which tables can be loaded."""

    ICD10_CN = "icd10-cn"  # 疾病分类代码国家临床版
    INSURANCE = "insurance"  # 医保药品编码
    ATC = "atc"


def read_codes(name: str, content: bytes) -> list[dict[str, str]]:
    """The codes of a CSV file with the columns code, name and perhaps name_en. Raises: BadFormulary with every mistake."""
    mistakes: list[Mistake] = []
    found: dict[str, dict[str, str]] = {}
    for row in rows(name, content, ("code", "name"), mistakes, ("name_en",)):
        code = row.needed("code")
        if code in found:
            row.wrong(f"编码“{code}”重复", f"{code} stands twice")
        title, title_en = row.needed("name"), row.text("name_en", longest=_LONGEST)
        found[code] = {"code": code, "name": title, "name_en": title_en, "spelled": spelled(code, title, title_en)}
        if len(found) > MOST_CODES:
            row.wrong(f"最多{MOST_CODES}行", f"at most {MOST_CODES} rows")
            break
    if not found and not mistakes:
        mistakes.append(Mistake(name, 0, "文件中没有编码", "the file holds no code"))
    if mistakes:
        raise BadFormulary(mistakes)
    return list(found.values())


async def load_codes(work: Work, system: System, version: str, name: str, content: bytes) -> int:
    """Put a table in the place of the one loaded before; gives how many codes it holds. Raises: BadFormulary."""
    found = await asyncio.to_thread(read_codes, name, content)
    table = CodeTable(system=system, version=version, entries=len(found), loaded_at=work.now)
    await store.replace_codes(work.session, table, [{**each, "system": system.value} for each in found])
    work.audit("code_table.load", "code_table", system.value)
    return len(found)


async def loaded_tables(work: Work) -> Sequence[CodeTable]:
    """Which tables are loaded, and in which version."""
    return await store.code_tables(work.session)


async def find_codes(work: Work, system: System, text: str, limit: int = 20) -> Sequence[CodeEntry]:
    """Codes that fit what somebody types: code, name, pinyin or its initials; none while no table is loaded."""
    wanted = plain(text)
    return await store.codes_like(work.session, system, wanted, limit) if wanted else ()
