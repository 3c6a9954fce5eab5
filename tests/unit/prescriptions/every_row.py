"""For every row of the drug data a prescription that meets it: what the test of reachability asks the checks about."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Final

from prescriptions.checks.picture import Allergy, Diagnosis, Item, PatientPicture, Picture, Sex, Taking
from prescriptions.formulary.entries import (
    AllergyClass,
    Condition,
    Contraindication,
    CrossReaction,
    Drug,
    HerbGroup,
    HerbRule,
    Interaction,
    Reaction,
)
from prescriptions.formulary.knowledge import Knowledge

from .cases_meeting import pieces
from .pictures import a_patient, a_picture, a_woman, an_item, creatinine

WORDS: Final = {
    Reaction.ANY: "",
    Reaction.IMMEDIATE: "过敏性休克",
    Reaction.SEVERE_SKIN: "SJS",
    Reaction.BLOOD_OR_LIVER: "粒细胞缺乏",
    Reaction.HIT: "肝素诱导的血小板减少",
    Reaction.MILD_RASH: "皮疹",
    Reaction.INTOLERANCE: "不耐受",
}


def drugs_of(subject: str, knowledge: Knowledge) -> list[Drug]:
    """The drugs a subject means; none for a substance that is no drug."""
    if subject.startswith("class:"):
        return [drug for drug in knowledge.drugs.values() if subject in drug.subjects]
    drug = knowledge.drug(subject)
    return [drug] if drug else []


def a_line(drug: Drug, line: int = 1) -> Item:
    """This drug at its usual smallest dose."""
    return an_item(drug.id, str(drug.usual_daily_min), line)


def meeting(rule: Interaction, knowledge: Knowledge) -> Iterator[Picture]:
    """Pairs of drugs the rule may speak of; a substance is taken already."""
    a, b = (drugs_of(subject, knowledge) for subject in (rule.subject_a, rule.subject_b))
    for one, other in product(a, b):
        if one.id != other.id:
            yield a_picture(a_line(one), a_line(other, 2))
    for drugs, subject in ((a, rule.subject_b), (b, rule.subject_a)):
        if substance := knowledge.substances.get(subject):
            taken = Taking(substance.names[0], knowledge.id_of(substance.names[0]))
            yield from (a_picture(a_line(drug), current=(taken,)) for drug in drugs)


def contraindicated(row: Contraindication, knowledge: Knowledge) -> Iterator[Picture]:
    """Patients for whom the row holds, with each drug it speaks of; a dose above the limit where it has one."""
    for drug in drugs_of(row.subject, knowledge):
        line = a_line(drug)
        if row.max_daily is not None:
            line = an_item(drug.id, str(row.max_daily + Decimal("0.5")))
        yield from (a_picture(line, patient=patient) for patient in patients_of(row))


def patients_of(row: Contraindication) -> Iterator[PatientPicture]:
    """Patients for whom the row holds, the nearest to its threshold first."""
    if row.condition in (Condition.PREGNANCY, Condition.TRIMESTER_1, Condition.TRIMESTER_3):
        weeks = {Condition.TRIMESTER_1: 8, Condition.TRIMESTER_3: 32}.get(row.condition, 20)
        yield a_woman(pregnant=True, pregnancy_weeks=weeks)
    elif row.condition is Condition.LACTATION:
        yield a_woman(lactating=True)
    elif row.condition is Condition.DIAGNOSIS:
        yield from (a_patient(diagnoses=(Diagnosis(code),)) for code in row.icd10)
    elif row.condition is Condition.LAB_REQUIRED:
        yield a_patient(results=())
    elif row.condition is Condition.EGFR_BELOW:
        # Men of 58 and 70 kg: from no function left to almost normal.
        yield from (a_patient(results=(creatinine(str(umol)),)) for umol in range(60, 1600, 20))
    else:
        assert row.threshold is not None
        years = int(row.threshold) + (-1 if row.condition is Condition.AGE_BELOW else 1)
        yield a_patient(age=years, weight_kg=Decimal(30), sex=Sex.FEMALE)


def allergic(rule: CrossReaction, knowledge: Knowledge) -> Iterator[Picture]:
    """Somebody with this allergy and reaction gets what the row speaks of."""
    allergen = rule.allergen.removeprefix("zh:")
    for name in given_by(rule, knowledge):
        allergens = (allergen, name) if rule.target == "same" else (allergen,)
        for to in allergens:
            allergy = Allergy(to, WORDS[rule.reaction])
            yield a_picture(an_item(name, "1"), patient=a_patient(allergies=(allergy,)))


def given_by(rule: CrossReaction, knowledge: Knowledge) -> Iterator[str]:
    """Names of what the row speaks of being given."""
    if rule.target.startswith("zh:"):
        yield rule.target.removeprefix("zh:")
    elif group := knowledge.allergy_classes.get(rule.allergen if rule.target == "same" else rule.target):
        yield from group.drug_ids
        yield from group.member_names
        yield "当归"  # of herbs, when the class is Chinese medicine
    else:
        yield from (drug.id for drug in drugs_of(rule.target, knowledge))


def of_class(group: AllergyClass) -> Iterator[Picture]:
    """Somebody allergic to the class gets each of its members."""
    for name in (*group.drug_ids, *group.member_names):
        for to in (group.id, group.name_zh, name):
            yield a_picture(an_item(name, "1"), patient=a_patient(allergies=(Allergy(to, ""),)))


def with_herb(rule: HerbRule, knowledge: Knowledge) -> Iterator[Picture]:
    """The herb with what the row says it must not meet."""
    if rule.group in (HerbGroup.PREGNANCY_FORBIDDEN, HerbGroup.PREGNANCY_CAUTION):
        yield pieces(rule.herb, patient=a_woman(pregnant=True, pregnancy_weeks=20))
    elif rule.cap_g is not None:
        yield pieces((rule.herb, str(rule.cap_g + Decimal("0.01"))))
    elif rule.drug_id is None:
        yield pieces(rule.herb, rule.other)
    elif drug := knowledge.drug(rule.drug_id):
        yield a_picture(a_line(drug), current=(Taking(rule.herb),))
    else:
        yield a_picture(
            an_item(rule.herb, "1"), current=(Taking(knowledge.substances[rule.drug_id].names[0], rule.drug_id),)
        )
