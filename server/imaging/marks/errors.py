"""What marks refuse: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid


class MarkOffPicture(Invalid):
    """A point outside the frame, or a frame that the file has not."""

    code = "mark-off-picture"
    zh = "标注不在这张图上。请在图上重新画"
    en = "The mark does not lie on this picture. Draw it again on the picture"


class MarksNeedPatient(Conflict):
    """Words are sealed with a patient's key; nobody's study has none."""

    code = "marks-need-patient"
    zh = "这份影像还没有核对患者，核对后才能保存标注"
    en = "These pictures are not matched to a patient yet; marks can be kept after that"
    rule = "imaging-70"


class MarksEnough(Conflict):
    """A page could not show more of them."""

    code = "marks-enough"
    zh = "这份影像已有 {most} 个标注，请先删去不用的"
    en = "There are {most} marks on this study already; take away those that are not needed"
