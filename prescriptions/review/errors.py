"""What reviewing refuses, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed


class NothingToReview(Conflict):
    """The queue, as it was filtered, is empty or all claimed."""

    code = "nothing-to-review"
    zh = "没有等待审核的处方。换个筛选条件再试，或稍后再来"
    en = "No prescription waits for review. Try another filter, or come back later"


class ClaimedByAnother(Conflict):
    """A colleague has it; `until` says when it is free again at the latest."""

    code = "claimed-by-another"
    rule = "reviews-2"
    zh = "其他药师正在审核这张处方，最晚 {until} 释放，请先审其他处方"
    en = "A colleague is reviewing this prescription and holds it until {until} at the latest; take another meanwhile"


class ClaimOver(Conflict):
    """The pharmacist's own claim lapsed or was released, so nothing is decided any more."""

    code = "claim-over"
    rule = "reviews-2"
    zh = "您对这张处方的锁定已结束（超过 {minutes} 分钟未续），没有作出决定。请重新领取后再审"
    en = "Your claim is over (not renewed for {minutes} minutes) and nothing was decided. Claim the prescription again"


class NotWhatWasSeen(Conflict):
    """Prescription or findings are not those that the pharmacist's page showed."""

    code = "not-what-was-seen"
    rule = "reviews-3"
    zh = "处方或审核提示与您页面上看到的不一致，没有作出决定。请刷新后重新审核"
    en = "The prescription or its findings are not those shown on your page; nothing was decided. Refresh and review again"


class OwnPrescription(NotAllowed):
    """Whoever prescribed never reviews."""

    code = "own-prescription"
    rule = "B30"
    zh = "不能审核自己开具的处方，请由其他药师审核"
    en = "Nobody reviews a prescription of their own; a colleague has to"


class PastValidity(Conflict):
    """Approval would make a prescription valid whose validity is over."""

    code = "prescription-past-validity"
    rule = "B24"
    zh = "处方有效期已于 {until} 结束，不能通过。请用“问医师”联系医师注明延长（自开具起最长3天），延长后再审；也可退回"
    en = (
        "The prescription was valid until {until}, so it cannot be approved. Ask the doctor to extend it with a note"
        " (3 days in all), then approve; or return it"
    )


class NoSuchReason(Invalid):
    """A code that the catalogue of this decision does not hold."""

    code = "no-such-review-reason"
    rule = "B31"
    zh = "请从列表中选择原因"
    en = "Choose a reason from the list"


class WordsMissing(Invalid):
    """A return or rejection says in words what is wrong, because the doctor has to act on it."""

    code = "review-words-missing"
    rule = "B31"
    zh = "请写明退回或拒绝的具体理由，医师会看到"
    en = "Write what exactly is wrong; the doctor will read it"


class JudgedAlready(Conflict):
    """A verdict stands; the first one counts."""

    code = "post-review-judged"
    zh = "这张处方的点评已经完成，不能重复点评"
    en = "This prescription of the sample has been judged already"


class OwnReview(NotAllowed):
    """Whoever approved does not judge the approval."""

    code = "own-review"
    rule = "reviews-4"
    zh = "不能点评自己审核通过的处方，请由其他药师点评"
    en = "Nobody judges a prescription that they approved; a colleague has to"


class FaultsDoNotFit(Invalid):
    """A verdict and its codes contradict each other, or a code is not in the list."""

    code = "post-review-faults"
    zh = "点评为“不合理”时须选择至少一个问题代码，“合理”时不选；代码须来自列表"
    en = "An unsuitable prescription needs at least one fault from the list, a suitable one none"
