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
