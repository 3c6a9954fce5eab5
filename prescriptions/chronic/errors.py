"""What chronic care refuses, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid


class NothingToConfirm(Conflict):
    """The plan is short, signed, or gone."""

    code = "nothing-to-confirm"
    zh = "这张处方不需要或已不能确认，请刷新后再看"
    en = "This plan needs no confirmation, or it is too late for one; refresh and look again"
    rule = "B26"


class PlanChanged(Conflict):
    """What was read is not what stands."""

    code = "long-term-plan-changed"
    zh = "医师刚修改了用药方案，请重新阅读后再确认"
    en = "The doctor has just changed the plan; read it again, then confirm"
    rule = "B26"


class RenewalTooEarly(Conflict):
    """There is plenty left."""

    code = "renewal-too-early"
    zh = "药还够用，{opens} 起可以申请续方"
    en = "There is enough left; you can ask for more from {opens}"
    rule = "prescriptions-4"


class RenewalTooLate(Conflict):
    """The supply ended long ago: a doctor should look first."""

    code = "renewal-too-late"
    zh = "停药已超过一个月，不能直接续方，请预约复诊由医师重新评估"
    en = "The supply ended more than a month ago; book a follow-up so that a doctor can look at it afresh"
    rule = "prescriptions-4"


class RenewalAsked(Conflict):
    """One request at a time."""

    code = "renewal-asked"
    zh = "这张处方已申请续方，请等待医师处理"
    en = "You have asked for this already; please wait for the doctor's answer"
    rule = "prescriptions-4"


class NotRenewable(Conflict):
    """Only what was approved for long can be asked for again."""

    code = "not-renewable"
    zh = "只有已审核通过的长期处方可以申请续方，其他用药请预约复诊"
    en = "Only an approved long-term prescription can be renewed; for anything else please book a follow-up"
    rule = "prescriptions-4"


class NotThatDrug(Invalid):
    """The line belongs to another prescription."""

    code = "not-that-drug"
    zh = "处方中没有这一行药品，请刷新后再选"
    en = "The prescription has no such line; refresh and choose again"
