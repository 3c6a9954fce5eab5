"""Whether the files of a formulary agree: every subject known, every name somebody's. Pure; finds all mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .cells import Mistake
from .entries import Formulary, HerbGroup, HerbRule

SAME = "same"
NAMED = "zh:"
CLASS = "class:"
_PAIRS = frozenset({HerbGroup.ACONITE, HerbGroup.LIQUORICE, HerbGroup.VERATRUM, HerbGroup.FEARS})


def disagreements(formulary: Formulary) -> list[Mistake]:
    """Every way in which the files contradict each other; rows are named by their ids."""
    return [*_unknown_subjects(formulary), *_unknown_allergies(formulary), *_names(formulary)]


def herbs_of(rules: Iterable[HerbRule]) -> set[str]:
    """The names under which rules speak of herbs and patent medicines."""
    return {rule.herb for rule in rules} | {rule.other for rule in rules if rule.group in _PAIRS}


def _subjects(formulary: Formulary) -> set[str]:
    classes = {CLASS + each for drug in formulary.drugs for each in drug.classes}
    return classes | {each.id for each in formulary.drugs} | {each.id for each in formulary.substances}


def _unknown_subjects(formulary: Formulary) -> Iterator[Mistake]:
    drugs = {drug.id for drug in formulary.drugs}
    known = _subjects(formulary)
    for each in formulary.substances:
        if each.id in drugs:
            yield Mistake("substances.csv", 0, f"“{each.id}”已是药品", f"{each.id} is a drug already")
    for drug in formulary.drugs:
        if not drug.classes:
            yield Mistake("drugs.csv", 0, f"“{drug.id}”没有类别", f"{drug.id} has no drug_class")
        for part in set(drug.components) - drugs:
            yield Mistake("drugs.csv", 0, f"“{drug.id}”的成分“{part}”未知", f"{drug.id}: component {part} is unknown")
    spoken = [
        *(
            ("interactions.csv", each.id, name)
            for each in formulary.interactions
            for name in (each.subject_a, each.subject_b)
        ),
        *(("contraindications.csv", each.id, each.subject) for each in formulary.contraindications),
        *(("prose_readings.csv", each.id, each.subject) for each in formulary.readings),
        *(("indications.csv", each.id, each.subject) for each in formulary.indications),
        *(("tcm_incompatibilities.csv", each.id, each.drug_id) for each in formulary.herb_rules if each.drug_id),
        *(("names.csv", each.name, each.drug_id) for each in formulary.names),
        *(("flags.csv", each.flag, each.drug_id) for each in formulary.flags),
        *(("look_alikes.csv", "", name) for each in formulary.look_alikes for name in (each.drug_a, each.drug_b)),
    ]
    yield from (_unknown(file, row, name) for file, row, name in spoken if name not in known)


def _unknown_allergies(formulary: Formulary) -> Iterator[Mistake]:
    classes = {each.id for each in formulary.allergy_classes}
    drugs = {drug.id for drug in formulary.drugs}
    known = _subjects(formulary) | classes
    for group in formulary.allergy_classes:
        yield from (_unknown("allergy_classes.csv", group.id, name) for name in group.drug_ids if name not in drugs)
    for cross in formulary.cross_reactions:
        if cross.allergen not in classes and not cross.allergen.startswith(NAMED):
            yield _unknown("cross_reactions.csv", cross.id, cross.allergen)
        if cross.target not in known and cross.target != SAME and not cross.target.startswith(NAMED):
            yield _unknown("cross_reactions.csv", cross.id, cross.target)
    for name in formulary.allergen_names:
        if name.stands_for not in classes:
            yield _unknown("allergen_names.csv", name.name, name.stands_for)


def _names(formulary: Formulary) -> Iterator[Mistake]:
    herbs = herbs_of(formulary.herb_rules)
    for alias in formulary.herb_aliases:
        if alias.stands_for not in herbs:
            yield _unknown("tcm_aliases.csv", alias.name, alias.stands_for)
        if alias.name in herbs:
            zh, en = f"“{alias.name}”自有规则，不能作别名", f"{alias.name} has rules of its own and is no alias"
            yield Mistake("tcm_aliases.csv", 0, zh, en)


def _unknown(file: str, row: str, name: str) -> Mistake:
    return Mistake(file, 0, f"{row}：“{name}”未知", f"{row}: {name} is unknown")
