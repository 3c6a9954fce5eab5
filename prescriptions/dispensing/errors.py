"""What circulation refuses: the reason, then the way out. Whose it is not gets `Unknown`."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed, TooMany


class PrescriptionUsed(Conflict):
    """The code opened its prescription once; `redemption_id` only for the pharmacy that holds it."""

    code = "prescription-used"
    zh = "该处方已使用，不能重复调配"
    en = "This prescription has been used and cannot be dispensed again"
    rule = "B35"


class PrescriptionNotInForce(Conflict):
    """Not approved, or back with the doctor."""

    code = "prescription-not-in-force"
    zh = "处方未经审核通过，不得收费和调配。请让患者联系开方医院"
    en = "The prescription has not passed review and must not be charged or dispensed; the patient may ask the hospital"
    rule = "B30"


class PrescriptionOver(Conflict):
    """Expired, voided, withdrawn or rejected."""

    code = "prescription-over"
    zh = "处方已过期或已作废，不能调配。请让患者联系医生重新开具"
    en = "The prescription has expired or was voided and cannot be dispensed; the doctor can write a new one"
    rule = "B24"


class PickUpCodeWrong(Invalid):
    """No such code, or not with these four digits; one answer for both."""

    code = "pick-up-code-wrong"
    zh = "取药码或身份证号后四位不对，请核对后再输"
    en = "The pick-up code or the last four characters of the ID number are not right; look again"
    rule = "dispensing-2"


class TooManyCodes(TooMany):
    """Digits can be guessed, so a pharmacy has few wrong tries."""

    code = "too-many-codes"
    zh = "本药房这一小时输错取药码已达 {limit} 次，请扫二维码，或在 {retry_after_s} 秒后再试"
    en = "This pharmacy has entered {limit} wrong codes this hour: scan the QR, or try again in {retry_after_s} seconds"
    rule = "dispensing-2"


class TooManyVerifications(TooMany):
    """The public page is for people, not for machines that collect."""

    code = "too-many-verifications"
    zh = "查询过于频繁，请稍后再试"
    en = "Too many look-ups from this address; try again later"
    rule = "dispensing-3"


class CodeNotReady(Conflict):
    """No code before approval."""

    code = "pick-up-code-not-ready"
    zh = "处方未经医师电子签名或药师审核，尚未生效，审核通过后才有取药码"
    en = "The prescription is not in force: it needs the doctor's signature and the pharmacist's review before it has a code"
    rule = "B20"


class NotPrintableYet(Conflict):
    """No paper before approval."""

    code = "prescription-not-printable"
    zh = "处方未经药师审核通过，不能打印。请等待审核"
    en = "The prescription has not passed review and cannot be printed yet"
    rule = "B20"


class DispensingUnderway(Conflict):
    """What was counted out waits for its check."""

    code = "dispensing-underway"
    zh = "已有调配好的药品等待核对，请先核对或撤回"
    en = "Drugs have been counted out and wait for the check; check them or take that back first"
    rule = "B33"


class NothingToCheck(Conflict):
    """Checked already, or taken back."""

    code = "nothing-to-check"
    zh = "没有等待核对的药品，可能已由同事核对，请刷新"
    en = "Nothing waits for a check; a colleague may have done it. Refresh and look again"
    rule = "B33"


class TwoPeopleNeeded(Conflict):
    """The same person may check only on single duty, and says so."""

    code = "two-people-needed"
    zh = "调配、核对须双人签名：请由另一位药师核对；单人值班的，请注明单人双签"
    en = "Two people must sign: let another pharmacist check, or state that you are alone on duty"
    rule = "B33"


class PharmacistMustCheck(NotAllowed):
    """An assistant counts out; who checks and hands over is a pharmacist."""

    code = "pharmacist-must-check"
    zh = "核对、发药须由药师以上人员进行；您可以调配，请由药师核对"
    en = "Checking is for a pharmacist or above. You may count out; let a pharmacist check"
    rule = "B33"


class MatchesMissing(Invalid):
    """四查十对 is not complete."""

    code = "matches-missing"
    zh = "四查十对还有 {count} 项没有核对"
    en = "{count} of the ten matches have not been made"
    rule = "B33"


class MoreThanLeft(Conflict):
    """A line may be dispensed up to what was prescribed."""

    code = "more-than-left"
    zh = "第 {line} 行最多还能调配 {left}，请改正数量"
    en = "At most {left} of line {line} is left to dispense; correct the quantity"
    rule = "B33"


class ColdChainNotSent(Conflict):
    """Drugs that must stay cold are not given to a carrier."""

    code = "cold-chain-not-sent"
    zh = "处方中有需冷藏的药品，不能委托配送，请患者到药房领取"
    en = "A drug on this prescription must be kept cold: it is not sent, the patient collects it"
    rule = "dispensing-4"


class SubstitutionAsked(Conflict):
    """One question at a time; until it is answered nothing is counted out."""

    code = "substitution-asked"
    zh = "已就换药请示医生，请等待答复或撤回请示"
    en = "The doctor has been asked about a substitution; wait for the answer or take the question back"
    rule = "dispensing-5"


class SignaturesDoNotHold(Conflict):
    """What is stored is not what was signed: nothing is dispensed on it."""

    code = "signatures-do-not-hold"
    zh = "处方的电子签名未通过验证，不能调配。请联系开方医院"
    en = "The prescription's signatures do not verify; do not dispense, ask the hospital that issued it"
    rule = "B35"


class NothingToAnswer(Conflict):
    """Answered already, or the pharmacy took the question back."""

    code = "substitution-answered"
    zh = "这条换药请示已答复或已撤回，请刷新"
    en = "This question was answered or taken back meanwhile; refresh and look again"
    rule = "dispensing-5"
