"""What the checks ask of the drug data: one immutable Knowledge, built once from the files, every answer by index.

A check holds a Knowledge and asks; it never reads files and never walks through all rules. Asking costs the same with a
hundred drugs and ten thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from .entries import (
    AllergyClass,
    Contraindication,
    CrossReaction,
    Drug,
    Flag,
    Header,
    HerbRule,
    Indication,
    Interaction,
    Substance,
)

UNSIGNED_ZH: Final = "数据未经药师签核"
UNSIGNED_EN: Final = "Drug data not signed by a pharmacist"


class Knowledge:
    """The drug data with its indexes. `drugs`, `substances`, `allergy_classes` are by id."""

    header: Header
    drugs: Mapping[str, Drug]
    substances: Mapping[str, Substance]
    allergy_classes: Mapping[str, AllergyClass]

    @property
    def version(self) -> str:
        """The files' version, kept with every finding."""
        return self.header.version

    @property
    def signed_by(self) -> str | None:
        """The pharmacist who signed the files, None until one has."""
        return self.header.signed_by

    @property
    def signed_on(self) -> date | None:
        """The day of that signature."""
        return self.header.signed_on

    @property
    def unsigned_notice(self) -> str | None:
        """What every screen and print says while nobody has signed; None once somebody has."""
        return None if self.header.signed_by else UNSIGNED_ZH

    def drug(self, drug_id: str) -> Drug | None:
        """The drug of this id."""
        raise LookupError

    def find(self, name: str) -> Drug | None:
        """The one drug of this name: id, English, Chinese, trade name or synonym, whatever the case and blanks.

        None for a name nobody knows, and for one that several drugs have (`candidates` tells which).
        """
        raise LookupError

    def candidates(self, name: str) -> tuple[Drug, ...]:
        """The drugs a name that is not unique may mean; empty for a name nobody knows."""
        raise LookupError

    def form_is_assumed(self, name: str) -> bool:
        """Whether the name leaves the form open (`nifedipine`), so that the drug's dose limits may not be its own."""
        raise LookupError

    def rules_between(self, a: str, b: str) -> tuple[Interaction, ...]:
        """The interactions of two drugs or substances (by id), gravest first, each once; also of their components."""
        raise LookupError

    def contraindications_of(self, drug_id: str) -> tuple[Contraindication, ...]:
        """All rows about the drug, its components or its classes, in the files' order."""
        raise LookupError

    def classes_of_allergy(self, allergy: str) -> tuple[AllergyClass, ...]:
        """What was recorded as an allergy: a class by id or name, or the classes of a drug or substance by name."""
        raise LookupError

    def allergy_rules(self, allergy: str, drug_id: str) -> tuple[CrossReaction, ...]:
        """What a recorded allergy (class, drug or substance, by id or name) says of giving this drug, gravest first.

        Each row names the reaction it holds for; the check compares it with the one recorded. Empty: nothing is known.
        """
        raise LookupError

    def is_same_substance(self, allergy: str, drug_id: str) -> bool:
        """Whether the allergy was recorded to this very drug or one of its components."""
        raise LookupError

    def indications_of(self, drug_id: str) -> tuple[Indication, ...]:
        """For which disease groups the drug is usually given; empty: no map, so not covered."""
        raise LookupError

    def disease_groups(self, icd10: str) -> tuple[str, ...]:
        """The disease groups of an ICD-10 code, by its longest known beginning; empty when none is known."""
        raise LookupError

    def has_rules(self, drug_id: str) -> bool:
        """Whether any interaction or contraindication speaks of the drug; without, the drug is not covered."""
        raise LookupError

    def flags_of(self, drug_id: str) -> frozenset[Flag]:
        """High alert, skin test, narrow index, weekly, antimicrobial, cold chain."""
        raise LookupError

    def look_alikes_of(self, drug_id: str) -> tuple[str, ...]:
        """Ids of the drugs whose names are easily mistaken for this one's."""
        raise LookupError

    def herb(self, name: str) -> str | None:
        """The name under which rules speak of a herb or patent medicine; None for one that no rule knows."""
        raise LookupError

    def herb_rules_between(self, a: str, b: str) -> tuple[HerbRule, ...]:
        """十八反 and 十九畏 of two herbs, by any of their names."""
        raise LookupError

    def herb_pregnancy(self, name: str) -> tuple[HerbRule, ...]:
        """What pregnancy forbids (block) or asks caution for (warn) with this herb."""
        raise LookupError

    def herb_daily_cap(self, name: str) -> HerbRule | None:
        """The pharmacopoeia's daily cap of this herb in grams."""
        raise LookupError

    def herb_with_drug(self, name: str, drug_id: str) -> tuple[HerbRule, ...]:
        """What this herb or patent medicine says of a western drug or substance (by id) or its components."""
        raise LookupError


def shipped() -> Knowledge:
    """The product's own data, read once for the process. Raises: BadFormulary with everything that is wrong."""
    raise LookupError
