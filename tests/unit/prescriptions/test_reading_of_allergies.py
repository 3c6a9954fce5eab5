"""What people write of an allergy is read as they mean it: to what, what happened, and what did not."""

from __future__ import annotations

import pytest

from prescriptions.checks.allergy import allergens
from prescriptions.checks.reactions import read_reaction
from prescriptions.formulary.entries import Reaction
from prescriptions.formulary.knowledge import shipped


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {Reaction.ANY}),
        ("不详", {Reaction.ANY}),
        ("过敏性休克", {Reaction.IMMEDIATE}),
        ("全身荨麻疹，呼吸困难", {Reaction.IMMEDIATE}),
        ("皮疹", {Reaction.MILD_RASH}),
        ("皮疹，无休克，没有呼吸困难", {Reaction.MILD_RASH}),
        ("皮疹、喉头水肿", {Reaction.IMMEDIATE}),
        ("史蒂文斯-约翰逊综合征(SJS)", {Reaction.SEVERE_SKIN}),
        ("TEN in 2019", {Reaction.SEVERE_SKIN}),
        ("often itches", {Reaction.MILD_RASH}),
        ("粒细胞缺乏", {Reaction.BLOOD_OR_LIVER}),
        ("肝素诱导的血小板减少", {Reaction.HIT}),
        ("肌痛", {Reaction.INTOLERANCE}),
        ("dry cough, denies angioedema", {Reaction.INTOLERANCE}),
        ("咳嗽，血管性水肿", {Reaction.IMMEDIATE}),
        ("anaphylaxis, rash", {Reaction.IMMEDIATE}),
    ],
)
def test_a_reaction_is_read_with_what_is_denied_left_out(text: str, read: set[Reaction]) -> None:
    assert read_reaction(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("青霉素", ["青霉素"]),
        ("青霉素过敏", ["青霉素"]),
        ("对青霉素过敏", ["青霉素"]),
        ("青霉素类药物过敏史", ["青霉素"]),
        ("青霉素、磺胺", ["青霉素", "磺胺"]),
        ("对青霉素及头孢类过敏", ["青霉素", "头孢"]),
        ("非甾体抗炎药/阿司匹林", ["非甾体抗炎药/阿司匹林"]),
        ("AL03", ["AL03"]),
        ("amoxicillin", ["amoxicillin"]),
        ("Penicillin and sulfa", ["Penicillin", "sulfa"]),
        ("当归", ["当归"]),
        ("海鲜、花粉", ["海鲜、花粉"]),
        ("", []),
    ],
)
def test_what_somebody_is_allergic_to_is_found_in_the_words(text: str, read: list[str]) -> None:
    assert allergens(text, shipped()) == read


def test_shellfish_and_iodine_on_the_skin_are_no_allergy_to_contrast_media() -> None:
    known = shipped()
    assert [each.id for each in known.classes_of_allergy("碘造影剂")] == ["AL13"]
    for text in ("海鲜", "虾", "碘伏", "聚维酮碘"):
        assert known.classes_of_allergy(text) == ()
