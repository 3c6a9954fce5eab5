"""Coded reasons: why a prescription goes back or is refused, and the faults that 处方点评 counts.

Reasons to return follow 处方管理办法 art. 35 (what suitability is) and 医疗机构处方审核规范; those to reject, art. 36. Faults of
the sample have the numbers of 医院处方点评管理规范(试行) 2010, art. 17 to 19: 1 不规范, 2 用药不适宜, 3 超常.
Rule: B31, B32
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Reason:
    """A code that stays, and its words."""

    code: str
    zh: str
    en: str


def _by_code(*reasons: Reason) -> Mapping[str, Reason]:
    found = {each.code: each for each in reasons}
    assert len(found) == len(reasons), "a code is given once"
    return MappingProxyType(found)


RETURN: Final = _by_code(
    Reason("indication", "适应证不适宜（处方用药与诊断不相符）", "No indication: the drug does not fit the diagnosis"),
    Reason("selection", "遴选的药品不适宜", "Another drug would suit this patient better"),
    Reason("dose", "用法用量不适宜", "Dose or frequency does not suit"),
    Reason("route", "剂型或给药途径不适宜", "Form or route does not suit"),
    Reason("duplicate", "重复给药", "Duplicate therapy"),
    Reason("interaction", "有不良相互作用", "Harmful interaction"),
    Reason("incompatibility", "有配伍禁忌", "Incompatible drugs"),
    Reason("contraindication", "有禁忌证或须慎用的情况", "Contraindicated, or a caution applies"),
    Reason("allergy", "过敏史与用药须确认", "Allergy to be confirmed"),
    Reason("skin-test", "未注明皮试及结果", "Skin test and its result are not noted"),
    Reason("laboratory", "缺少用药所需的检验结果", "A test result that this drug needs is missing"),
    Reason("quantity", "用量超过规定且理由不充分", "Quantity above the limit without enough reason"),
    Reason("form", "处方内容缺项或不规范", "The prescription is incomplete or not in due form"),
    Reason("validity", "处方已过有效期，请医师延长或重新开具", "Validity is over: extend it or prescribe anew"),
    Reason("other", "其他用药不适宜", "Other unsuitable use"),
)
REJECT: Final = _by_code(
    Reason("serious-misuse", "严重不合理用药", "Gravely unreasonable use"),
    Reason("medication-error", "用药错误", "Medication error"),
    Reason("known-allergy", "使用明确过敏的药品", "A drug to which the patient is known to be allergic"),
    Reason("absolute-contraindication", "存在用药绝对禁忌", "Absolutely contraindicated"),
    Reason("not-entitled", "医师没有相应的处方权", "The doctor has no right to prescribe this"),
    Reason("not-allowed-online", "不得通过互联网开具的药品", "A drug that may not be prescribed online"),
    Reason("doubtful-origin", "处方真实性存疑", "The origin of the prescription is doubtful"),
)
FAULTS: Final = _by_code(
    Reason(
        "1-1", "处方的前记、正文、后记内容缺项或书写不规范", "Parts of the prescription are missing or not in due form"
    ),
    Reason("1-2", "医师签名、签章不规范", "The doctor's signature is not in due form"),
    Reason("1-3", "药师未对处方进行适宜性审核", "Suitability was not reviewed by a pharmacist"),
    Reason("1-4", "新生儿、婴幼儿处方未写明日、月龄", "Age in days or months is missing for a newborn or infant"),
    Reason(
        "1-5", "西药、中成药与中药饮片未分别开具处方", "Western or patent drugs and herbal pieces on one prescription"
    ),
    Reason("1-6", "未使用药品规范名称开具处方", "A drug is not given by its approved name"),
    Reason("1-7", "药品的剂量、规格、数量、单位等书写不规范或不清楚", "Dose, strength, quantity or unit is unclear"),
    Reason("1-8", "用法、用量使用“遵医嘱”“自用”等含糊不清字句", "Vague words for the use, such as “as directed”"),
    Reason(
        "1-9", "处方修改或超剂量使用未注明原因和再次签名", "A change or an overdose without reason and second signature"
    ),
    Reason("1-10", "未写临床诊断或临床诊断书写不全", "The diagnosis is missing or incomplete"),
    Reason("1-11", "单张门急诊处方超过五种药品", "More than five drugs on one prescription"),
    Reason("1-12", "超过规定用量且未注明理由", "More days than allowed without a noted reason"),
    Reason("1-13", "特殊管理药品处方未执行国家有关规定", "Rules for specially controlled drugs not kept"),
    Reason("1-14", "未按照抗菌药物临床应用管理规定开具抗菌药物", "Rules for antimicrobials not kept"),
    Reason(
        "1-15",
        "中药饮片未按“君、臣、佐、使”排列或未标注特殊要求",
        "Herbal pieces not in due order or without their notes",
    ),
    Reason("2-1", "适应证不适宜", "No indication"),
    Reason("2-2", "遴选的药品不适宜", "Unsuitable choice of drug"),
    Reason("2-3", "药品剂型或给药途径不适宜", "Unsuitable form or route"),
    Reason("2-4", "无正当理由不首选国家基本药物", "No essential drug first, without a good reason"),
    Reason("2-5", "用法、用量不适宜", "Unsuitable dose or frequency"),
    Reason("2-6", "联合用药不适宜", "Unsuitable combination"),
    Reason("2-7", "重复给药", "Duplicate therapy"),
    Reason("2-8", "有配伍禁忌或者不良相互作用", "Incompatibility or harmful interaction"),
    Reason("2-9", "其他用药不适宜情况", "Other unsuitable use"),
    Reason("3-1", "无适应证用药", "Drug without any indication"),
    Reason("3-2", "无正当理由开具高价药", "An expensive drug without a good reason"),
    Reason("3-3", "无正当理由超说明书用药", "Off-label use without a good reason"),
    Reason(
        "3-4",
        "无正当理由为同一患者同时开具两种以上药理作用相同药物",
        "Several drugs of one action without a good reason",
    ),
)
