"""One accepted and one refused prescription per rule: legality, control, form, dose, kidney, stages, days and the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from prescriptions.checks.finding import Level
from prescriptions.checks.picture import Diagnosis, Grade, Kind, Local, PatientPicture, Picture, PrescriberKind, Setting

from .pictures import (
    DOCTOR,
    LISTED,
    ONLINE,
    a_patient,
    a_picture,
    a_woman,
    an_item,
    creatinine,
    several,
    taking,
)


@dataclass(frozen=True)
class Case:
    """A rule, a prescription it has nothing against, and one that differs in what the rule speaks of."""

    rule: str
    level: Level
    accepted: Picture
    refused: Picture
    called: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.called}".strip()


def _with(setting: Setting = ONLINE, **changes: object) -> Setting:
    return replace(setting, **changes)  # type: ignore[arg-type]  # names of fields, as replace takes them


_CHILD: Final = a_patient(age=5, weight_kg=Decimal(18))
_ACCOMPANIED: Final = _with(guardian_present=True, paediatrician_present=True)
_GRADED: Final = Local(antimicrobial_grade=Grade.RESTRICTED)
_MAY_RESTRICTED: Final = replace(DOCTOR, antimicrobial_grade=Grade.RESTRICTED)
_LONG: Final = _with(long_term=True, long_term_eligible=True)
_ASSESSED: Final = _with(_LONG, assessed=True, patient_confirmed=True)

LEGALITY: Final = (
    Case("E1", Level.STOP, a_picture(), a_picture(prescriber=replace(DOCTOR, is_doctor=False))),
    Case("B02", Level.STOP, a_picture(), a_picture(prescriber=replace(DOCTOR, may_practise_online=False))),
    Case("B12", Level.STOP, a_picture(), a_picture(setting=_with(follow_up=False))),
    Case("B13", Level.STOP, a_picture(), a_picture(setting=_with(record_opened=False))),
    Case("B19", Level.STOP, a_picture(), a_picture(prescriber=replace(DOCTOR, kind=PrescriberKind.SYSTEM))),
    Case(
        "B15", Level.STOP,
        a_picture(an_item("对乙酰氨基酚", "250"), patient=_CHILD, setting=_ACCOMPANIED),
        a_picture(an_item("对乙酰氨基酚", "250"), patient=_CHILD, setting=_with(guardian_present=True)),
        "guardian but no paediatrician",
    ),
    Case(
        "B15", Level.STOP,
        a_picture(patient=replace(_CHILD, age=6)),
        a_picture(patient=_CHILD),
        "six years are enough",
    ),
    Case(
        "B38", Level.STOP,
        a_picture(an_item("头孢呋辛酯", "500", local=_GRADED), prescriber=_MAY_RESTRICTED),
        a_picture(
            an_item("头孢呋辛酯", "500", local=_GRADED),
            prescriber=replace(DOCTOR, antimicrobial_grade=Grade.NON_RESTRICTED),
        ),
        "a grade too low",
    ),
    Case(
        "B38", Level.STOP,
        a_picture(an_item("头孢呋辛酯", "500", local=_GRADED), prescriber=_MAY_RESTRICTED),
        a_picture(an_item("头孢呋辛酯", "500", local=_GRADED), prescriber=DOCTOR),
        "no grade at all",
    ),
    Case(
        "B38", Level.STOP,
        a_picture(an_item("头孢呋辛酯", "500", local=_GRADED), prescriber=_MAY_RESTRICTED),
        a_picture(
            an_item("头孢呋辛酯", "500", local=Local(antimicrobial_grade=Grade.SPECIAL)),
            prescriber=replace(DOCTOR, antimicrobial_grade=Grade.SPECIAL),
        ),
        "special grade for an outpatient",
    ),
    Case(
        "B38", Level.WARNING,
        a_picture(an_item("头孢呋辛酯", "500", local=_GRADED), prescriber=_MAY_RESTRICTED),
        a_picture(an_item("头孢呋辛酯", "500"), prescriber=_MAY_RESTRICTED),
        "a list that tells no grade",
    ),
)  # fmt: skip

CONTROL: Final = (
    Case("B18", Level.STOP, a_picture(), a_picture(an_item("地西泮", "5"))),
    Case("B18", Level.STOP, a_picture(an_item("舍曲林", "50")), a_picture(an_item("吗啡", "10")), "narcotic"),
    Case(
        "B37", Level.STOP,
        a_picture(an_item("地西泮", "5")),
        a_picture(an_item("地西泮", "5"), patient=a_patient(age=17)),
    ),
    Case("E2", Level.STOP, a_picture(), a_picture(an_item("头孢哌酮", "1000", frequency="bid")), "kept from online"),
    Case(
        "E2", Level.STOP,
        a_picture(setting=Setting(online=False)),
        a_picture(an_item("地西泮", "5"), setting=Setting(online=False)),
        "own form offline",
    ),
)  # fmt: skip

_FIVE: Final = ("氨氯地平", "二甲双胍", "阿托伐他汀", "阿卡波糖", "依折麦布")
FORM: Final = (
    Case("B29", Level.STOP, a_picture(*several(*_FIVE)), a_picture(*several(*_FIVE, "奥美拉唑")), "six drugs"),
    Case(
        "B29", Level.STOP,
        a_picture(an_item("甘草", "9", unit="g", route=""), kind=Kind.TCM_PIECES),
        a_picture(an_item("甘草", "9", unit="g", route=""), an_item(line=2), kind=Kind.TCM_PIECES),
        "a tablet among the pieces",
    ),
    Case("B29", Level.STOP, a_picture(), a_picture(an_item(), an_item("细辛", "3", line=2, unit="g")), "a piece among tablets"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(dose=None)), "no dose"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(dose="-5")), "a negative dose"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(dose="NaN")), "a dose that is no number"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(unit="spoons")), "an unknown unit"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(frequency="now and then")), "an unreadable frequency"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(route="")), "no route"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(days=0)), "no days"),
    Case("E3", Level.STOP, a_picture(), a_picture(an_item(quantity=Decimal(0))), "no quantity"),
    Case("E3", Level.STOP, a_picture(), a_picture(patient=a_patient(diagnoses=())), "no diagnosis"),
    Case("E3", Level.STOP, a_picture(), a_picture(patient=a_patient(age=None)), "no age"),
    Case("E3", Level.STOP, a_picture(), a_picture(patient=a_patient(age=200)), "an impossible age"),
    Case("E3", Level.STOP, a_picture(), a_picture(items=()), "no drug"),
    Case(
        "E3", Level.STOP,
        a_picture(patient=a_patient(age=13)),
        a_picture(patient=a_patient(age=13, weight_kg=None)),
        "no weight under fourteen",
    ),
)  # fmt: skip

_WEEKLY: Final = an_item("甲氨蝶呤(每周一次)", "10", frequency="每周一次")
DOSE: Final = (
    Case("E6", Level.CONFIRM, a_picture(an_item(dose="10")), a_picture(an_item(dose="10.1")), "beyond the daily maximum"),
    Case("E6", Level.CONFIRM, a_picture(an_item(dose="5")), a_picture(an_item(dose="5", frequency="tid")), "by times a day"),
    Case("E6", Level.CONFIRM, a_picture(an_item(dose="10")), a_picture(an_item(dose="0.02", unit="g")), "in another unit"),
    Case("E6", Level.STOP, a_picture(an_item(dose="99")), a_picture(an_item(dose="100")), "a slip of the point"),
    Case("E6", Level.STOP, a_picture(_WEEKLY), a_picture(replace(_WEEKLY, frequency="qd")), "a weekly drug daily"),
    Case("E6", Level.STOP, a_picture(_WEEKLY), a_picture(replace(_WEEKLY, frequency="隔日一次")), "every other day"),
    Case("E6", Level.STOP, a_picture(replace(_WEEKLY, frequency="q2w")), a_picture(replace(_WEEKLY, frequency="biw")), "twice"),
    Case("E6", Level.STOP, a_picture(_WEEKLY), a_picture(replace(_WEEKLY, frequency="必要时")), "a weekly drug as needed"),
    Case("E6", Level.CONFIRM, a_picture(_WEEKLY), a_picture(replace(_WEEKLY, dose=Decimal(30))), "beyond the weekly maximum"),
    Case(
        "E6", Level.NOT_COVERED,
        a_picture(an_item("酒石酸美托洛尔", "200", frequency="bid")),
        a_picture(an_item("酒石酸美托洛尔", "300")),
        "a single dose nobody can judge",
    ),
    Case("E6", Level.NOT_COVERED, a_picture(), a_picture(an_item(unit="片")), "tablets of unknown strength"),
    Case("E6", Level.NOT_COVERED, a_picture(patient=a_patient(age=18)),
         a_picture(patient=a_patient(age=17)), "no doses for children"),
    Case(
        "E6", Level.NOT_COVERED,
        a_picture(an_item("甘精胰岛素", "60")),
        a_picture(an_item("甘精胰岛素", "61")),
        "above the usual without a maximum",
    ),
    Case("E6", Level.INFORMATION, a_picture(an_item(dose="2.5")), a_picture(an_item(dose="1.25")), "below the usual"),
    Case("E6", Level.INFORMATION, a_picture(), a_picture(an_item(dose="2.5", frequency="bid")), "more often than usual"),
    Case(
        "E6", Level.WARNING,
        a_picture(an_item("硝酸甘油片(舌下)", "0.5", frequency="tid")),
        a_picture(an_item("硝酸甘油片(舌下)", "0.5", frequency="必要时")),
        "as needed without a limit",
    ),
)  # fmt: skip

_METFORMIN: Final = an_item("二甲双胍", "1000", frequency="bid")
KIDNEY: Final = (
    Case(
        "CI030", Level.STOP,
        a_picture(_METFORMIN),
        a_picture(_METFORMIN, patient=a_patient(results=(creatinine("300"),))),
        "metformin at eGFR below 30",
    ),
    Case(
        "CI031", Level.CONFIRM,
        a_picture(_METFORMIN),
        a_picture(_METFORMIN, patient=a_patient(results=(creatinine("170"),))),
        "metformin's limit below 45",
    ),
    Case("E7", Level.WARNING, a_picture(_METFORMIN), a_picture(_METFORMIN, patient=a_patient(results=())), "no creatinine"),
    Case(
        "E7", Level.WARNING,
        a_picture(_METFORMIN, patient=a_patient(results=(creatinine("80", days_ago=364),))),
        a_picture(_METFORMIN, patient=a_patient(results=(creatinine("80", days_ago=366),))),
        "an old creatinine",
    ),
    Case(
        "E7", Level.NOT_COVERED,
        a_picture(),
        a_picture(patient=a_patient(diagnoses=(Diagnosis("I10"), Diagnosis("K74", "肝硬化")))),
        "no doses by liver function",
    ),
)  # fmt: skip

_PREGNANT: Final = a_woman(pregnant=True, pregnancy_weeks=20)


def _weeks(weeks: int) -> PatientPicture:
    return replace(_PREGNANT, pregnancy_weeks=weeks)


STAGES: Final = (
    Case("CI002", Level.STOP, a_picture(an_item("缬沙坦", "80"), patient=a_woman()),
         a_picture(an_item("缬沙坦", "80"), patient=_PREGNANT), "in pregnancy"),
    Case("CI016", Level.STOP, a_picture(an_item("布洛芬", "400", frequency="tid"), patient=_weeks(27)),
         a_picture(an_item("布洛芬", "400", frequency="tid"), patient=_weeks(28)), "third trimester"),
    Case("CI124", Level.STOP, a_picture(an_item("碳酸锂", "250", frequency="bid"), patient=_weeks(14)),
         a_picture(an_item("碳酸锂", "250", frequency="bid"), patient=_weeks(13)), "first trimester"),
    Case("CI105", Level.STOP, a_picture(an_item("阿托伐他汀", "20"), patient=a_woman()),
         a_picture(an_item("阿托伐他汀", "20"), patient=a_woman(lactating=True)), "breastfeeding"),
    Case("CI020", Level.STOP, a_picture(an_item("左氧氟沙星", "500"), patient=a_patient(age=18)),
         a_picture(an_item("左氧氟沙星", "500"), patient=a_patient(age=17)), "too young"),
    Case("CI028", Level.CONFIRM, a_picture(an_item("艾司西酞普兰", "20"), patient=a_patient(age=65)),
         a_picture(an_item("艾司西酞普兰", "20"), patient=a_patient(age=66)), "limit of the old"),
    Case("E8", Level.CONFIRM, a_picture(patient=a_patient(age=6)), a_picture(patient=a_patient(age=5)), "drug's own age"),
    Case("E8", Level.CONFIRM, a_picture(an_item("坦索罗辛", "0.2")),
         a_picture(an_item("坦索罗辛", "0.2"), patient=a_woman(age=60)), "not for women"),
    Case("E8", Level.WARNING, a_picture(patient=a_woman()), a_picture(patient=_PREGNANT), "caution in pregnancy"),
    Case("E8", Level.WARNING, a_picture(an_item("缬沙坦", "80"), patient=a_woman()),
         a_picture(an_item("缬沙坦", "80"), patient=a_woman(pregnant=None)), "nobody asked"),
    Case("E8", Level.WARNING, a_picture(an_item("缬沙坦", "80"), patient=a_woman(age=50, pregnant=None)),
         a_picture(an_item("缬沙坦", "80"), patient=a_woman(age=49, pregnant=None)), "asked until 49"),
)  # fmt: skip

DAYS: Final = (
    Case("B25", Level.STOP, a_picture(an_item(days=7)), a_picture(an_item(days=8)), "eight days without a reason"),
    Case("B25", Level.STOP, a_picture(an_item(days=14, reason="慢性病")), a_picture(an_item(days=14)), "a noted reason"),
    Case("B25", Level.STOP, a_picture(an_item(days=3), setting=_with(emergency=True)),
         a_picture(an_item(days=4), setting=_with(emergency=True)), "an emergency"),
    Case("B26", Level.STOP, a_picture(an_item(days=28), setting=_LONG), a_picture(an_item(days=29), setting=_LONG), "four weeks"),
    Case("B26", Level.STOP, a_picture(an_item(days=84), setting=_ASSESSED),
         a_picture(an_item(days=84), setting=replace(_ASSESSED, patient_confirmed=False)), "the patient's signature"),
    Case("B26", Level.STOP, a_picture(an_item(days=84), setting=_ASSESSED),
         a_picture(an_item(days=85), setting=_ASSESSED), "twelve weeks"),
    Case("B27", Level.STOP, a_picture(an_item(days=28), setting=_LONG),
         a_picture(an_item("布洛芬", "200", frequency="tid", days=28), setting=_LONG)),
    Case("B27", Level.STOP, a_picture(an_item("布洛芬", "200", frequency="tid", days=28, reason="出差")),
         a_picture(an_item("布洛芬", "200", frequency="tid", days=29, reason="出差")), "as long as a long-term one"),
    Case("B28", Level.STOP, a_picture(an_item(days=28), setting=_LONG),
         a_picture(an_item(days=28), setting=replace(_LONG, long_term_eligible=False))),
    Case("E12", Level.CONFIRM, a_picture(current=(taking("氨氯地平", 7),)),
         a_picture(current=(taking("氨氯地平", 8),)), "an early refill"),
    Case("E12", Level.CONFIRM, a_picture(an_item(strength="5mg", quantity=Decimal(14), quantity_unit="片")),
         a_picture(an_item(strength="5mg", quantity=Decimal(15), quantity_unit="片")), "more than the days need"),
    Case("E12", Level.INFORMATION, a_picture(an_item(strength="5mg", quantity=Decimal(7), quantity_unit="片")),
         a_picture(an_item(strength="5mg", quantity=Decimal(6), quantity_unit="片")), "less than the days need"),
)  # fmt: skip

REST: Final = (
    Case("E0", Level.NOT_COVERED, a_picture(), a_picture(an_item("神奇降压胶囊")), "an unknown drug"),
    Case("E0", Level.NOT_COVERED, a_picture(), a_picture(current=(taking("某保健品"),)), "an unknown drug taken already"),
    Case("E0", Level.NOT_COVERED, a_picture(an_item("甘草", "9", unit="g"), kind=Kind.TCM_PIECES),
         a_picture(an_item("无名草", "9", unit="g"), kind=Kind.TCM_PIECES), "an unknown herb"),
    Case("IN001", Level.WARNING, a_picture(),
         a_picture(patient=a_patient(diagnoses=(Diagnosis("K21", "胃-食管反流病"),))), "no diagnosis for it"),
    Case("E13", Level.STOP, a_picture(), a_picture(an_item(route="静脉滴注")), "another route"),
    Case("E13", Level.CONFIRM, a_picture(an_item("甘精胰岛素", "20"), setting=Setting(online=False)),
         a_picture(an_item("甘精胰岛素", "20")), "self-injected online"),
    Case("E13", Level.STOP, a_picture(an_item("头孢哌酮", "1000", frequency="bid"), setting=Setting(online=False)),
         a_picture(an_item("头孢哌酮", "1000", frequency="bid")), "an injection online"),
    Case("E13", Level.INFORMATION, a_picture(), a_picture(an_item("沙丁胺醇气雾剂", "100", frequency="qid")), "how to inhale"),
    Case("E18", Level.INFORMATION, a_picture(), a_picture(an_item(local=replace(LISTED, payment_limit="限二线用药"))), "limits"),
    Case("E18", Level.INFORMATION, a_picture(), a_picture(an_item(local=replace(LISTED, listed=False))), "not listed"),
    Case("E19", Level.CONFIRM, a_picture(setting=_with(delivery=True)),
         a_picture(an_item("甘精胰岛素", "20"), setting=_with(delivery=True)), "cold chain by courier"),
    Case("E20", Level.WARNING, a_picture(), a_picture(an_item("地高辛", "0.125")), "high alert"),
    Case("E20", Level.WARNING, a_picture(an_item("格列吡嗪", "5", frequency="bid")),
         a_picture(an_item("格列吡嗪", "5", frequency="bid"), current=(taking("格列美脲"),)), "a look-alike at hand"),
)  # fmt: skip

CASES: Final = LEGALITY + CONTROL + FORM + DOSE + KIDNEY + STAGES + DAYS + REST
