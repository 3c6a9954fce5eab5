"""The legal gates over HTTP, each with its rule: what is accepted first, then what is refused, in the regulation's words.

What is written is never refused, only not to be signed; so each case is drafted, and its signature answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text, update

from prescriptions import drafting, signing, store
from prescriptions import steps as life
from prescriptions.content import Content
from prescriptions.errors import AutomatedPrescribing
from prescriptions.signing import Shown
from server.consultations.model import Visit
from server.foundation.actor import SYSTEM, Kind, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import unit_of_work
from tests.api import Api
from tests.integration.consultations import clinic as steps
from tests.people import a_member_of_staff, a_patient

from .practice import AMLODIPINE, KNOWN, SHEET, Practice, shown

_MET: Final = dict.fromkeys(
    ("diagnosis_clear", "regimen_stable", "adherence_good", "disease_controlled", "taught"), True
)


def _drug(drug_id: str, name: str, **other: Any) -> dict[str, Any]:
    return {**AMLODIPINE, "drug_id": drug_id, "name": name, "strength": "", **other}


def _for(days: int, **other: Any) -> dict[str, Any]:
    return {"items": [{**AMLODIPINE, "days": days, "quantity": days}], **other}


_SIX: Final = [
    AMLODIPINE,
    _drug("valsartan", "缬沙坦", dose=80, strength="80mg", quantity=7),
    _drug("metformin", "二甲双胍", dose=500, strength="500mg", frequency="bid", quantity=14),
    _drug("atorvastatin", "阿托伐他汀", dose=20, strength="20mg", quantity=7),
    _drug("aspirin", "阿司匹林", dose=100, strength="100mg", quantity=7),
    _drug("omeprazole", "奥美拉唑", dose=20, strength="20mg", quantity=7),
]
_AMOXICILLIN: Final = _drug("amoxicillin", "阿莫西林", dose=500, strength="500mg", frequency="tid", quantity=21)
_LONG: Final = {"long_term": True, "eligibility": _MET, "assessment": "血压平稳，依从性好，已做用药教育"}


@dataclass(frozen=True, slots=True)
class Case:
    """A rule, a sheet that keeps it, one that does not, and the regulation's words."""

    rule: str
    accepted: dict[str, Any]
    refused: dict[str, Any]
    words: str


CASES: Final = (
    Case("B18", {}, {"items": [_drug("alprazolam", "阿普唑仑", dose=0.4)]}, "互联网诊疗不得开具麻醉药品、精神药品等特殊管理药品"),
    Case("B25", _for(7), _for(8), "超过须注明理由"),
    Case("B25", _for(14, reason="高血压病情稳定，患者行动不便"), _for(14), "超过须注明理由"),
    Case("B25", _for(3, emergency=True), _for(4, emergency=True), "超过须注明理由"),
    Case("B26", _for(28, **_LONG), _for(85, **_LONG), "长期处方最长不超过12周"),
    Case("B26", _for(28, **_LONG), _for(29, **_LONG), "超过4周须评估记录并经患者签字确认"),
    Case(
        "B27",
        {"items": [_AMOXICILLIN]},
        {"items": [{**_AMOXICILLIN, "days": 7}], **_LONG},
        "不得用于长期处方",
    ),
    Case("B28", _for(28, **_LONG), _for(28, long_term=True, assessment="稳定"), "不符合长期处方条件"),
    Case("B28", _for(28, **_LONG), _for(28, **{**_LONG, "eligibility": {**_MET, "adherence_good": False}}), "依从性好"),
    Case("B29", {"items": _SIX[:5]}, {"items": _SIX}, "每张处方不得超过5种药品"),
    Case("B29", {}, {"kind": "tcm_pieces"}, "中药饮片应单独开具"),
)  # fmt: skip


def _stops(rx: dict[str, Any]) -> dict[str, str]:
    return {each["rule"]: each["sentence_zh"] for each in rx["check"]["findings"] if each["level"] == "stop"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.words[:8]}")
async def test_what_the_law_forbids_is_not_signed(practice: Practice, case: Case) -> None:
    await _grant(practice, "non_restricted")
    kept = (await practice.draft(**case.accepted)).ok()
    assert case.rule not in _stops(kept), "the accepted case keeps the rule"
    broken = (await practice.draft(**case.refused)).ok()
    assert case.words in _stops(broken)[case.rule]
    assert broken["status"] == "draft", "what is stopped is not ready"
    refused = await practice.sign(broken)
    assert (refused.status, refused.code) == (409, "prescription-stopped")
    assert refused.body["rule"] in _stops(broken)
    assert refused.body["title"].startswith("处方不能签名：")


async def _grant(practice: Practice, grade: str) -> None:
    chief = await a_member_of_staff(practice.ground, Role.ADMINISTRATOR, practice.clinic.hospital)
    path = f"/api/antimicrobial-rights/{practice.clinic.doctor.id}"
    (await practice.clinic.of(chief).put(path, {"grade": grade})).ok()


async def test_b38_an_antimicrobial_needs_the_right_of_its_grade(practice: Practice) -> None:
    await _grant(practice, "non_restricted")
    held = (await practice.draft(items=[_AMOXICILLIN], diagnoses=[{"code": "J18.9"}])).ok()
    assert "B38" not in _stops(held)
    await _grant(practice, "none")
    taken = (await practice.draft(items=[_AMOXICILLIN], diagnoses=[{"code": "J18.9"}])).ok()
    assert "抗菌药物处方权" in _stops(taken)["B38"]
    refused = await practice.sign(taken)
    assert (refused.status, refused.code) == (409, "prescription-stopped")


@pytest.mark.parametrize(("born_ago", "rule"), [(5, "B15"), (12, "B37")])
async def test_children_have_rules_of_their_own(practice: Practice, born_ago: int, rule: str) -> None:
    clinic = practice.clinic
    await practice.doctor.post(f"/api/visits/{practice.visit_id}/finish-video")
    guardian = await a_patient(clinic.ground, born=day_of(clinic.ground.clock.now()).replace(year=1990, day=1))
    born = day_of(clinic.ground.clock.now()) - timedelta(days=born_ago * 365 + 40)
    child = await a_patient(clinic.ground, born=born, guardian=guardian)
    visit_id = await steps.book(clinic, child, by=guardian)
    await steps.prepare(clinic, guardian, visit_id, child)
    (await clinic.of(guardian).post(f"/api/visits/{visit_id}/check-in")).ok()
    await steps.start(clinic, visit_id)
    (
        await practice.doctor.post(
            f"/api/patients/{child.id}/health", {"facts": [*KNOWN, {"kind": "weight", "kg": 18}]}
        )
    ).ok()
    small = replace(practice, patient=child, visit_id=visit_id)
    with_both = {"company": {"guardian_present": True, "paediatrician_present": True}}
    kept = (await small.draft(**with_both)).ok()
    assert rule not in _stops(kept)
    if rule == "B15":
        alone = (await small.draft(company={"guardian_present": True})).ok()
        assert "患儿未满6岁，须确认监护人及儿科医师陪同后方可开具" in _stops(alone)[rule]
    else:
        alone = (await small.draft(**with_both, items=[_drug("alprazolam", "阿普唑仑", dose=0.4)])).ok()
        assert "第二类精神药品" in _stops(alone)[rule]
    assert (await small.sign(alone)).code == "prescription-stopped"


async def test_b13_the_record_is_opened_in_this_visit_before_prescribing(practice: Practice) -> None:
    assert (await practice.draft()).status == 201
    _, other = await steps.a_booked_patient(practice.clinic)
    async with unit_of_work(practice.ground, SYSTEM) as work:  # whichever way a visit came this far without its record
        await work.session.execute(update(Visit).where(Visit.id == other).values(status="documenting"))
    refused = await replace(practice, visit_id=other).draft()
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "record-not-held", "B13")
    assert refused.body["title"].startswith("掌握患者病历资料后方可开具处方")


async def test_b19_prescriptions_are_written_in_the_visit_and_by_its_doctor(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    _, coming = await steps.a_booked_patient(practice.clinic)
    early = await replace(practice, visit_id=coming).draft()
    assert (early.status, early.code, early.body["rule"]) == (409, "not-prescribing-now", "B19")
    colleague = (await steps.a_clinic(practice.ground, practice.clinic.api, practice.clinic.hospital)).doctor
    stranger = practice.clinic.of(colleague)
    assert (await stranger.post(f"/api/visits/{practice.visit_id}/prescriptions", SHEET)).status == 404
    assert (await stranger.post(f"/api/prescriptions/{drawn['id']}/sign", shown(drawn))).status == 404


async def test_b19_no_program_writes_or_signs_even_in_a_doctors_name(practice: Practice) -> None:
    content, doctor = Content.model_validate(SHEET), practice.clinic.doctor.actor
    async with unit_of_work(practice.ground, doctor) as work:
        drawn = await drafting.draft(work, UUID(practice.visit_id), content)
    program = replace(doctor, kind=Kind.SYSTEM)
    async with unit_of_work(practice.ground, program) as work:
        with pytest.raises(AutomatedPrescribing) as refused:
            await drafting.draft(work, drawn.visit_id, content)
        assert refused.value.sentence("zh") == "严禁使用人工智能等自动生成处方，须由接诊医师本人开具"
        with pytest.raises(AutomatedPrescribing):
            await signing.sign(work, drawn.id, Shown(drawn.version, "0" * 64))
        with pytest.raises(AutomatedPrescribing):
            await drafting.save(work, drawn.id, drawn.version, content)
    async with unit_of_work(practice.ground, SYSTEM) as work:
        with pytest.raises(Unknown):
            await drafting.draft(work, drawn.visit_id, content)


async def test_b20_b21_b30_nothing_is_supplied_before_a_pharmacist_approved(practice: Practice) -> None:
    approved, signed = await practice.approved(), await practice.signed()
    assert (await practice.at_home.get(f"/api/prescriptions/{approved['id']}/code")).status == 200
    refused = await practice.at_home.get(f"/api/prescriptions/{signed['id']}/code")
    assert 400 <= refused.status < 500
    async with unit_of_work(practice.ground, practice.pharmacist.actor) as work:
        row = await store.by_id(work.session, UUID(signed["id"]))
        assert row is not None
        with pytest.raises(NotInThisState):
            await life.take(work, row, "lock", locked_by_organisation_id=practice.pharmacist.organisation_id)


async def test_b22_no_table_says_in_clear_which_drug_a_doctor_prescribed(practice: Practice, ground: Ground) -> None:
    signed = await practice.signed(advice="每天早上吃药")
    async with unit_of_work(ground, SYSTEM) as work:
        tables = (await work.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
        about = [
            row
            for table in tables
            if table
            not in ("shortages", "institution_drugs", "prescription_templates")  # about drugs, about no patient
            for row in (await work.session.scalars(text(f'SELECT t::text FROM public."{table}" t'))).all()  # noqa: S608  # names from the catalogue
            if str(signed["id"]) in row
        ]
    assert len(about) >= 4, "the prescription, its version, its line, its history"
    everything = "\n".join(about)
    for word in ("amlodipine", "氨氯地平", "I10", "每天早上吃药"):
        assert word not in everything
        assert word.encode().hex() not in everything


async def test_what_becomes_known_before_signing_is_seen_before_it_is_signed_for(practice: Practice) -> None:
    drawn = (await practice.draft(items=[_AMOXICILLIN], diagnoses=[{"code": "J18.9"}])).ok()
    allergy = {"kind": "allergy", "to": "AL01", "name": "青霉素类", "reaction": "过敏性休克"}
    (await practice.at_home.post(f"/api/patients/{practice.patient.id}/health", {"facts": [allergy]})).ok()
    changed = await practice.sign(drawn)
    assert (changed.status, changed.code) == (409, "findings-changed")
    now = (await practice.doctor.get(f"/api/prescriptions/{drawn['id']}")).ok()
    assert now["digest"] != drawn["digest"]
    assert any("过敏" in each["sentence_zh"] for each in now["check"]["findings"])
    stopped = await practice.sign(now)
    assert (stopped.status, stopped.code) == (409, "prescription-stopped")


async def test_bad_input_is_told_field_by_field(api: Api, practice: Practice) -> None:
    path = f"/api/visits/{practice.visit_id}/prescriptions"
    assert (await practice.draft()).status == 201
    for broken in (
        {"items": [{**AMLODIPINE, "dose": -5}]},
        {"items": [{**AMLODIPINE, "dose": 1e12}]},
        {"items": [{**AMLODIPINE, "dose": "many"}]},
        {"items": [{**AMLODIPINE, "quantity": 0}]},
        {"items": [{**AMLODIPINE, "days": 100_000}]},
        {"items": [AMLODIPINE] * 200},
        {"kind": "magic"},
        {"surprise": True},
    ):
        refused = await practice.doctor.post(path, {**SHEET, **broken})
        assert (refused.status, refused.code) == (422, "invalid"), broken
        assert refused.body["errors"]
