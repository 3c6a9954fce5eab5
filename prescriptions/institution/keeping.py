"""Use cases of an institution's list: import it with a report, look at it, and what it says of drugs being prescribed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from prescriptions import store_formulary as store
from prescriptions.checks.picture import Grade, Local
from prescriptions.formulary.cells import Mistake
from prescriptions.formulary.knowledge import shipped
from prescriptions.formulary.spelling import plain
from prescriptions.model_formulary import InstitutionDrug, InstitutionImport
from server.foundation.answers import Upload
from server.foundation.errors import TooLarge
from server.foundation.work import Work

from .listing import Listed, Reading, read_list

LARGEST_FILE: Final = 8_000_000
INSURANCE: Final = "insurance"
_SHOWN: Final = 200
_DRUG_FIELDS: Final = tuple(name for name in Listed.__dataclass_fields__ if name != "local_code")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: nothing is taken while there is one mistake. Long lists are cut, counts are whole."""

    taken: bool
    listed: int
    added: int
    changed: int
    removed: int
    not_covered: int
    mistake_count: int
    notice_count: int
    mistakes: tuple[Mistake, ...]
    notices: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class ListState:
    """How an institution's list stands."""

    listed: int
    covered: int
    last: InstitutionImport | None


async def import_list(work: Work, upload: Upload, *, only_try: bool) -> ImportReport:
    """Read a file and, unless it is only tried or has a mistake, put it in the place of the list.

    Raises: TooLarge.
    """
    content = await _whole(upload)  # before the database is touched
    organisation_id = work.actor.organisation
    table = await store.code_table(work.session, INSURANCE)
    reading = await asyncio.to_thread(read_list, content, shipped())
    notices = reading.notices + (await _unknown_insurance(work, reading) if table else ())
    await store.lock_list(work.session, organisation_id)
    known = {row.local_code: row for row in await store.whole_list(work.session, organisation_id)}
    wanted = {each.local_code: each for each in reading.listed}
    added = [code for code in wanted if code not in known]
    changed = [code for code, each in wanted.items() if code in known and _differs(known[code], each)]
    removed = [code for code in known if code not in wanted]
    taken = not only_try and not reading.mistakes
    report = ImportReport(
        taken=taken,
        listed=len(wanted),
        added=len(added),
        changed=len(changed),
        removed=len(removed),
        not_covered=sum(each.drug_id is None for each in reading.listed),
        mistake_count=len(reading.mistakes),
        notice_count=len(notices),
        mistakes=reading.mistakes[:_SHOWN],
        notices=notices[:_SHOWN],
    )
    if taken:
        await store.put(work.session, [_row(work, wanted[code], known.get(code)) for code in (*added, *changed)])
        await store.remove(work.session, [known[code].id for code in removed])
        _keep(work, organisation_id, upload.name, report)
    return report


async def list_state(work: Work) -> ListState:
    """How the own institution's list stands."""
    listed, covered = await store.counts(work.session, work.actor.organisation)
    return ListState(listed, covered, await store.last_import(work.session, work.actor.organisation))


async def listed_drugs(
    work: Work, text: str, *, only_not_covered: bool, after: str, limit: int
) -> list[InstitutionDrug]:
    """A page of the own institution's list, by local code."""
    found = await store.page(work.session, work.actor.organisation, plain(text), only_not_covered, after, limit)
    return list(found)


async def local_of(work: Work, organisation_id: UUID, drug_ids: Collection[str]) -> Mapping[str, Local]:
    """What an institution's list says of drugs, for the picture that is checked; empty where it keeps no list.

    A drug that the list does not hold is not listed. Of several products the one with most stock speaks.
    """
    listed, _ = await store.counts(work.session, organisation_id)
    if not listed:
        return {}
    found = {drug_id: Local(listed=False) for drug_id in drug_ids}
    for row in reversed(await store.of_drugs(work.session, organisation_id, drug_ids)):
        if row.drug_id:
            grade = Grade(row.antimicrobial_grade) if row.antimicrobial_grade else None
            found[row.drug_id] = Local(True, row.payment_limit, grade, row.price, row.stock)
    return found


async def _whole(upload: Upload) -> bytes:
    content = bytearray()
    async for part in upload.stream:
        content += part
        if len(content) > LARGEST_FILE:
            raise TooLarge
    return bytes(content)


async def _unknown_insurance(work: Work, reading: Reading) -> tuple[Mistake, ...]:
    codes = {each.insurance_code for each in reading.listed if each.insurance_code}
    known = await store.codes_among(work.session, INSURANCE, codes)
    return tuple(
        Mistake(
            each.local_code,
            0,
            f"“{each.name}”的医保编码{each.insurance_code}不在已载入的编码表中",
            f"{each.local_code}: insurance code {each.insurance_code} is not in the loaded table",
        )
        for each in reading.listed
        if each.insurance_code and each.insurance_code not in known
    )


def _differs(row: InstitutionDrug, listed: Listed) -> bool:
    return any(getattr(row, name) != getattr(listed, name) for name in _DRUG_FIELDS)


def _row(work: Work, listed: Listed, known: InstitutionDrug | None) -> dict[str, Any]:
    return {
        **asdict(listed),
        "id": known.id if known else work.new_id(),
        "organisation_id": work.actor.organisation,
        "changed_at": work.now,
    }


def _keep(work: Work, organisation_id: UUID, file_name: str, report: ImportReport) -> None:
    row = InstitutionImport(
        id=work.new_id(),
        organisation_id=organisation_id,
        at=work.now,
        by=work.actor.person,
        file_name=file_name,
        listed=report.listed,
        added=report.added,
        changed=report.changed,
        removed=report.removed,
        not_covered=report.not_covered,
    )
    store.keep_import(work.session, row)
    work.audit("institution_drugs.import", "institution_drugs", str(organisation_id))
