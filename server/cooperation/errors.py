"""Problems of cooperation."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid


class NoAgreement(Conflict):
    """The two institutions have not agreed on this, or not any more."""

    code = "no-agreement"
    rule = "B46"
    zh = "双方未签订有效的远程医疗合作协议（{sides}），请联系本机构管理员签订后再邀请"
    en = (
        "Your institution has no agreement on telemedicine in force for this with the other one; "
        "ask your administrator to make one first"
    )


class AgreementChanged(Conflict):
    """Somebody else was first."""

    code = "agreement-changed"
    zh = "协议刚刚有变化（当前第 {version} 版），请刷新后再看"
    en = "The agreement has just changed (version {version}); refresh and look again"


class AgreementUnfit(Invalid):
    """What was entered cannot be an agreement; `errors` say where."""

    code = "agreement-unfit"
    zh = "协议内容有误，请按提示修改"
    en = "This cannot be an agreement yet; see the marks"


class ScanReplaced(Conflict):
    """Two replaced the same scan at one moment, or from an old page."""

    code = "agreement-scan-replaced"
    zh = "这份扫描件刚刚已被替换，请刷新后再看"
    en = "This scan has just been replaced; refresh and look again"


class TooManyScans(Conflict):
    """An agreement has so many pages at most."""

    code = "agreement-too-many-scans"
    zh = "一份协议最多保存 {most} 个扫描件，请合并为 PDF 后上传"
    en = "An agreement keeps at most {most} scans; put the pages into one PDF"


class NotTheOtherSide(Conflict):
    """An agreement needs two sides."""

    code = "agreement-needs-other-side"
    zh = "协议须由邀请方管理员确认，不能由受邀方或拟定人自己确认"
    en = "The requesting side's administrator confirms an agreement, not the serving side or whoever drew it up"
    rule = "B46"
