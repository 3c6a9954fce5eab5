"""Which drug a name means, and finding one while typing."""

from __future__ import annotations

import pytest

from prescriptions.formulary.knowledge import shipped
from prescriptions.formulary.search import DrugSearch


def _meant(name: str) -> str | None:
    drug = shipped().find(name)
    return drug.id if drug else None


@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("amlodipine", "amlodipine"),
        ("  AMLODIPINE besylate ", "amlodipine"),
        ("氨氯地平", "amlodipine"),
        ("苯磺酸氨氯地平片", "amlodipine"),
        ("络活喜", "amlodipine"),
        ("Norvasc", "amlodipine"),
        ("Ｎｏｒｖａｓｃ", "amlodipine"),
        ("Nifedipine (controlled-release)", "nifedipine_cr"),
        ("拜新同", "nifedipine_cr"),
        ("Sacubitril/valsartan", "sacubitril_valsartan"),
        ("acetaminophen", "paracetamol"),
        ("methotrexate", "methotrexate_weekly"),
        ("格列齐特缓释片", "gliclazide_mr"),
        ("左氧氟沙星胶囊", "levofloxacin"),
    ],
)
def test_a_drug_is_found_by_each_of_its_names(name: str, drug: str) -> None:
    assert _meant(name) == drug


@pytest.mark.parametrize("name", ["", " ", "氨氯地平缓释片", "氯地平", "amlo", "聚乙二醇洛塞那肽"])
def test_a_name_that_is_nobodys_finds_nothing(name: str) -> None:
    assert _meant("氨氯地平") == "amlodipine"
    assert _meant(name) is None


def test_a_name_of_two_drugs_means_neither_and_says_which() -> None:
    assert _meant("酒石酸美托洛尔") == "metoprolol_tartrate"
    assert _meant("美托洛尔") is None
    assert {drug.id for drug in shipped().candidates("metoprolol")} == {"metoprolol_tartrate", "metoprolol_succ_er"}


def test_a_name_that_leaves_the_form_open_says_so() -> None:
    assert shipped().form_is_assumed("nifedipine")
    assert not shipped().form_is_assumed("硝苯地平控释片")


def test_substances_are_found_by_name_but_are_no_drugs() -> None:
    assert shipped().id_of("酒精") == "alcohol"
    assert _meant("alcohol") is None


def test_every_drug_is_found_by_its_own_names() -> None:
    knowledge = shipped()
    lost = [
        name
        for drug in knowledge.drugs.values()
        for name in (drug.id, drug.name_en, drug.name_zh)
        if _meant(name) != drug.id
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("aldp", "amlodipine"),
        ("anlvdiping", "amlodipine"),
        ("氨氯", "amlodipine"),
        ("amlo", "amlodipine"),
        ("norv", "amlodipine"),
        ("lhx", "amlodipine"),
        ("络活", "amlodipine"),
        ("ejsg", "metformin"),
        ("二甲", "metformin"),
        ("格华止", "metformin"),
        ("lfsb", "rivaroxaban"),
    ],
)
def test_a_drug_is_found_while_typing(typed: str, first: str) -> None:
    assert DrugSearch(shipped()).find(typed)[0].id == first


def test_a_beginning_comes_before_a_part_and_the_limit_holds() -> None:
    search = DrugSearch(shipped())
    assert [drug.id for drug in search.find("格列")][:1] == ["gliclazide_mr"]
    assert search.find("格列").index(shipped().drugs["nateglinide"]) > search.find("格列").index(
        shipped().drugs["glimepiride"]
    )
    assert len(search.find("a", 5)) == 5
    assert search.find("") == []


def test_other_names_of_a_herb_lead_to_its_rules() -> None:
    knowledge = shipped()
    assert knowledge.herb("川贝") == "川贝母"
    assert [rule.herb for rule in knowledge.herb_rules_between("附片", "川贝")] == ["附片"]
    assert knowledge.herb("枸橘") is None
    cap = knowledge.herb_daily_cap("北细辛")
    assert cap is not None
    assert (cap.herb, str(cap.cap_g)) == ("细辛", "3")
