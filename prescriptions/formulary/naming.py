"""Which drug a name means: id, English, Chinese, trade name, synonym. A name of several drugs means none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from .entries import Drug, Formulary, NameKind
from .spelling import plain, spellings


class Naming:
    """The index of names of one formulary."""

    def __init__(self, formulary: Formulary) -> None:
        own: defaultdict[str, dict[str, None]] = defaultdict(dict)  # a dict as an ordered set
        open_form: defaultdict[str, dict[str, None]] = defaultdict(dict)
        further: defaultdict[str, list[str]] = defaultdict(list)
        for drug in formulary.drugs:
            for name in _own_names(drug):
                own[name][drug.id] = None
        for each in formulary.names:
            further[each.drug_id].append(each.name)
            into = open_form if each.kind is NameKind.FORM_OPEN else own
            into[plain(each.name)][each.drug_id] = None
        self._substances: Final = {
            plain(name): each.id
            for each in formulary.substances
            for name in (each.id, each.name_en, each.name_zh, *each.name_zh.split("/"), *each.names)
        }
        self._own: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(ids) for name, ids in own.items()}
        self._open: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(ids) for name, ids in open_form.items()}
        self._further: Final[Mapping[str, tuple[str, ...]]] = {each: tuple(names) for each, names in further.items()}

    def substance_called(self, name: str) -> str | None:
        """The id of the substance of this name."""
        return self._substances.get(plain(name))

    def drugs_called(self, name: str) -> tuple[str, ...]:
        """The ids of the drugs of this name, the exact form before the open one."""
        for spelling in spellings(name):
            if found := self._own.get(spelling) or self._open.get(spelling):
                return found
        return ()

    def leaves_form_open(self, name: str) -> bool:
        """Whether only the ingredient is named."""
        for spelling in spellings(name):
            if spelling in self._own:
                return False
            if spelling in self._open:
                return True
        return False

    def further_names(self, drug_id: str) -> tuple[str, ...]:
        """Trade names and synonyms, as written."""
        return self._further.get(drug_id, ())


def _own_names(drug: Drug) -> Iterator[str]:
    yield plain(drug.id)
    yield plain(drug.name_en)
    yield plain(drug.name_zh)
