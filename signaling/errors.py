"""What realtime refuses, in words. Raised in handlers and returned in the ack; never sent for anything unexpected."""

from __future__ import annotations

from server.foundation.errors import Conflict, Gone, Invalid, NotAllowed, TooMany, Unavailable


class TicketNotValid(NotAllowed):
    """Forged, expired, used before, or made for somebody else: one answer for all of them."""

    code = "ticket-not-valid"
    zh = "进入凭证已失效，请返回重新进入"
    en = "This pass to the room is no longer valid. Go back and enter again"


class NoGrant(NotAllowed):
    """The ticket does not hold the grant that this needs."""

    code = "no-grant"
    zh = "您在本次通话中没有这项权限"
    en = "You may not do this in this call"


class NotPresenting(Conflict):
    """Somebody else presents: only they change what everybody sees. `presenter` is their seat."""

    code = "not-presenting"
    zh = "正在由他人演示，如需操作请先接手演示；也可以自己翻看"
    en = "Somebody else is presenting. Take over first, or look around on your own"


class SecondPictureTaken(Conflict):
    """Somebody else shows a second picture; a room has one at a time."""

    code = "second-picture-taken"
    zh = "{name}正在展示第二路画面，请等对方停止后再展示"
    en = "{name} is showing a second picture. Wait until it is stopped"


class NotShowing(Conflict):
    """Media of a second picture that was never begun or was ended."""

    code = "not-showing"
    zh = "第二路画面已停止，如需展示请重新开始"
    en = "The second picture has ended. Start it again to show it"


class NotInRoom(Conflict):
    """A room event from a socket that sits in no room."""

    code = "not-in-room"
    zh = "您还没有进入通话，请重新进入"
    en = "You are not in a room. Enter it again"


class RoomFull(Conflict):
    """Every seat is taken; those who may come back within the grace period keep theirs."""

    code = "room-full"
    zh = "通话人数已满，请等有人离开后再进入"
    en = "Every place in this call is taken. Wait until somebody leaves"


class RoomClosed(Gone):
    """The meeting is over."""

    code = "room-closed"
    zh = "本次通话已经结束"
    en = "This call has ended"


class SeatTakenOver(Conflict):
    """The same person sits here now from another device."""

    code = "seat-taken-over"
    zh = "您已在另一台设备上进入通话；如要在这里继续，请重新进入"
    en = "You are in this call on another device. Enter again to go on here"


class RecordingConsentNeeded(Conflict):
    """The meeting must be recorded, and not everybody in the room has agreed to it: no video."""

    code = "recording-consent-needed"
    zh = "视频必须录音录像，而通话中有人尚未同意，暂不能视频；可以先用文字交流"
    en = "Video must be recorded and somebody in the room has not agreed to it. Use the chat meanwhile"


class MediaStopped(Conflict):
    """Video was ended for this room; the chat goes on."""

    code = "media-stopped"
    zh = "本次通话的视频已停止，可以继续用文字交流"
    en = "Video has been stopped in this call. The chat goes on"


class MediaUnavailable(Unavailable):
    """No media node answers in time."""

    code = "media-unavailable"
    zh = "视频服务暂时不可用，正在恢复，请稍候"
    en = "The video service is briefly unavailable and is being restored. Please wait"


class NoSuchEvent(Invalid):
    """An event name that the contract does not have."""

    code = "no-such-event"
    zh = "系统不认识这个请求，请刷新页面"
    en = "The system does not know this request. Reload the page"


class StateTooLarge(Invalid):
    """A state value over the limit, or more keys than a room keeps."""

    code = "state-too-large"
    zh = "同步的内容太大"
    en = "What is shared is too large"


class TooFast(TooMany):
    """Over a socket's or a person's rate; `retry_after_ms` says when again."""

    code = "too-fast"
    zh = "操作太快，请稍候再试"
    en = "Too fast. Wait a moment and try again"


class TookTooLong(Unavailable):
    """A handler passed its deadline; whether it took effect is learned by asking again."""

    code = "took-too-long"
    zh = "系统响应超时，请再试一次"
    en = "This took too long. Please try again"


class MayNotWatch(NotAllowed):
    """The topic does not exist, or is not this person's to watch: one answer for both."""

    code = "may-not-watch"
    zh = "没有这项内容，或您无权查看"
    en = "There is no such thing, or it is not yours to see"
