"""E1: may this person write this prescription, for this patient, in this kind of visit?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Control, Drug
from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .picture import Grade, Item, Picture, PrescriberKind
from .reading import known
from .sentence import Sentence

_UNDER_GUARD_YEARS: Final = 6  # B15
_RANK: Final = {grade: rank for rank, grade in enumerate(Grade)}
_GRADE_ZH: Final = {Grade.NON_RESTRICTED: "非限制使用级", Grade.RESTRICTED: "限制使用级", Grade.SPECIAL: "特殊使用级"}
_GRADE_EN: Final = {Grade.NON_RESTRICTED: "non-restricted", Grade.RESTRICTED: "restricted", Grade.SPECIAL: "special"}

_BY_A_SYSTEM: Final = Sentence(
    check="E1",
    rule="B19",
    level=Level.STOP,
    zh="严禁使用人工智能等自动生成处方，须由接诊医师本人开具。",
    en="A prescription is never made by artificial intelligence or a system.",
    advice_zh="请由接诊医师本人开具。",
    advice_en="The receiving doctor writes it in person.",
    source="互联网诊疗监管细则(试行) 2022",
)
_NO_DOCTOR: Final = Sentence(
    check="E1",
    level=Level.STOP,
    zh="开具人没有医师处方权。",
    en="Who writes it has no doctor's right to prescribe.",
    advice_zh="请由有处方权的医师开具。",
    advice_en="Have a doctor with the right to prescribe write it.",
    source="处方管理办法",
)
_TOO_NEW: Final = Sentence(
    check="E1",
    rule="B02",
    level=Level.STOP,
    zh="您的独立临床工作年限不足3年或未经执业机构同意，不能开展互联网诊疗。",
    en="Less than three years of independent clinical work, or no consent of the institution of registration.",
    advice_zh="请由符合条件的医师开具。",
    advice_en="Have a doctor who fulfils the conditions write it.",
    source="互联网诊疗管理办法(试行) 第二十五条",
)
_FIRST_VISIT: Final = Sentence(
    check="E1",
    rule="B12",
    level=Level.STOP,
    zh="仅可为同一诊断的复诊患者在线开具处方。",
    en="Online prescriptions are only for the follow-up of a diagnosis already made in person.",
    advice_zh="请引导患者先到实体医疗机构就诊。",
    advice_en="Guide the patient to see a doctor in person first.",
    source="互联网诊疗管理办法(试行) 第十六条",
)
_RECORD_CLOSED: Final = Sentence(
    check="E1",
    rule="B13",
    level=Level.STOP,
    zh="本次就诊中尚未查看患者的既往病历，不能开具处方。",
    en="The patient's earlier record was not opened in this visit; nothing is prescribed before.",
    advice_zh="请先打开并查看患者提供的病历资料。",
    advice_en="Open and read the record that the patient supplied first.",
    source="互联网诊疗监管细则(试行) 2022",
)
_SMALL_CHILD: Final = Sentence(
    check="E1",
    rule="B15",
    level=Level.STOP,
    zh="患儿未满6岁，须确认监护人及儿科医师陪同后方可开具。",
    en="The child is under six: a guardian and a paediatrician must be present.",
    advice_zh="请确认监护人与相关专业医师均在场后再开具。",
    advice_en="Make sure that both are present, then prescribe.",
    source="互联网诊疗管理办法(试行) 第十九条",
)
_NO_GRADE: Final = Sentence(
    check="E1",
    rule="B38",
    level=Level.STOP,
    zh="“{drug.name_zh}”：您没有{grade_zh}抗菌药物处方权。",
    en="{drug.name_en}: you do not hold the right to prescribe {grade_en} antimicrobials.",
    advice_zh="请改用权限内的药品，或请有相应处方权的医师开具。",
    advice_en="Choose a drug within your grade, or have a doctor with that right prescribe it.",
    source="抗菌药物临床应用管理办法",
)
_SPECIAL_GRADE: Final = Sentence(
    check="E1",
    rule="B38",
    level=Level.STOP,
    zh="“{drug.name_zh}”为特殊使用级抗菌药物，不得在门诊使用。",
    en="{drug.name_en} is an antimicrobial of the special grade; these are not used for outpatients.",
    advice_zh="请改用其他药品，或请患者到实体医疗机构就诊。",
    advice_en="Choose another drug, or have the patient come in person.",
    source="抗菌药物临床应用管理办法",
)
_GRADE_UNKNOWN: Final = Sentence(
    check="E1",
    rule="B38",
    level=Level.WARNING,
    zh="“{drug.name_zh}”为抗菌药物，目录未载明其分级，处方权未能核对。",
    en="{drug.name_en} is an antimicrobial whose grade is not on the list; the right to prescribe it was not checked.",
    advice_zh="请核对本机构抗菌药物分级目录。",
    advice_en="Look it up in the institution's graded list of antimicrobials.",
    source="抗菌药物临床应用管理办法",
)


def legality(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """The prescriber, the kind of visit, children under six, antimicrobial grades. Rules: E1, B02, B12, B13, B15, B19, B38"""
    yield from _prescriber(picture)
    if picture.setting.online:
        yield from _visit(picture)
    for item, drug in known(picture, knowledge):
        if drug.control is Control.ANTIMICROBIAL:
            yield from _grade(picture, item, drug)


def _prescriber(picture: Picture) -> Iterator[Finding | Coverage]:
    who, online = picture.prescriber, picture.setting.online
    if who.kind is PrescriberKind.SYSTEM:
        yield _BY_A_SYSTEM.of(*picture.lines)
    if who.is_doctor is False:
        yield _NO_DOCTOR.of(*picture.lines)
    if online and who.may_practise_online is False:
        yield _TOO_NEW.of(*picture.lines)
    if who.kind is None or who.is_doctor is None or (online and who.may_practise_online is None):
        yield from _not_told(picture, "未提供开具人的资格", "nothing was said about the prescriber's rights")


def _visit(picture: Picture) -> Iterator[Finding | Coverage]:
    setting, age = picture.setting, picture.age
    if setting.follow_up is False:
        yield _FIRST_VISIT.of(*picture.lines)
    if setting.record_opened is False:
        yield _RECORD_CLOSED.of(*picture.lines)
    if setting.follow_up is None or setting.record_opened is None:
        yield from _not_told(
            picture, "未说明是否复诊、是否已查看病历", "nobody said whether it is a follow-up, its record read"
        )
    accompanied = setting.guardian_present and setting.paediatrician_present
    if age is not None and age < _UNDER_GUARD_YEARS and not accompanied:
        yield _SMALL_CHILD.of(*picture.lines)


def _grade(picture: Picture, item: Item, drug: Drug) -> Iterator[Finding | Coverage]:
    """Rule: B38"""
    needed = item.local.antimicrobial_grade if item.local else None
    who = picture.prescriber
    if needed is Grade.SPECIAL:
        yield _SPECIAL_GRADE.of(item.line, met=(drug.name_zh,), drug=drug)
    elif not who.grade_known:
        zh, en = "未提供医师的抗菌药物处方权", "the doctor's antimicrobial grade was not given"
        yield Coverage(item.line, "E1", Covered.NOT_COVERED, zh, en)
    elif not _holds(who.antimicrobial_grade, needed):
        wanted = needed or Grade.NON_RESTRICTED
        yield _NO_GRADE.of(
            item.line, met=(drug.name_zh,), grade_zh=_GRADE_ZH[wanted], grade_en=_GRADE_EN[wanted], drug=drug
        )
    elif needed is None:
        yield _GRADE_UNKNOWN.of(item.line, met=(drug.name_zh,), drug=drug)
        zh, en = "目录未载明该抗菌药物的分级", "the list does not tell this antimicrobial's grade"
        yield Coverage(item.line, "E1", Covered.NOT_COVERED, zh, en)


def _holds(held: Grade | None, needed: Grade | None) -> bool:
    return held is not None and (needed is None or _RANK[held] >= _RANK[needed])


def _not_told(picture: Picture, zh: str, en: str) -> Iterator[Coverage]:
    return (Coverage(line, "E1", Covered.NOT_COVERED, zh, en) for line in picture.lines)
