"""What imaging orders refuse, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid


class NoReadingDepartment(Conflict):
    """An agreement that does not say who reads this."""

    code = "no-reading-department"
    rule = "imaging-21"
    zh = "合作协议没有约定由哪个科室诊断这项检查，请联系对方机构管理员补充影像诊断分工，或选择其他诊断机构"
    en = (
        "The agreement names no department that reads this examination: ask the other institution's administrator"
        " to add it, or choose another institution"
    )


class NoOwnRadiologists(Conflict):
    """Nobody here may read and sign it."""

    code = "no-own-radiologists"
    rule = "imaging-21"
    zh = (
        "本机构没有能出具影像报告的科室（须有两名执业范围含医学影像的医师，其中一名为主治医师以上），请选择其他诊断机构"
    )
    en = (
        "No department of your institution may report on it (it takes two doctors licensed for imaging, one of them"
        " senior): choose another institution"
    )


class NoSuchProcedure(Invalid):
    """A code that the catalogue does not hold."""

    code = "no-such-imaging-procedure"
    zh = "请从列表中选择检查项目"
    en = "Choose an examination from the list"


class NoSuchImagingReason(Invalid):
    """A code that its list does not hold."""

    code = "no-such-imaging-reason"
    zh = "请从列表中选择原因"
    en = "Choose a reason from the list"


class NotPerformedThere(Invalid):
    """Pictures are taken here, or by an institution above."""

    code = "imaging-not-performed-there"
    zh = "检查只能在本机构或上级机构进行，请重新选择检查机构"
    en = "Pictures are taken at your own institution or one above it; choose again"


class NoPicturesYet(Conflict):
    """Nothing has arrived for this order."""

    code = "imaging-no-pictures-yet"
    rule = "imaging-24"
    zh = "还没有收到这张申请的图像，请先上传，或在待匹配列表中关联"
    en = "No pictures have arrived for this order: upload them first, or link them in the list of unmatched studies"


class CriticalStillOpen(Conflict):
    """A critical value comes before everything else."""

    code = "imaging-critical-open"
    rule = "imaging-33"
    zh = "这份检查有未确认的危急值，须先由接报人具名确认，才能继续"
    en = "A critical value of this examination is not acknowledged yet: acknowledge it by name first, then go on"


class ImagingOrderCancelled(Conflict):
    """The requester took the order back; what was written is kept."""

    code = "imaging-order-cancelled"
    rule = "imaging-25"
    zh = "申请方已取消这份检查，没有签出报告；您写的草稿仍保留，请看其他检查"
    en = "The requester has cancelled this examination and nothing was signed; your draft is kept. Take another one"
