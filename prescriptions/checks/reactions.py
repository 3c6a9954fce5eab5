"""What kind of reaction somebody wrote down beside an allergy, in the words of cross_reactions.csv."""

from __future__ import annotations

import re
from typing import Final

from prescriptions.formulary.entries import Reaction

_CLAUSE: Final = re.compile(r"[，,；;。、\n]+|\band\b|\bbut\b")
_DENIED: Final = re.compile(
    r"^\s*(?:无|没有|未见|未出现|否认|不伴|no\b|not\b|without\b|den(?:y|ies|ied)\b)", re.IGNORECASE
)
_WORDS: Final = {
    Reaction.IMMEDIATE: re.compile(
        r"休克|速发|即刻|即时|立即|喉头?水肿|声门|血管(?:神经)?性?水肿|呼吸困难|憋气|胸闷|窒息|喘|支气管痉挛|荨麻疹|风团|血压下降|低血压"
        r"|晕厥|意识丧失|抢救|anaphyla|immediate|shock|angioedema|laryn|bronchospasm|wheez|dyspn"
        r"|short(?:ness)? of breath|urticaria|hives|syncope|hypotension|\bige\b",
        re.IGNORECASE,
    ),
    Reaction.SEVERE_SKIN: re.compile(
        r"\bsjs\b|\bten\b|\bdress\b|史蒂文斯|大疱|表皮坏死|坏死松解|剥脱|重症(?:多形)?(?:药疹|红斑)|药物超敏综合征|stevens|necrolysis"
        r"|exfoliat|drug reaction with eosinophilia",
        re.IGNORECASE,
    ),
    Reaction.BLOOD_OR_LIVER: re.compile(
        r"粒细胞|白细胞减少|再生障碍|再障|肝炎|肝损|肝功能|肝衰|agranulocyt|neutropen|aplastic|hepatitis|liver",
        re.IGNORECASE,
    ),
    Reaction.HIT: re.compile(r"血小板减少|\bHIT\b|thrombocytopen", re.IGNORECASE),
    Reaction.INTOLERANCE: re.compile(
        r"不耐受|肌痛|肌肉(?:酸)?痛|肌肉酸|肌无力|干咳|咳嗽|intoleran|myalgia|muscle (?:pain|ache)|cough", re.IGNORECASE
    ),
    Reaction.MILD_RASH: re.compile(r"皮疹|红疹|药疹|瘙痒|发痒|rash|itch|prurit|exanthem", re.IGNORECASE),
}
_GRAVER_RASH: Final = frozenset({Reaction.SEVERE_SKIN, Reaction.IMMEDIATE})


def read_reaction(text: str) -> frozenset[Reaction]:
    """The kinds of reaction a text names, what it denies left out; ANY alone when it names none.

    A rash beside something graver is not a mild one; an intolerance beside a reaction is no mere intolerance.
    """
    said = [clause for clause in _CLAUSE.split(text) if not _DENIED.match(clause)]
    found = {kind for kind, words in _WORDS.items() if any(words.search(clause) for clause in said)}
    if found & _GRAVER_RASH:
        found.discard(Reaction.MILD_RASH)
    if found - {Reaction.INTOLERANCE}:
        found.discard(Reaction.INTOLERANCE)
    return frozenset(found) or frozenset({Reaction.ANY})
