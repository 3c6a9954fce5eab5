"""What recognition refuses."""

from __future__ import annotations

from server.foundation.errors import Conflict


class RecognisedResultExists(Conflict):
    """The same examination was done lately, and nobody said why it is needed again."""

    code = "recognised-result-exists"
    rule = "imaging-35"
    zh = "该患者 {day} 已有同类检查结果在互认有效期内，请先查看并采用；确需重新检查的，请选择不予互认的原因"
    en = (
        "This patient has a valid result of the same examination from {day}: look at it and accept it,"
        " or give the reason why it has to be done again"
    )


class NothingToRecognise(Conflict):
    """The result that was accepted or refused is not one that is recognised now."""

    code = "nothing-to-recognise"
    rule = "imaging-34"
    zh = "这份结果不在互认有效期内，或已被撤换，请刷新后重新选择"
    en = "This result is not recognised now; refresh and choose again"
