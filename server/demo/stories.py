"""What the demo's prescriptions tell: who is ill with what, what is known of their health, what their doctor writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

Fact = dict[str, Any]  # as the health summary's routes take it

_SOME_WEEKS_AGO: Final = "some weeks ago"
_DAYS_AGO: Final = 20


@dataclass(frozen=True, slots=True)
class Story:
    """A patient whose doctor prescribes today; approved by the pharmacist, or waiting."""

    patient: str
    doctor: str
    pharmacist: str
    complaint: str
    facts: tuple[Fact, ...]
    sheet: dict[str, Any]
    note: dict[str, Any]
    approved: bool
    reasons: str = field(default="患者长期使用，已评估获益大于风险，嘱定期复查")


def _line(drug_id: str, name: str, strength: str, dose: float, days: int, **other: Any) -> dict[str, Any]:
    times = {"qd": 1, "bid": 2, "qn": 1}[other.get("frequency", "qd")]
    quantity = other.pop("quantity", None) or days * times
    usual = {"unit": "mg", "route": "PO", "frequency": "qd", "days": days, "quantity_unit": "片"}
    return {
        "drug_id": drug_id,
        "name": name,
        "strength": strength,
        "dose": dose,
        "quantity": quantity,
        **usual,
        **other,
    }


def dated(fact: Fact, today: date) -> Fact:
    """A fact with the day it speaks of, some weeks ago."""
    return {**fact, "on": today - timedelta(days=_DAYS_AGO)} if fact.get("on") == _SOME_WEEKS_AGO else fact


def _note(complaint: str, code: str, plan: str) -> dict[str, Any]:
    return {
        "chief_complaint": complaint,
        "history": "病情平稳，规律服药，家中自测记录完整",
        "diagnoses": [{"icd10": code}],
        "plan": plan,
        "disposition": "home_care",
    }


_CONDITIONS: Final = dict.fromkeys(
    ("diagnosis_clear", "regimen_stable", "adherence_good", "disease_controlled", "taught"), True
)
STORIES: Final = (
    Story(
        patient="木玉珍",
        doctor="王思齐",
        pharmacist="孙佩芬",
        complaint="高血压复诊，药快吃完了",
        facts=(
            {"kind": "no_known_allergy"},
            {"kind": "weight", "kg": "58"},
            {"kind": "height", "cm": "156"},
            {
                "kind": "result",
                "code": "14682-9",
                "name": "血肌酐",
                "value": "68",
                "unit": "umol/L",
                "on": _SOME_WEEKS_AGO,
            },
            {
                "kind": "result",
                "code": "2823-3",
                "name": "血钾",
                "value": "4.1",
                "unit": "mmol/L",
                "on": _SOME_WEEKS_AGO,
            },
        ),
        sheet={
            "diagnoses": [{"code": "I10", "name": "原发性高血压"}],
            "items": [
                _line("amlodipine", "苯磺酸氨氯地平片", "5mg", 5, 28),
                _line("valsartan", "缬沙坦胶囊", "80mg", 80, 28, quantity_unit="粒"),
            ],
            "long_term": True,
            "assessment": "血压控制平稳半年，依从性好，继续原方案四周",
            "eligibility": _CONDITIONS,
            "advice": "每天早晚各测一次血压并记录，头晕时平躺休息，有不适随时联系",
        },
        note=_note("高血压复诊，血压平稳", "I10", "继续原方案四周，四周后复诊"),
        approved=True,
    ),
    Story(
        patient="周有福",
        doctor="陈若兰",
        pharmacist="孙佩芬",
        complaint="糖尿病复诊，血糖偏高",
        facts=(
            {"kind": "allergy", "to": "AL01", "name": "青霉素类", "reaction": "皮疹"},
            {"kind": "weight", "kg": "71"},
            {"kind": "height", "cm": "169"},
            {
                "kind": "result",
                "code": "14682-9",
                "name": "血肌酐",
                "value": "112",
                "unit": "umol/L",
                "on": _SOME_WEEKS_AGO,
            },
            {
                "kind": "result",
                "code": "4548-4",
                "name": "糖化血红蛋白",
                "value": "8.2",
                "unit": "%",
                "on": _SOME_WEEKS_AGO,
            },
            {"kind": "medication", "name": "格列美脲", "drug_id": "glimepiride", "dose": "每天早上 2 毫克"},
        ),
        sheet={
            "diagnoses": [{"code": "E11.9", "name": "2型糖尿病"}],
            "items": [
                _line("metformin", "盐酸二甲双胍片", "0.5g", 500, 7, frequency="bid"),
                _line("acarbose", "阿卡波糖片", "50mg", 50, 7, frequency="bid"),
            ],
            "advice": "餐中服用，注意低血糖，随身带糖块",
        },
        note=_note("糖尿病复诊，空腹血糖偏高", "E11.9", "调整降糖方案，一周后复诊"),
        approved=False,
    ),
)

# What two of the villagers tell of themselves, so that a check has something to find when they are prescribed for.
TOLD: Final[dict[str, tuple[Fact, ...]]] = {
    "张建国": (
        {"kind": "allergy", "to": "AL01", "name": "青霉素类", "reaction": "皮疹"},
        {"kind": "weight", "kg": "72"},
        {"kind": "height", "cm": "168"},
        {
            "kind": "result",
            "code": "14682-9",
            "name": "血肌酐",
            "value": "104",
            "unit": "umol/L",
            "on": _SOME_WEEKS_AGO,
        },
        {"kind": "result", "code": "2823-3", "name": "血钾", "value": "4.9", "unit": "mmol/L", "on": _SOME_WEEKS_AGO},
        {"kind": "medication", "name": "辛伐他汀", "drug_id": "simvastatin", "dose": "每晚 20 毫克"},
    ),
    "李秀兰": (
        {"kind": "allergy", "to": "AL03", "name": "磺胺类抗菌药", "reaction": "皮疹"},
        {"kind": "weight", "kg": "60"},
        {"kind": "height", "cm": "157"},
        {"kind": "result", "code": "14682-9", "name": "血肌酐", "value": "96", "unit": "umol/L", "on": _SOME_WEEKS_AGO},
        {
            "kind": "result",
            "code": "4548-4",
            "name": "糖化血红蛋白",
            "value": "7.9",
            "unit": "%",
            "on": _SOME_WEEKS_AGO,
        },
        {"kind": "medication", "name": "二甲双胍", "drug_id": "metformin", "dose": "每天两次，每次 0.5 克"},
    ),
}
