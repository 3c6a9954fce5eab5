"""What a prescription refuses, each the sentence's subject: the reason, then the way out. Whose it is not gets `Unknown`."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed, TooMany

__all__ = [
    "AutomatedPrescribing",
    "ContinuationDiffers",
    "DigestDiffers",
    "DoubleConfirmNeeded",
    "ExtensionBackwards",
    "ExtensionTooLong",
    "FindingsChanged",
    "NameTaken",
    "NotAnUpperPrescription",
    "NotPrescribingNow",
    "OverridesMissing",
    "PrescriptionChangedElsewhere",
    "PrescriptionStopped",
    "RecordNotHeld",
    "RegimenTooOld",
    "TooManyDrafts",
    "TooManyTemplates",
]


class PrescriptionChangedElsewhere(Conflict):
    """Another tab or person saved in between; `version` stands now."""

    code = "prescription-changed-elsewhere"
    zh = "处方在别处已被修改（现为第 {version} 版），请刷新核对后再操作"
    en = "The prescription was changed elsewhere (version {version} stands now); refresh, look again and repeat"


class AutomatedPrescribing(NotAllowed):
    """Only the receiving doctor in person writes and signs."""

    code = "automated-prescribing"
    zh = "严禁使用人工智能等自动生成处方，须由接诊医师本人开具"
    en = "Prescriptions are never generated automatically: the receiving doctor writes and signs them in person"
    rule = "B19"


class RecordNotHeld(Conflict):
    """The doctor holds the record before prescribing, in this visit."""

    code = "record-not-held"
    zh = "掌握患者病历资料后方可开具处方，请先在本次就诊中打开患者上传的诊断资料"
    en = "A doctor prescribes only after holding the record: open the patient's papers in this visit first"
    rule = "B13"


class NotPrescribingNow(Conflict):
    """Prescriptions are written while the visit goes on, from the call to the signed note."""

    code = "not-prescribing-now"
    zh = "只能在接诊过程中开具处方（开始视频后、就诊结束前），请先开始接诊或为患者另约复诊"
    en = "Prescriptions are written during a visit, once the call has begun and before it is closed; start it, or book another"
    rule = "B19"


class PrescriptionStopped(Conflict):
    """A finding that only a change can help; its own sentence is told."""

    code = "prescription-stopped"
    zh = "处方不能签名：{why_zh}"
    en = "The prescription cannot be signed: {why_en}"


class OverridesMissing(Invalid):
    """Reasons are owed for `findings`."""

    code = "overrides-missing"
    zh = "还有提醒没有填写继续用药的理由，请逐条填写后再签名"
    en = "Some findings have no reason yet; give one for each, then sign"
    rule = "B31"


class DoubleConfirmNeeded(Conflict):
    """A dose beyond the usual is signed for twice."""

    code = "double-confirm-needed"
    zh = "有药品超过常用剂量，须医师再次签名确认（双签名）。请核对剂量，确认无误后再次签名，或修改剂量"
    en = (
        "A dose is beyond the usual and needs your second signature. Check it, then sign again to confirm, or change it"
    )
    rule = "prescriptions-3"


class DigestDiffers(Conflict):
    """What was shown is not what stands."""

    code = "digest-differs"
    zh = "页面显示的处方与系统中的不一致，请刷新核对后再签名"
    en = "The prescription shown is not the one that stands; refresh, look again and sign"
    rule = "B20"


class FindingsChanged(Conflict):
    """The checks were run again before signing and found something else than was shown."""

    code = "findings-changed"
    zh = "患者的用药、检验或过敏信息刚有变化，审查结果已更新，请重新核对后再签名"
    en = "The patient's medicines, results or allergies have just changed and so have the findings; look again, then sign"
    rule = "B32"


class ExtensionTooLong(Conflict):
    """Three days in all."""

    code = "extension-too-long"
    zh = "处方当日有效，需延长须由医师注明且最长不超过3天（最晚到 {latest}），过期请重新开具"
    en = "A prescription is good for its day; its doctor may extend it to 3 days in all, until {latest}; then write a new one"
    rule = "B24"


class ExtensionBackwards(Invalid):
    """An extension ends later than now stands."""

    code = "extension-backwards"
    zh = "延长后的日期须晚于现在的有效期，请另选日期"
    en = "The new end must be later than the present one; choose another day"
    rule = "B24"


class TooManyDrafts(TooMany):
    """One visit does not need so many sheets."""

    code = "too-many-prescriptions"
    zh = "本次就诊开具的处方张数过多，请先处理已有的处方"
    en = "This visit has too many prescriptions already; deal with those first"


class TooManyTemplates(Conflict):
    """A doctor's list stays readable."""

    code = "too-many-templates"
    zh = "常用处方已满 {most} 个，请先删除不用的"
    en = "You have {most} templates already; delete one that you no longer use"


class NameTaken(Conflict):
    """A template's name is its own."""

    code = "template-name-taken"
    zh = "已有同名的常用处方，请换一个名称"
    en = "You have a template of this name already; choose another"


class NotAnUpperPrescription(Conflict):
    """延伸处方 continues an upper hospital's."""

    code = "not-an-upper-prescription"
    zh = "延伸处方只能延续上级医院已取药的长期处方，请另开处方或为患者转诊"
    en = "Only a supplied long-term prescription of an upper hospital can be continued; write your own, or refer the patient"
    rule = "prescriptions-5"


class RegimenTooOld(Conflict):
    """The specialist's regimen is too old to be continued unseen."""

    code = "regimen-too-old"
    zh = "上级医院的方案已超过12周（{until}），不能继续延伸，请为患者转诊复查"
    en = "The specialist's regimen is older than twelve weeks (it stood until {until}); refer the patient for a review"
    rule = "prescriptions-5"


class ContinuationDiffers(Invalid):
    """The same drugs, and no more of them."""

    code = "continuation-differs"
    zh = "延伸处方只能使用原处方的药品和用法，不能加药、加量；需要调整请另开处方"
    en = "A continuation has the original's drugs and their use, nothing added and no more of it; to change it write your own"
    rule = "prescriptions-5"
