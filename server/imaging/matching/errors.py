"""What matching refuses."""

from __future__ import annotations

from server.foundation.errors import Conflict


class DifferencesNotConfirmed(Conflict):
    """The file and the record disagree, or too little could be compared; `differences` are codes, each to be confirmed."""

    code = "differences-not-confirmed"
    zh = "影像文件里的患者信息与所选患者不完全一致，请逐项核对确认后再归入；不能确认的不要归入"
    en = (
        "What the file says of its patient differs from the record: confirm each difference, or do not attach the study"
    )
    rule = "imaging-43"


class StudyDecidedAlready(Conflict):
    """A colleague attached or rejected it meanwhile."""

    code = "study-decided-already"
    zh = "这份影像已由同事处理，请刷新列表"
    en = "A colleague has dealt with this study already; refresh the list"


class OrderTakesNoPictures(Conflict):
    """The order was cancelled."""

    code = "order-takes-no-pictures"
    zh = "该申请已取消，不能归入影像。请归入患者，或重新开申请"
    en = "This order was cancelled and takes no pictures: attach the study to the patient, or order anew"
