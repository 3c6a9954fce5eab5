"""What a visit refuses, each the sentence's subject: the reason, then the way out. Whose visit it is not gets `Unknown`."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed, TooMany

__all__ = [
    "AnotherPatientInRoom",
    "CalledTooSoon",
    "CheckInTooEarly",
    "ColleagueNotSuitable",
    "DataConsentMissing",
    "DeviceNotChecked",
    "FirstVisitRefused",
    "HelperConsentNeeded",
    "InformedConsentMissing",
    "MustCallMore",
    "NoSuchSymptom",
    "NoteNotSigned",
    "PapersMissing",
    "PapersUnclear",
    "PatientIsHere",
    "PhoneAlreadyShown",
    "PreCheckMissing",
    "ReceptionNotOpen",
    "RecordNotOpened",
    "RecordingDeclined",
    "RedFlag",
    "RedFlagOffline",
    "RoomNotOpen",
    "TerminatedToOffline",
]


class CheckInTooEarly(Conflict):
    """Check-in opens shortly before the slot."""

    code = "check-in-too-early"
    zh = "还没到签到时间，{opens} 起可以签到"
    en = "Check-in is not open yet; it opens at {opens}"
    rule = "visits-2"


class PreCheckMissing(Conflict):
    """The complaint and the questions about red flags come first."""

    code = "pre-check-missing"
    zh = "请先填写病情，并回答有没有危急症状"
    en = "First describe the complaint and answer the questions about danger signs"
    rule = "B16"


class PapersMissing(Conflict):
    """No diagnosis paper is in the record."""

    code = "papers-missing"
    zh = "缺少明确诊断的病历资料。请上传门诊病历、住院病历、出院小结或诊断证明"
    en = "A paper with a clear earlier diagnosis is missing. Upload a medical record, discharge summary or certificate"
    rule = "B13"


class PapersUnclear(Conflict):
    """What was uploaded has no clear diagnosis; also the sentence told to a patient sent back for papers."""

    code = "papers-unclear"
    zh = "请上传具有明确诊断的病历资料后再复诊"
    en = "Please upload papers with a clear diagnosis before the follow-up"
    rule = "B12"


class RecordNotOpened(Conflict):
    """The doctor decides only after opening the record in this encounter."""

    code = "record-not-opened"
    zh = "掌握患者病历资料后才能判断是否符合复诊，请先打开患者上传的诊断资料"
    en = "A follow-up can be confirmed only by a doctor who holds the record: open the patient's papers first"
    rule = "B12"


class FirstVisitRefused(NotAllowed):
    """Nobody may be seen for the first time online; the sentence told to a patient who was refused."""

    code = "first-visit-refused"
    zh = "您未在线下就诊并确诊，不能在线首诊，请先到实体医疗机构就诊"
    en = "You have not been diagnosed in person yet, so a first visit cannot be online; please see a doctor in person first"
    rule = "B11"


class TerminatedToOffline(Conflict):
    """The sentence told to a patient whose visit was ended towards a physical institution."""

    code = "terminated-to-offline"
    zh = "您的情况需要线下检查，本次互联网诊疗已终止，请立即到实体医疗机构就诊"
    en = "You need to be examined in person; this online visit has ended. Please go to a hospital or clinic now"
    rule = "B14"


class InformedConsentMissing(Conflict):
    """The consent to internet diagnosis: scope, risk, privacy, alternatives, termination."""

    code = "consent-missing-internet-diagnosis"
    zh = "请阅读并签署互联网诊疗知情同意书"
    en = "Please read and sign the consent to internet diagnosis and treatment"
    rule = "B53"


class DataConsentMissing(Conflict):
    """The separate consent for sensitive personal data."""

    code = "consent-missing-personal-data"
    zh = "健康信息属于敏感个人信息，处理前须您单独同意，请阅读并签署"
    en = "Health data are sensitive personal information and need your separate consent; please read and sign it"
    rule = "B56"


class RecordingDeclined(Conflict):
    """Recording is a condition of a video visit."""

    code = "recording-declined"
    zh = "视频复诊依规须全程录音录像并保存3年，不同意录像就不能视频复诊；可以改约到医院当面就诊"
    en = "The law asks that video visits are recorded, so yours cannot take place without that; please book an in-person visit"
    rule = "B40"


class HelperConsentNeeded(Conflict):
    """A helper agrees to being recorded on entering."""

    code = "helper-consent-needed"
    zh = "视频复诊全程录音录像，您同意后才能进入诊室"
    en = "The visit is recorded; you can enter the room once you agree to it"
    rule = "B40"


class DeviceNotChecked(Conflict):
    """Checked, or skipped on purpose."""

    code = "device-not-checked"
    zh = "请先检查画面和声音，也可以选择跳过"
    en = "First check picture and sound; you may also skip it"
    rule = "visits-1"


class RedFlag(Conflict):
    """A sign of immediate danger."""

    code = "red-flag"
    zh = "出现危急症状，请立即拨打120"
    en = "These are signs of an emergency: call 120 now"
    rule = "B16"


class RedFlagOffline(Conflict):
    """Not an emergency, but it must be seen in person today."""

    code = "red-flag-offline"
    zh = "您的情况须当面检查，不能线上复诊，请今天就到实体医疗机构就诊"
    en = "This has to be examined in person and cannot be handled online; please go to a hospital or clinic today"
    rule = "B16"


class NoSuchSymptom(Invalid):
    """An answer that the list of questions does not have."""

    code = "no-such-symptom"
    zh = "有的症状不在列表中，请重新选择"
    en = "One of the answers is not on the list; please choose again"


class ReceptionNotOpen(Conflict):
    """Patients are called only while the doctor's reception is open."""

    code = "reception-not-open"
    zh = "您还没有开诊或已暂停，请先点“开始接诊”"
    en = "Your reception is not open, or is paused; open it first"
    rule = "visits-6"


class AnotherPatientInRoom(Conflict):
    """A doctor sees one patient at a time."""

    code = "another-patient-in-room"
    zh = "您正在叫号或接诊另一位患者，请先结束那一位"
    en = "You are calling or seeing another patient; finish with that one first"
    rule = "visits-7"


class CalledTooSoon(TooMany):
    """Between two calls the patient gets time to answer."""

    code = "called-too-soon"
    zh = "刚叫过号，请在 {retry_after_s} 秒后再叫或标记未到"
    en = "The patient was called a moment ago; call again or mark as not present in {retry_after_s} seconds"
    rule = "visits-5"


class MustCallMore(Conflict):
    """Nobody is written off before all the calls."""

    code = "must-call-more"
    zh = "须叫满 {needed} 次才能标记未到，已叫 {calls} 次"
    en = "Call {needed} times before marking the patient as not present; called {calls} so far"
    rule = "visits-5"


class PatientIsHere(Conflict):
    """Who has entered the room is not absent."""

    code = "patient-is-here"
    zh = "患者已进入过诊室，不能标记为未到"
    en = "The patient has been in the room and cannot be marked as not present"
    rule = "visits-5"


class RoomNotOpen(Conflict):
    """The doctor opens the room."""

    code = "room-not-open"
    zh = "医生还没有打开诊室或本次就诊已经结束，请留在候诊页面，轮到您时会通知"
    en = "The room is not open, or the visit is over. Stay on the waiting page; you will be told when it is your turn"
    rule = "visits-6"


class PhoneAlreadyShown(Conflict):
    """The number is shown once."""

    code = "phone-already-shown"
    zh = "患者电话只显示一次，已显示过。请联系患者所在机构，或请患者来电"
    en = "The patient's number is shown once and has been shown. Reach the patient through their clinic"
    rule = "visits-8"


class ColleagueNotSuitable(Conflict):
    """The queue goes to a colleague of the same department."""

    code = "colleague-not-suitable"
    zh = "只能转给同科室、在本机构可以开展互联网诊疗的医生，请另选一位"
    en = "The queue can only go to a doctor of the same department who may practise here; choose another"
    rule = "visits-10"


class NoteNotSigned(Conflict):
    """Nothing leaves the doctor's desk unsigned."""

    code = "visit-note-not-signed"
    zh = "医生还没有签名，小结签名后才能查看"
    en = "The doctor has not signed yet; the summary appears once it is signed"
    rule = "visits-12"
