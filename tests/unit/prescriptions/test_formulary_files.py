"""The files of the formulary: what ships is in order, and every way of being wrong is told by file and line, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from prescriptions.formulary.entries import Condition, Control, HerbGroup
from prescriptions.formulary.reading import FOLDER, HEADER, BadFormulary, digest_of, files_in, read, read_folder

SHIPPED = files_in(FOLDER)


def _with(**changed: tuple[str, str]) -> Mapping[str, bytes]:
    """The shipped files with a text replaced once in some of them (`drugs=("old", "new")`)."""
    files = dict(SHIPPED)
    for name, (old, new) in changed.items():
        text = files[f"{name}.csv"].decode()
        assert old in text, (name, old)
        files[f"{name}.csv"] = text.replace(old, new, 1).encode()
    return files


def _told(files: Mapping[str, bytes]) -> list[str]:
    assert read(SHIPPED).drugs, "what ships is in order"
    with pytest.raises(BadFormulary) as refused:
        read(files)
    return [str(each) for each in refused.value.mistakes]


def test_what_ships_is_in_order_and_whole() -> None:
    formulary = read_folder()
    counts = {
        "drugs": 135,
        "interactions": 327,
        "contraindications": 263,
        "allergy_classes": 26,
        "herb_rules": 529,
    }
    assert {name: len(getattr(formulary, name)) for name in counts} == counts
    assert sum(rule.group is HerbGroup.DAILY_CAP_G for rule in formulary.herb_rules) == 80
    assert all(rule.cap_g for rule in formulary.herb_rules if rule.group is HerbGroup.DAILY_CAP_G)


def test_nobody_has_signed_what_ships() -> None:
    header = read_folder().header
    assert header.version
    assert header.source
    assert (header.signed_by, header.signed_on) == (None, None)


def test_every_allergy_class_with_a_rule_in_prose_has_a_row_that_machines_read() -> None:
    formulary = read_folder()
    read_of = {each.allergen for each in formulary.cross_reactions}
    assert {each.id for each in formulary.allergy_classes} <= read_of
    assert all(each.source and each.reason_zh for each in formulary.cross_reactions)


def test_a_figure_is_read_as_it_is_written() -> None:
    drugs = {each.id: each for each in read_folder().drugs}
    assert drugs["metoprolol_succ_er"].usual_daily_min == Decimal("11.875")
    assert drugs["insulin_glargine"].max_daily is None
    assert (drugs["methotrexate_weekly"].is_weekly, drugs["methotrexate_weekly"].dose_unit) == (True, "mg")
    assert drugs["irbesartan_hctz"].classes == ("ARB", "THIAZIDE")
    assert drugs["tramadol"].control is Control.PSYCHOTROPIC_II


def test_laboratory_rules_name_tests_and_days() -> None:
    rules = {each.id: each for each in read_folder().contraindications}
    assert (rules["CI259"].tests, rules["CI259"].within_days) == (("TSH", "ALT"), 180)
    assert (rules["CI107"].tests, rules["CI107"].within_days) == (("HLA-B*15:02",), None)
    assert (rules["CI257"].tests, rules["CI257"].condition) == (("Li",), Condition.LAB_REQUIRED)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"drugs": ("levamlodipine,Lev", "amlodipine,Lev")}, "drugs.csv:3  “amlodipine”与第2行重复"),
        ({"interactions": ("IX002,", "IX001,")}, "interactions.csv:3  “IX001”与第2行重复"),
        ({"interactions": ("class:ARNI", "class:ARNY")}, "IX001: class:ARNY is unknown"),
        ({"contraindications": ("CI005,warfarin", "CI005,warfarine")}, "CI005: warfarine is unknown"),
        ({"contraindications": ("pregnancy,,,block", "pregnancie,,,block")}, "condition_type is 'pregnancie'"),
        ({"contraindications": ("egfr_lt,30,,block", "egfr_lt,thirty,,block")}, "condition_value must be a number"),
        ({"contraindications": ("max_daily=1000", "max_daily~1000")}, "limit must be like max_daily=40"),
        ({"contraindications": ("diagnosis,J45,", "diagnosis,asthma,")}, "'asthma' is not an ICD-10 code"),
        ({"drugs": ("mg,2.5,10,10,1", "mg,12.5,10,10,1")}, "usual_daily_min <= usual_daily_max <= max_daily"),
        ({"drugs": ("mg,2.5,10,10,1", "mg,2.5,10,5,1")}, "usual_daily_min <= usual_daily_max <= max_daily"),
        ({"drugs": ("mg,2.5,10,10,1", "mg,-2.5,10,10,1")}, "usual_daily_min must be a number, not '-2.5'"),
        ({"drugs": ("mg,2.5,10,10,1", "mg,NaN,10,10,1")}, "usual_daily_min must be a number, not 'NaN'"),
        ({"drugs": ("C08CA01", "C08")}, "'C08' is not an ATC code"),
        ({"drugs": ("high,,\nlev", "sure,,\nlev")}, "confidence is 'sure'"),
        ({"drugs": ("CCB_DHP,PO", "CCB_DHP")}, "19 columns instead of 20"),
        ({"drugs": ("generic_zh,", "")}, "missing columns: generic_zh"),
        ({"drugs": ("drug_id,", "drug_id,colour,")}, "unknown columns: colour"),
        ({"drugs": ("valsartan;amlodipine\n", "valsartan;amlodipin\n")}, "component amlodipin is unknown"),
        ({"allergy_classes": (",amoxicillin,", ",amoxycillin,")}, "AL01: amoxycillin is unknown"),
        ({"cross_reactions": (",AL02,immediate", ",AL99,immediate")}, "CR002: AL99 is unknown"),
        ({"tcm_incompatibilities": ("细辛,3,", "细辛,three,")}, "subject_b_or_value must be a number"),
        ({"tcm_aliases": ("川贝,川贝母", "川贝,川贝木")}, "川贝木 is unknown"),
        ({"names": ("amlodipine,络活喜", "amlodipin,络活喜")}, "络活喜: amlodipin is unknown"),
    ],
)
def test_a_mistake_is_told_with_its_place(changed: dict[str, tuple[str, str]], told: str) -> None:
    assert any(told in line for line in _told(_with(**changed)))


def test_all_mistakes_are_told_at_once() -> None:
    told = _told(
        _with(drugs=("C08CA01", "C08"), interactions=("IX002,", "IX001,"), tcm_aliases=("川贝,川贝母", "川贝,木"))
    )
    assert {line.split(":")[0].split("  ")[0] for line in told} == {"drugs.csv", "interactions.csv", "tcm_aliases.csv"}


def test_a_drug_with_a_mistake_is_not_called_unknown_as_well() -> None:
    told = _told(_with(drugs=("C08CA01", "C08")))
    assert len(told) == 1


def test_another_encoding_is_refused_with_its_line() -> None:
    files = {**SHIPPED, "drugs.csv": SHIPPED["drugs.csv"].decode().encode("gb18030")}
    told = _told(files)
    assert any(line.startswith("drugs.csv:2  文件编码不是UTF-8") for line in told)


def test_a_file_with_the_mark_of_utf8_is_read() -> None:
    files = {name: b"\xef\xbb\xbf" + content for name, content in SHIPPED.items()}
    assert len(read(files).drugs) == 135


def test_a_missing_file_and_one_that_nobody_knows_are_told() -> None:
    files = {name: content for name, content in SHIPPED.items() if name != "flags.csv"}
    told = _told({**files, "more.csv": b"a,b\n"})
    assert any("flags.csv" in line and "missing" in line for line in told)
    assert any("more.csv" in line and "known" in line for line in told)


def test_a_binary_file_is_refused() -> None:
    assert any("不是文本文件" in line for line in _told({**SHIPPED, "names.csv": b"drug_id,name,kind\n\0\0\n"}))


def _signed(by: str, on: str, digest: str) -> bytes:
    return f"version,source,signed_by,signed_on,signed_digest\n2026.12.1,labels,{by},{on},{digest}\n".encode()


def test_a_signature_holds_for_exactly_these_files() -> None:
    signed = {**SHIPPED, HEADER: _signed("王药师", "2026-12-01", digest_of(SHIPPED))}
    assert read(signed).header.signed_by == "王药师"
    other = {**_with(drugs=("mg,2.5,10,10,1", "mg,2.5,10,15,1")), HEADER: signed[HEADER]}
    assert any("changed after they were signed" in line for line in _told(other))


@pytest.mark.parametrize(("by", "on"), [("王药师", ""), ("", "2026-12-01"), ("王药师", "1.12.2026")])
def test_half_a_signature_is_none(by: str, on: str) -> None:
    assert any("header.csv:2" in line for line in _told({**SHIPPED, HEADER: _signed(by, on, digest_of(SHIPPED))}))
