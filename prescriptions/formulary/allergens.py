"""What a recorded allergy says of a drug: same class, cross-reactions, the very same substance. By index.

People record allergies in words: a class (`青霉素类`, AL01), a member of one (`头孢克洛`), or a drug of the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from .agreement import NAMED, SAME
from .entries import Action, AllergyClass, CrossReaction, Formulary, Reaction
from .naming import Naming
from .spelling import plain, spellings

_GRAVITY: Final = {action: place for place, action in enumerate(Action)}


class Allergens:
    """The allergy classes and cross-reactions of one formulary, by what is met."""

    def __init__(self, formulary: Formulary, naming: Naming) -> None:
        self.classes: Final[Mapping[str, AllergyClass]] = {each.id: each for each in formulary.allergy_classes}
        self._naming: Final = naming
        self._classes_of_name: Final = _classes_by_name(formulary)
        self._classes_of_drug: Final = _classes_by_drug(formulary)
        crossing: defaultdict[tuple[str, str], list[CrossReaction]] = defaultdict(list)
        for rule in formulary.cross_reactions:
            crossing[_spelled(rule.allergen), _spelled(rule.target)].append(rule)
        self._crossing: Final = {pair: tuple(rules) for pair, rules in crossing.items()}

    def classes_of(self, allergy: str) -> tuple[AllergyClass, ...]:
        """The classes an allergy was recorded to, or the thing recorded belongs to."""
        return tuple(self.classes[each] for each in self._class_ids(allergy, self._naming.drugs_called(allergy)))

    def is_same(self, allergy: str, drug: str, subjects: Iterable[str]) -> bool:
        """Whether the drug, or a component of it, is what was recorded."""
        called = self._naming.drugs_called(allergy)
        return plain(allergy) == plain(drug) or any(subject in called for subject in subjects)

    def rules(
        self, allergy: str, drug: str, subjects: tuple[str, ...], reaction: Reaction | None
    ) -> tuple[CrossReaction, ...]:
        """The rows that hold for this allergy and drug, gravest first."""
        called = self._naming.drugs_called(allergy)
        sources = (*self._class_ids(allergy, called), *(NAMED + each for each in spellings(allergy)))
        targets = tuple(self._targets(drug, subjects))
        same = (SAME,) if self.is_same(allergy, drug, subjects) else ()
        found = {
            rule.id: rule
            for source in sources
            for target in (*targets, *same)
            for rule in _for_reaction(self._crossing.get((source, target), ()), reaction)
        }
        return tuple(sorted(found.values(), key=lambda rule: (_GRAVITY[rule.action], rule.id)))

    def _targets(self, drug: str, subjects: tuple[str, ...]) -> Iterator[str]:
        yield from subjects
        for subject in subjects:
            yield from self._classes_of_drug.get(subject, ())
        for spelling in spellings(drug):
            yield NAMED + spelling
            yield from self._classes_of_name.get(spelling, ())

    def _class_ids(self, allergy: str, called: tuple[str, ...]) -> tuple[str, ...]:
        found: dict[str, None] = {}  # an ordered set
        if allergy in self.classes:
            found[allergy] = None
        for drug_id in called:
            found.update(dict.fromkeys(self._classes_of_drug.get(drug_id, ())))
        for spelling in spellings(allergy):
            found.update(dict.fromkeys(self._classes_of_name.get(spelling, ())))
        return tuple(found)


def _spelled(name: str) -> str:
    return NAMED + plain(name.removeprefix(NAMED)) if name.startswith(NAMED) else name


def _for_reaction(rules: tuple[CrossReaction, ...], reaction: Reaction | None) -> tuple[CrossReaction, ...]:
    if reaction is None or reaction is Reaction.ANY:
        return rules
    return tuple(rule for rule in rules if rule.reaction is reaction) or tuple(
        rule for rule in rules if rule.reaction is Reaction.ANY
    )


def _classes_by_name(formulary: Formulary) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group in formulary.allergy_classes:
        for name in (group.id, group.name_en, group.name_zh, *group.name_zh.split("/"), *group.member_names):
            found[plain(name)][group.id] = None
    for alias in formulary.allergen_names:
        found[plain(alias.name)][alias.stands_for] = None
    return {name: tuple(ids) for name, ids in found.items()}


def _classes_by_drug(formulary: Formulary) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for group in formulary.allergy_classes:
        for drug_id in group.drug_ids:
            found[drug_id].append(group.id)
    return {drug_id: tuple(ids) for drug_id, ids in found.items()}
