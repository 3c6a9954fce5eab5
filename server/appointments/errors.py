"""Problems of booking, each the sentence's subject."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed, Unavailable


class SlotFull(Conflict):
    """No place left that this person may take."""

    code = "slot-full"
    zh = "这个时段的号已经约满，请换一个时间"
    en = "This time is fully booked; please choose another"
    rule = "appointments-1"


class NotOpenYet(Conflict):
    """Booking of this slot has not opened."""

    code = "not-open-yet"
    zh = "这个时段还没有开放预约，请到开放时间再来"
    en = "Booking for this time has not opened yet; please come back when it does"
    rule = "appointments-2"


class SlotOver(Conflict):
    """The slot has begun."""

    code = "slot-over"
    zh = "这个时段已经开始，不能再预约，请选后面的时间"
    en = "This time has already begun; please choose a later one"
    rule = "appointments-2"


class SessionClosed(Conflict):
    """The session was stopped."""

    code = "session-closed"
    zh = "医生这次停诊了，请换一个时间或另选医生"
    en = "The doctor is not available at this time after all; please choose another time or doctor"
    rule = "appointments-5"


class AlreadyBooked(Conflict):
    """The patient has a booking in this department on this day."""

    code = "already-booked"
    zh = "当天在这个科室已经有预约，一人一天一个科室只能约一次。要换时间请先取消原来的预约"
    en = "There is already a booking in this department on this day; to change the time, cancel it first"
    rule = "appointments-3"


class FirstVisit(NotAllowed):
    """Nobody may be seen for the first time online."""

    code = "first-visit"
    zh = "您未在线下就诊并确诊，不能在线首诊，请先到实体医疗机构就诊"
    en = "You have not been diagnosed in person yet, so a first visit cannot be online; please see a doctor in person first"
    rule = "B11"


class BookingOver(Conflict):
    """The booking is past being cancelled."""

    code = "booking-over"
    zh = "这个预约已经结束或已开始就诊，不能取消"
    en = "This booking is over or the visit has begun; it cannot be cancelled"
    rule = "appointments-4"


class SegmentTooLong(Invalid):
    """Grade-3 hospitals publish times exact to the hour."""

    code = "segment-too-long"
    zh = "三级医院分时段预约应精确到1小时以内，请缩短每个时段"
    en = "A grade-3 hospital's booking segments may be at most one hour; make them shorter"
    rule = "appointments-6"


class BadSession(Invalid):
    """The session's times do not make sense."""

    code = "bad-session"
    zh = "排班时间有误：结束要晚于开始，在同一天，且要能按时段整分"
    en = "The session's times are not right: it must end after it starts, on one day, and divide evenly into segments"


class DoctorBusy(Conflict):
    """The doctor has another session at that time."""

    code = "doctor-busy"
    zh = "这位医生在这段时间已有排班"
    en = "This doctor already has a session at that time"


class BookingSuspended(NotAllowed):
    """Too many no-shows."""

    code = "booking-suspended"
    zh = "因多次预约后未就诊，网上预约已暂停，恢复日期见页面；急需就诊请到医院窗口"
    en = "Booking is suspended after several missed appointments until the date shown; if it is urgent, come to the window"
    rule = "appointments-10"


class QuotasDoNotAddUp(Invalid):
    """The quotas of a slot are not its capacity."""

    code = "quotas-do-not-add-up"
    zh = "各类号源之和为 {given}，与时段总号数 {capacity} 不一致，请改成一致"
    en = "The quotas add up to {given}, but the slot has {capacity} places; make them agree"
    rule = "appointments-7"


class CapacityBelowBooked(Conflict):
    """Fewer places than are booked."""

    code = "capacity-below-booked"
    zh = "已有 {booked} 人预约，号数不能改到 {capacity}。请先处理这些预约"
    en = "{booked} are booked already, so there cannot be {capacity} places; deal with those bookings first"
    rule = "appointments-7"


class HoldOver(Conflict):
    """The hold or offer ran out."""

    code = "hold-over"
    zh = "保留时间已过，号已放回。请重新选择时间"
    en = "The place was held only for a while and has gone back; please choose a time again"
    rule = "appointments-9"


class DeskBusy(Unavailable):
    """More ask than can be served in time."""

    code = "desk-busy"
    zh = "现在预约的人太多，请稍等几秒再点一次，不会重复预约"
    en = "Too many people are booking just now; please try again in a few seconds, you will not be booked twice"


class SummaryMissing(Invalid):
    """A family doctor's reserved place needs a referral summary."""

    code = "referral-summary-missing"
    zh = "使用家庭医生预留号要写转诊摘要，请写明病情和转诊目的"
    en = "A place reserved for family doctors needs a referral summary: the condition and what is asked"
    rule = "appointments-7"


class SessionInPast(Invalid):
    """The session is over already."""

    code = "session-in-past"
    zh = "这个时间已经过去，不能排班"
    en = "This time is over; a session cannot be planned in the past"
    rule = "appointments-6"


class PlacesLeft(Conflict):
    """There is a place: no need to wait."""

    code = "places-left"
    zh = "现在还有号，可以直接预约，不用候补"
    en = "There are places left: book one directly, there is no need to wait"
    rule = "appointments-12"


class AlreadyWaiting(Conflict):
    """On the list already."""

    code = "already-waiting"
    zh = "已经在候补名单里，有号会通知您"
    en = "Already on the waiting list; you will be told when there is a place"
    rule = "appointments-12"


class WaitingClosed(Conflict):
    """The list of this session has ended."""

    code = "waiting-closed"
    zh = "这次门诊的候补已经结束，请另选时间"
    en = "The waiting list for this session has ended; please choose another time"
    rule = "appointments-12"


class WrongReference(Invalid):
    """The check digit does not fit: a digit was misread."""

    code = "wrong-reference"
    zh = "预约编号不对，有数字输错了。请对照预约单再输一次，或扫单上的二维码"
    en = "This booking reference is not right: a digit is wrong. Compare it with the slip, or scan the slip's QR code"
    rule = "appointments-13"


class NoSuchReference(Invalid):
    """Nobody has booked here under this number."""

    code = "no-such-reference"
    zh = "本院没有这个预约编号。请看预约单上是不是别的医院，或按姓名在当天预约里找"
    en = "There is no booking here under this reference. See whether the slip names another hospital, or look in the day's list"
    rule = "appointments-13"


class WaitsOnline(Conflict):
    """A visit by video: its patient waits online."""

    code = "waits-online"
    zh = "这是视频复诊，不在窗口签到。病人在手机上点“进入候诊室”；没有手机，可以到村卫生室或镇卫生院"
    en = "This visit is by video and is not checked in here: the patient enters the waiting room on a phone, or at a clinic"
    rule = "appointments-13"


class DeskAnotherDay(Conflict):
    """The booking is for another day."""

    code = "desk-another-day"
    zh = "这个预约是 {day} 的，请病人当天 {time} 起来签到"
    en = "This booking is for {day}; please check in on that day from {time}"
    rule = "appointments-13"


class DeskTooEarly(Conflict):
    """Check-in has not opened."""

    code = "desk-too-early"
    zh = "还没到签到时间，{time} 起可以签到，请病人先休息等候"
    en = "Check-in opens at {time}; please ask the patient to wait"
    rule = "appointments-13"


class DeskTooLate(Conflict):
    """Check-in is over."""

    code = "desk-too-late"
    zh = "签到时间 {time} 已过。请先取消这个预约，再为病人另约后面的时间"
    en = "Check-in ended at {time}. Cancel this booking, then book a later time for the patient"
    rule = "appointments-13"


class NothingToCheckIn(Conflict):
    """Cancelled, over, held only, or being seen already."""

    code = "nothing-to-check-in"
    zh = "这个预约现在不能签到：已取消、已结束、已在就诊，或还没有确认。请核对当天的预约"
    en = (
        "This booking cannot be checked in: it is cancelled, over, being seen, or not confirmed yet. See the day's list"
    )
    rule = "appointments-13"


class NotPublished(Conflict):
    """A draft, seen by its own schedulers."""

    code = "not-published"
    zh = "这次门诊还是草稿，发布以后才能操作"
    en = "This session is still a draft; publish it first"
    rule = "appointments-6"


class AlreadyPublished(Conflict):
    """No draft any more."""

    code = "already-published"
    zh = "这次门诊已经发布，不能删除；不出诊请办理停诊"
    en = "This session has been published and cannot be discarded; if it will not take place, stop it"
    rule = "appointments-5"


class PlanChanged(Conflict):
    """Somebody else was faster."""

    code = "plan-changed"
    zh = "别人刚刚改过这里，请刷新后再改"
    en = "Somebody else has changed this meanwhile; refresh, look, and change it again"


class DayOff(Conflict):
    """Nobody works on this day."""

    code = "day-off"
    zh = "{name}，当天不出诊"
    en = "No sessions on this day: {name}"


class DayTaken(Conflict):
    """The day is an exception already."""

    code = "day-taken"
    zh = "这一天已经设过假期或调休，请先删除原来的"
    en = "This day already has an exception; remove that one first"


class QuotaReleased(Conflict):
    """The quota's places have moved on."""

    code = "quota-released"
    zh = "这类号源在这个时段已按协议释放，新增的号请加到释放以后的那一类"
    en = "This quota of the slot has been released by the agreement; add new places where its places went"
    rule = "appointments-8"


class NotAllied(Invalid):
    """Another alliance, or none."""

    code = "not-allied"
    zh = "这家机构与本院不在同一个医联体，请选择医联体成员"
    en = "This institution is in no alliance with yours; choose a member of the alliance"
    rule = "appointments-7"


class TeamNameTaken(Conflict):
    """A team of that institution has the name."""

    code = "team-name-taken"
    zh = "这家机构已有同名的家庭医生团队，请换一个名称"
    en = "This institution already has a family-doctor team of that name; choose another"


class BothBooked(Conflict):
    """Two records of one person have a booking in one department on one day."""

    code = "both-booked"
    zh = "两份档案在 {day} 同一科室都有预约，请先取消其中一个，再合并"
    en = "Both records have a booking in the same department on {day}; cancel one of them, then merge"
    rule = "appointments-3"
