"""What meetings and opinions refuse, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Gone, Invalid, NotAllowed


class MeetingNotOpen(Conflict):
    """The first expert opens the room."""

    code = "meeting-not-open"
    rule = "meetings-1"
    zh = "专家还没有打开会诊室，请稍候；打开后本页会自动提示"
    en = "No expert has opened the room yet. Please wait; this page will tell you"


class MeetingTooEarly(Conflict):
    """Not hours before the agreed time."""

    code = "meeting-too-early"
    rule = "meetings-1"
    zh = "会诊室在约定时间前 {minutes} 分钟才能打开"
    en = "The room can be opened {minutes} minutes before the agreed time"


class MeetingOver(Gone):
    """It ended; nothing of it is open any more."""

    code = "meeting-over"
    rule = "meetings-6"
    zh = "本次会诊已经结束"
    en = "This consultation has ended"


class NotAdmitted(Conflict):
    """Before the door, or put out."""

    code = "not-admitted"
    rule = "meetings-2"
    zh = "请先敲门，等主持人同意后再进入"
    en = "Knock first, and enter once the chair has let you in"


class MeetingRecordingDeclined(Conflict):
    """Everybody in it agrees to being recorded."""

    code = "meeting-recording-declined"
    rule = "B40"
    zh = "远程会诊全程录音录像，您同意后才能进入"
    en = "The consultation is recorded; you can enter once you agree to it"


class NotTheChair(NotAllowed):
    """Admitting, removing and handing over are the chair's."""

    code = "not-the-chair"
    rule = "meetings-4"
    zh = "只有主持人可以这样做，需要时请主持人把主持权交给您"
    en = "Only the chair may do this; ask the chair to hand over to you"


class NobodyThere(Conflict):
    """The person is not, or no longer, where this can be done."""

    code = "nobody-there"
    zh = "对方已不在等候或会诊中，请刷新后再看"
    en = "That person is not waiting or present any more. Refresh and look again"


class NotForTheChair(Invalid):
    """Guests and patients do not chair; nor does who is not there."""

    code = "not-for-the-chair"
    rule = "meetings-4"
    zh = "主持权只能交给在场的专家或邀请方医生"
    en = "The chair can go to an expert, or to who asked for the consultation, while they are present"


class TooManyInvitations(Conflict):
    """So many links are open already."""

    code = "too-many-invitations"
    zh = "本次会诊的邀请已达上限，请先撤销不用的邀请"
    en = "This meeting has as many open invitations as it may; revoke those that are not needed"


class InvitationOver(Gone):
    """Revoked, of a meeting that ended, or never made: one answer for all."""

    code = "invitation-over"
    zh = "这个邀请已失效，请向邀请您的人要一个新的"
    en = "This invitation is no longer valid. Ask whoever invited you for a new one"


class LinkAlreadyUsed(Conflict):
    """A second browser."""

    code = "link-already-used"
    rule = "meetings-5"
    zh = "这个邀请已在另一台设备或浏览器上打开，不能再用；主持人已得到提示，请向他要一个新的邀请"
    en = (
        "This invitation was opened on another device or browser and cannot be used again. "
        "The chair has been told: ask for a new one"
    )


class ConsultationCancelled(Conflict):
    """The requester took the request back while somebody was writing."""

    code = "consultation-cancelled"
    rule = "meetings-7"
    zh = "邀请方已取消这次会诊，不能再签发意见；您写的草稿已保留，不会发给任何人"
    en = (
        "The requesting side has cancelled this consultation, so nothing can be signed. "
        "Your draft is kept and goes to nobody"
    )


class NoLongerExpert(Conflict):
    """Released or replaced while writing."""

    code = "no-longer-expert"
    rule = "meetings-7"
    zh = "您已不再是本次会诊的专家，不能签发意见；您写的草稿已保留"
    en = "You are no longer an expert of this consultation and cannot sign. Your draft is kept"


class OpinionChangedElsewhere(Conflict):
    """Another window saved first; `seq` is what stands."""

    code = "opinion-changed-elsewhere"
    zh = "这份意见刚在别的窗口保存过（第 {seq} 次），请先核对再保存"
    en = "This opinion was saved in another window (save {seq}). Compare before you save again"


class OpinionSigned(Conflict):
    """Signed ones are amended, never rewritten."""

    code = "opinion-signed"
    rule = "meetings-8"
    zh = "意见已签发，不能再改；如需更正请用“更正”，原意见会保留"
    en = "This opinion is signed. To correct it, amend it: the original is kept"


class OpinionNotSigned(Conflict):
    """There is nothing to amend, or nothing to show yet."""

    code = "opinion-not-signed"
    zh = "意见还没有签发"
    en = "The opinion is not signed yet"


class OpinionIncomplete(Invalid):
    """A report says something."""

    code = "opinion-incomplete"
    rule = "B50"
    zh = "请填写会诊意见后再签发"
    en = "Write the opinion before signing it"


class OthersNotSigned(Conflict):
    """The lead signs last; `names` are who is missing."""

    code = "others-not-signed"
    rule = "B50"
    zh = "还有专家未签发意见：{names}。请等待，或请调度员解除其任务并说明理由"
    en = "Some experts have not signed: {names}. Wait for them, or have them released with a reason"


class ReportNotReady(Conflict):
    """Nobody reads a report that is not signed."""

    code = "report-not-ready"
    rule = "B50"
    zh = "会诊报告还没有签发，签发后会通知您"
    en = "The report is not signed yet; you will be told when it is"


class NoSuchFigure(Invalid):
    """Not a picture, or not of this patient."""

    code = "no-such-figure"
    zh = "有一张附图不是这位患者的图片，请重新选择"
    en = "One of the figures is not a picture of this patient; choose again"
