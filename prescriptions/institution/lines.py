"""Which drug a written line means, and what the institution's list says of it. The name decides: it is what people read.

An id that does not belong to the name beside it is never believed, so that nothing else is checked than what is signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prescriptions import store_formulary as store
from prescriptions.checks.picture import Local
from prescriptions.content import Content, Kind, Line
from prescriptions.formulary.knowledge import shipped
from prescriptions.formulary.spelling import plain
from server.foundation.actor import OrganisationId
from server.foundation.work import Work

from .keeping import local_of


async def named(work: Work, organisation_id: OrganisationId, content: Content) -> Content:
    """The content with each line's drug as its name says; None for what the drug data do not hold, and for pieces."""
    if content.kind is Kind.TCM_PIECES:
        return content.model_copy(update={"items": tuple(_with_drug(line, None) for line in content.items)})
    meant = [_meant(line) for line in content.items]
    told = {line.drug_id for line, drug_id in zip(content.items, meant, strict=True) if line.drug_id and not drug_id}
    products = {
        (plain(name), row.drug_id)
        for row in await store.of_drugs(work.session, organisation_id, told)
        for name in (row.name, row.trade_name)
        if name
    }
    items = tuple(
        _with_drug(line, drug_id or (line.drug_id if (plain(line.name), line.drug_id) in products else None))
        for line, drug_id in zip(content.items, meant, strict=True)
    )
    return content.model_copy(update={"items": items})


async def local(work: Work, organisation_id: OrganisationId, items: Sequence[Line]) -> Mapping[str, Local]:
    """What the institution's list says of the lines' drugs, by drug."""
    return await local_of(work, organisation_id, {line.drug_id for line in items if line.drug_id})


def _meant(line: Line) -> str | None:
    """The drug of this name; of a name that several drugs share, the one whose id was told."""
    called = [drug.id for drug in shipped().candidates(line.name)]
    if len(called) == 1:
        return called[0]
    return line.drug_id if line.drug_id in called else None


def _with_drug(line: Line, drug_id: str | None) -> Line:
    return line if line.drug_id == drug_id else line.model_copy(update={"drug_id": drug_id})
