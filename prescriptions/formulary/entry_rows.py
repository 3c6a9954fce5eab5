"""One line of each data file, made into its entry: what a cell may say, and which figures must agree within the line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from .cells import Row
from .entries import (
    Action,
    Alias,
    AliasKind,
    AllergyClass,
    Condition,
    Confidence,
    Contraindication,
    Control,
    CrossReaction,
    Drug,
    Flag,
    FlagRow,
    HerbGroup,
    HerbRule,
    Indication,
    Interaction,
    LookAlike,
    Name,
    NameKind,
    Reaction,
    Severity,
    Substance,
)

_WEEKLY: Final = "/week"
_LAB: Final = re.compile(r"(?P<tests>.+?)(?: within (?P<days>\d{1,4}) d)?")
_LIMIT: Final = re.compile(r"max_daily=(\d[\d.]*)")
_ID: Final = re.compile(r"[a-z][a-z0-9_]{1,59}")
_ATC: Final = re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}")


def drug(row: Row) -> Drug:
    """A line of drugs.csv."""
    unit = row.needed("dose_unit")
    low, high = row.needed_number("usual_daily_min"), row.needed_number("usual_daily_max")
    ceiling = row.number("max_daily")
    if low > high or (ceiling is not None and high > ceiling):
        row.wrong(
            "剂量须满足：常用最小≤常用最大≤每日最大",
            "doses must rise: usual_daily_min <= usual_daily_max <= max_daily",
        )
    drug_id, atc = row.needed("drug_id"), row.needed("atc")
    if not _ID.fullmatch(drug_id):
        row.wrong(f"编号“{drug_id}”只能用小写字母、数字和下划线", f"{drug_id!r} is no id: a-z, 0-9, _")
    if not _ATC.fullmatch(atc):
        row.wrong(f"“{atc}”不是ATC编码", f"{atc!r} is not an ATC code")
    times = row.needed_number("times_per_day")
    if times <= 0:
        row.wrong("每日次数须大于0", "times_per_day must be above 0")
    return Drug(
        id=drug_id,
        name_en=row.needed("generic_en"),
        name_zh=row.needed("generic_zh"),
        atc=atc,
        classes=row.words("drug_class", "+"),
        components=row.words("components"),
        route=row.needed("route"),
        dose_unit=unit.removesuffix(_WEEKLY),
        usual_daily_min=low,
        usual_daily_max=high,
        max_daily=ceiling,
        times_per_day=times,
        is_weekly=unit.endswith(_WEEKLY),
        pregnancy=row.text("pregnancy"),
        renal=row.text("renal"),
        min_age_years=row.needed_number("min_age_years"),
        control=row.word("special_control", Control),
        online=row.yes("online_rx_allowed"),
        long_term=row.yes("long_term_rx_allowed"),
        confidence=row.word("confidence", Confidence),
        note=row.text("note"),
    )


def name(row: Row) -> Name:
    """A line of names.csv."""
    return Name(row.needed("drug_id"), row.needed("name"), row.word("kind", NameKind))


def substance(row: Row) -> Substance:
    """A line of substances.csv."""
    return Substance(
        row.needed("substance_id"),
        row.needed("name_zh"),
        row.needed("name_en"),
        row.words("names"),
        row.needed("explanation"),
    )


def interaction(row: Row) -> Interaction:
    """A line of interactions.csv."""
    return Interaction(
        row.needed("rule_id"),
        row.needed("subject_a"),
        row.needed("subject_b"),
        row.word("severity", Severity),
        row.needed("mechanism_effect"),
        row.text("management"),
        row.text("management_zh"),
        row.needed("reason_zh"),
        row.word("confidence", Confidence),
    )


_WITH_THRESHOLD: Final = frozenset({Condition.AGE_BELOW, Condition.AGE_ABOVE, Condition.EGFR_BELOW})


def contraindication(row: Row) -> Contraindication:
    """A line of contraindications.csv or prose_readings.csv."""
    condition = row.word("condition_type", Condition)
    tests, within_days = _lab(row) if condition is Condition.LAB_REQUIRED else ((), None)
    return Contraindication(
        id=row.needed("rule_id"),
        subject=row.needed("subject"),
        condition=condition,
        threshold=row.needed_number("condition_value") if condition in _WITH_THRESHOLD else None,
        icd10=_icd10(row) if condition is Condition.DIAGNOSIS else (),
        tests=tests,
        within_days=within_days,
        max_daily=_limit(row),
        action=row.word("action", Action),
        reason_en=row.needed("reason_en"),
        reason_zh=row.needed("reason_zh"),
        confidence=row.word("confidence", Confidence),
    )


def _lab(row: Row) -> tuple[tuple[str, ...], int | None]:
    found = _LAB.fullmatch(row.needed("condition_value"))
    if found is None:
        return (), None
    tests = tuple(test.removesuffix(" level").strip() for test in found["tests"].split(" and "))
    return tests, int(found["days"]) if found["days"] else None


def _icd10(row: Row) -> tuple[str, ...]:
    codes = row.words("condition_value")
    for code in codes:
        if not re.fullmatch(r"[A-Z]\d{2}(\.\d{1,2})?", code):
            row.wrong(f"“{code}”不是ICD-10编码", f"{code!r} is not an ICD-10 code")
    if not codes:
        row.wrong("缺少诊断编码", "condition_value names no diagnosis")
    return codes


def _limit(row: Row) -> Decimal | None:
    text = row.text("limit")
    found = _LIMIT.fullmatch(text)
    if text and not found:
        row.wrong(f"“limit”应如max_daily=40，现为“{text}”", f"limit must be like max_daily=40, not {text!r}")
    return row.as_number("limit", found[1]) if found else None


def allergy_class(row: Row) -> AllergyClass:
    """A line of allergy_classes.csv."""
    return AllergyClass(
        row.needed("class_id"),
        row.needed("class_en"),
        row.needed("class_zh"),
        row.words("member_drug_ids"),
        row.words("member_names_zh"),
        row.text("same_class_rule"),
        row.text("cross_reaction_rule"),
        row.word("default_action", Action),
        row.word("confidence", Confidence),
    )


def cross_reaction(row: Row) -> CrossReaction:
    """A line of cross_reactions.csv."""
    return CrossReaction(
        row.needed("rule_id"),
        row.needed("from"),
        row.needed("to"),
        row.word("reaction", Reaction),
        row.word("action", Action),
        row.needed("reason_en"),
        row.needed("reason_zh"),
        row.needed("source"),
        row.word("confidence", Confidence),
    )


def herb_rule(row: Row) -> HerbRule:
    """A line of tcm_incompatibilities.csv."""
    group, other = row.word("rule_group", HerbGroup), row.needed("subject_b_or_value")
    cap = row.as_number("subject_b_or_value", other) if group is HerbGroup.DAILY_CAP_G else None
    return HerbRule(
        row.needed("rule_id"),
        group,
        row.needed("subject_a"),
        other,
        row.word("action", Action),
        row.text("note"),
        cap,
        row.needed("drug_id") if group is HerbGroup.WITH_WESTERN else None,
    )


def indication(row: Row) -> Indication:
    """A line of indications.csv."""
    return Indication(
        row.needed("rule_id"),
        row.needed("subject"),
        row.words("disease_groups"),
        row.needed("source"),
        row.word("confidence", Confidence),
    )


def allergen_name(row: Row) -> Alias:
    """A line of allergen_names.csv."""
    return Alias(row.needed("name"), row.needed("class_id"))


def herb_alias(row: Row) -> Alias:
    """A line of tcm_aliases.csv."""
    row.word("kind", AliasKind)
    row.word("confidence", Confidence)
    return Alias(row.needed("alias"), row.needed("name"))


def flag(row: Row) -> FlagRow:
    """A line of flags.csv."""
    return FlagRow(row.needed("drug_id"), row.word("flag", Flag), row.needed("source"))


def look_alike(row: Row) -> LookAlike:
    """A line of look_alikes.csv."""
    return LookAlike(row.needed("drug_a"), row.needed("drug_b"), row.needed("source"))
