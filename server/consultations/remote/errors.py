"""What remote consultations refuse, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed


class RequestChanged(Conflict):
    """Somebody saved or decided first; `version` is what stands there now."""

    code = "request-changed"
    zh = "会诊申请刚刚有变化（当前第 {version} 版），请刷新后再操作；您填写的内容没有丢失"
    en = "The request has just changed (version {version}). Nothing of yours is lost: refresh, then go on"


class RemoteConsentMissing(Conflict):
    """No consent stands, or it was taken back."""

    code = "remote-consent-missing"
    rule = "B47"
    zh = "请先取得患者（或监护人、近亲属）远程医疗知情同意书"
    en = "First take the written consent of the patient, or of a guardian or close relative, to the remote consultation"


class InvitationIncomplete(Invalid):
    """What B48 asks for is not all there; `missing` names the fields."""

    code = "invitation-incomplete"
    rule = "B48"
    zh = "请填写邀请事由、目的、时间安排、病历摘要及拟邀请专业和职称；还缺：{lacking}"
    en = (
        "Fill in reason, purpose, times, summary of the record, and the specialty and title asked for. "
        "Still missing: {lacking}"
    )


class WrongGiver(Invalid):
    """Who may consent for this patient, and why not the patient."""

    code = "consent-wrong-giver"
    rule = "B47"
    zh = "未成年人须由监护人签署；成年人由他人代签时，请写明关系、姓名和不宜告知本人的原因"
    en = (
        "A guardian signs for a child. Whoever signs for an adult gives the relation, the name, and why the patient "
        "could not be told"
    )


class MayNotBeInvited(NotAllowed):
    """An expert whose papers do not allow it; `reason` is identity's."""

    code = "expert-may-not-consult"
    rule = "B03"
    zh = "{name}不能作为受邀医师：须为本机构注册并具备3年以上独立临床工作经验，请另选专家"
    en = "{name} cannot be invited: an expert is registered at the institution with three years of independent work"


class NotAnExpertHere(Invalid):
    """Nobody of the serving side or of whom it may ask itself."""

    code = "not-an-expert-here"
    zh = "只能选择受邀机构或其合作机构的医师，请重新选择"
    en = "Choose doctors of the serving institution, or of one that serves it under an agreement"


class OneLead(Invalid):
    """Exactly one of them leads."""

    code = "one-lead"
    zh = "请指定一位专家主持会诊并签发意见"
    en = "Name exactly one expert to lead and to sign the summary"


class ExpertBusy(Conflict):
    """Two consultations at once."""

    code = "expert-busy"
    zh = "{name}在这个时间已有会诊，请换一个时间或专家"
    en = "{name} has another consultation at that time; choose another time or expert"


class NoPlaceThen(Conflict):
    """The expert's session is full at that time."""

    code = "no-place-then"
    zh = "{name}在这个时段的号源已满，请换一个时间或专家"
    en = "{name} has no free place at that time; choose another time or expert"


class BadTime(Invalid):
    """In the past, or none where one is needed."""

    code = "bad-consultation-time"
    zh = "视频会诊须安排将来的时间（结束晚于开始，不超过 4 小时）"
    en = "A consultation by video needs a time to come, at most four hours long"


class NoSuchMaterial(Invalid):
    """Not of this patient, or not yours."""

    code = "no-such-material"
    zh = "找不到这份资料，或它不属于这位患者，请重新选择"
    en = "There is no such material of this patient; choose again"
