"""What uploads by page refuse."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, TooLarge, WrongType


class ArrivalOver(Conflict):
    """Finished, withdrawn, or given up after a week."""

    code = "arrival-over"
    zh = "这次上传已经结束，请新建一次上传"
    en = "This upload is over; begin a new one"


class ZipUnreadable(WrongType):
    """A zip that is damaged, or packed in a way that we do not open."""

    code = "zip-unreadable"
    zh = "压缩包已损坏或无法打开，请重新压缩（zip 格式、不加密）后再上传"
    en = "The zip is damaged or cannot be opened; pack it anew, as a plain zip without a password"


class ZipExpandsTooFar(TooLarge):
    """A bomb, or an archive that is better sent in pieces."""

    code = "zip-expands-too-far"
    zh = "压缩包展开后过大或文件过多，已停止处理。请分成几个压缩包上传"
    en = "The zip unpacks to too much or to too many files and was not read on; upload it in several"


class MixedPatients(Conflict):
    """One study whose files name several people: no confirmation makes it one person's."""

    code = "mixed-patients"
    zh = "同一次检查的文件里出现了不止一位患者，不能归入任何人。请核对来源后分开上传"
    en = "Files of one study name several patients, so it cannot become anybody's; look at where they come from"
    rule = "imaging-44"


class NotThisPatient(Conflict):
    """What the files say differs from the patient chosen; `studies` says which and in what, by codes."""

    code = "not-this-patient"
    zh = "影像文件里的患者信息与所选患者不一致。请核对；确属本人的，请写明原因后再提交"
    en = "The files name somebody else than the patient chosen: look again, or state why they are this patient's"
    rule = "imaging-44"


class NothingArrived(Invalid):
    """Nothing that could be finished."""

    code = "nothing-arrived"
    zh = "这次上传里还没有可用的影像，请先上传文件"
    en = "No usable pictures have arrived in this upload yet"
