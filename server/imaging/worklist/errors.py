"""What the worklist refuses, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict


class NothingToRead(Conflict):
    """The worklist, as it was filtered, is empty or all claimed."""

    code = "nothing-to-read"
    zh = "没有等待诊断的检查。换个筛选条件再试，或稍后再来"
    en = "No examination waits to be read. Try another filter, or come back later"


class ExamClaimedByAnother(Conflict):
    """A colleague has it; `until` says when it is free again at the latest."""

    code = "imaging-claimed-by-another"
    rule = "imaging-27"
    zh = "{by} 正在诊断这份检查，最晚 {until} 释放，请先看其他检查"
    en = "{by} is reading this examination and holds it until {until} at the latest; take another meanwhile"


class ExamClaimOver(Conflict):
    """The radiologist's own claim lapsed or was released; what was written is kept."""

    code = "imaging-claim-over"
    rule = "imaging-27"
    zh = "您对这份检查的锁定已结束（超过 {minutes} 分钟未续），草稿仍保留。请重新领取后再继续"
    en = "Your claim is over (not renewed for {minutes} minutes); your draft is kept. Claim the examination again, then go on"


class OwnPreliminary(Conflict):
    """Whoever signed the preliminary report does not review it."""

    code = "imaging-own-preliminary"
    rule = "imaging-29"
    zh = "初步报告由您签名，须由另一位医师审核签发"
    en = "You signed the preliminary report: another radiologist has to review and sign it"
