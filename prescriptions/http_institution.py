"""An institution's own list of drugs over HTTP, and the code tables that were loaded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.answers import Upload
from server.foundation.errors import TooLarge
from server.foundation.routes import Query, Routes, View
from server.foundation.work import Work

from .institution import code_tables, keeping
from .institution.code_tables import System

routes = Routes()
_MAY: Final = "prescriptions.keep_list"
_MAY_LOOK: Final = "prescriptions.look_up"
_PAGE: Final = 50


class ListQuery(Query):
    """Which part of the list: by name or code, only what the checks do not cover, after a local code."""

    q: Annotated[str, Field(max_length=60)] = ""
    not_covered: bool = False
    after: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = _PAGE


class ListedDrugView(View):
    """One product of the list; `drug_id` None: the drug data do not hold it, prescriptions with it are not covered."""

    id: UUID
    local_code: str
    drug_id: str | None
    name: str
    trade_name: str
    strength: str
    form: str
    manufacturer: str
    unit: str
    price: float | None
    stock: float | None
    insurance_code: str
    payment_limit: str
    antimicrobial_grade: str | None
    changed_at: datetime


class ListImportView(View):
    """The last import."""

    at: datetime
    by: UUID
    file_name: str
    listed: int
    added: int
    changed: int
    removed: int
    not_covered: int


class DrugListView(View):
    """A page of the own institution's list, and how the whole stands."""

    listed: int
    covered: int
    last_import: ListImportView | None
    drugs: list[ListedDrugView]


class ImportQuery(Query):
    """`only_try`: report what the file would do, take nothing."""

    only_try: bool = False


class ImportLineView(View):
    """What is wrong or worth knowing in one line of the file; line 0 is the whole file."""

    line: int
    zh: str
    en: str


class ImportReportView(View):
    """What an import did, or would do. Nothing is taken while there is one mistake; long lists are cut, counts are whole."""

    taken: bool
    listed: int
    added: int
    changed: int
    removed: int
    not_covered: int
    mistake_count: int
    notice_count: int
    mistakes: tuple[ImportLineView, ...]
    notices: tuple[ImportLineView, ...]


class CodeTableView(View):
    """A loaded table."""

    system: str
    version: str
    entries: int
    loaded_at: datetime


class CodeQuery(Query):
    """In which table, and what somebody types."""

    system: System
    q: Annotated[str, Field(max_length=60)]


class CodeEntryView(View):
    """One code."""

    code: str
    name: str
    name_en: str


@routes.get("/api/institution-drugs", may=_MAY)
async def list_institution_drugs(work: Work, query: ListQuery) -> DrugListView:
    """The own institution's list, by local code."""
    state = await keeping.list_state(work)
    found = await keeping.listed_drugs(
        work, query.q, only_not_covered=query.not_covered, after=query.after, limit=query.limit
    )
    return DrugListView(
        listed=state.listed,
        covered=state.covered,
        last_import=ListImportView.model_validate(state.last) if state.last else None,
        drugs=[ListedDrugView.model_validate(each) for each in found],
    )


@routes.post("/api/institution-drugs", may=_MAY, problems=(TooLarge,))
async def import_institution_drugs(work: Work, query: ImportQuery, upload: Upload) -> ImportReportView:
    """Import the list as a CSV file in UTF-8: it takes the place of the one before, unless a line has a mistake."""
    return ImportReportView.model_validate(await keeping.import_list(work, upload, only_try=query.only_try))


@routes.get("/api/code-tables", may=_MAY_LOOK)
async def list_code_tables(work: Work) -> list[CodeTableView]:
    """Which official code tables are loaded."""
    return [CodeTableView.model_validate(each) for each in await code_tables.loaded_tables(work)]


@routes.get("/api/codes", may=_MAY_LOOK)
async def find_codes(work: Work, query: CodeQuery) -> list[CodeEntryView]:
    """Find a code by code, name or pinyin initials; nothing while the table is not loaded."""
    return [CodeEntryView.model_validate(each) for each in await code_tables.find_codes(work, query.system, query.q)]
