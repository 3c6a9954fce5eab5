"""E10: is there a diagnosis for which the drug is usually given? The map is rough, so this is a warning and never more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Confidence
from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .picture import Picture
from .reading import known
from .sentence import Sentence

_NO_DIAGNOSIS_FOR_IT: Final = Sentence(
    check="E10",
    level=Level.WARNING,
    zh="未见与“{drug.name_zh}”对应的诊断（现有诊断：{diagnoses}）；按疾病大类比对，仅供提示。",
    en="No diagnosis goes with {drug.name_en} (given: {diagnoses}); judged by groups of diseases only.",
    advice_zh="请补充诊断，或核对药品是否选对。",
    advice_en="Add the diagnosis, or check that the drug is the one meant.",
    source="indications.csv",
)


def indication(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Each known drug against the groups of the diagnoses. Rule: E10"""
    diagnoses = picture.patient.diagnoses
    groups = {knowledge.disease_group(diagnosis.code) for diagnosis in diagnoses}
    for item, drug in known(picture, knowledge):
        indications = knowledge.indications_of(drug.id)
        if any(groups.intersection(each.groups) for each in indications):
            continue
        if not indications or not groups or None in groups:
            zh, en = "数据没有该药或该诊断的适应证大类", "the data hold no group of diseases for this drug or diagnosis"
            yield Coverage(item.line, "E10", Covered.NOT_COVERED, zh, en)
            continue
        names = "、".join(each.name or each.code for each in diagnoses)
        yield _NO_DIAGNOSIS_FOR_IT.of(
            item.line,
            rule=indications[0].id,
            met=(drug.name_zh, names),
            confidence=Confidence.LOW,
            drug=drug,
            diagnoses=names,
        )
