"""Problems of identity, each with its sentence (reason, then way out) and, where the law is the reason, its rule."""

from __future__ import annotations

from server.foundation.errors import Conflict, Gone, Invalid, NotAllowed, NotSignedIn, TooMany


class SignInRefused(NotSignedIn):
    """One answer for an unknown name, a wrong password, a wrong second factor and a closed account."""

    code = "sign-in-refused"
    zh = "账号、密码或动态码不对，请核对后再试"
    en = "The account, password or verification code is not right. Check them and try again"


class SignInLocked(TooMany):
    """Too many wrong sign-ins; said of unknown names too."""

    code = "sign-in-locked"
    zh = "多次输入有误，为保护账号已暂停登录，请在 {retry_after_s} 秒后再试；忘记密码请联系本机构管理员"
    en = (
        "Sign-in is paused after several wrong attempts; try again in {retry_after_s} seconds, or ask your "
        "administrator for a new link"
    )


class NoMembership(NotAllowed):
    """The account is right, but nobody employs it now."""

    code = "no-membership"
    zh = "您的账号目前没有有效岗位，请联系本机构管理员"
    en = "Your account has no current post. Ask your organisation's administrator"


class CodeWrong(Invalid):
    """A one-time code that is wrong, too old, used up, or was never sent: one answer for all."""

    code = "code-wrong"
    zh = "验证码不对或已过期，请核对，或重新获取"
    en = "The code is wrong or too old. Check it, or ask for a new one"


class CodesTooOften(TooMany):
    """The limits per phone and per address."""

    code = "codes-too-often"
    zh = "获取验证码太频繁，请在 {retry_after_s} 秒后再试；急需就诊请打求助电话"
    en = "Codes were asked for too often; try again in {retry_after_s} seconds, or call the help line"


class SecondFactorNeeded(NotAllowed):
    """Rule: B04."""

    code = "second-factor-needed"
    rule = "B04"
    zh = "接诊前请完成实名认证：请再输入一次动态码；不得由他人或人工智能代替接诊"
    en = (
        "Before receiving patients please prove your identity again: enter a verification code. Nobody else "
        "may receive in your place"
    )


class SecondFactorWrong(Invalid):
    """The repeated second factor does not fit."""

    code = "second-factor-wrong"
    zh = "动态码不对或已用过，请等下一个动态码再试"
    en = "The verification code is wrong or was used already. Wait for the next one and try again"


class ServicesClosed(Conflict):
    """Rule: B01."""

    code = "services-closed"
    rule = "B01"
    zh = "本机构未登记互联网诊疗服务方式，暂不能开展"
    en = "This institution is not registered for internet diagnosis, so it cannot offer it at present"


class MayNotPractise(NotAllowed):
    """Rule: B02."""

    code = "may-not-practise"
    rule = "B02"
    zh = "您的独立临床工作年限不足3年或未经执业机构同意，不能开展互联网诊疗"
    en = (
        "Internet diagnosis needs three years of independent clinical work and the consent of the "
        "institution of registration"
    )


class MayNotConsult(NotAllowed):
    """Rule: B03."""

    code = "may-not-consult"
    rule = "B03"
    zh = "受邀医师须为本机构注册并具备3年以上独立临床工作经验"
    en = "An invited expert is registered at the institution and has three years of independent clinical work"


class CredentialNotInForce(NotAllowed):
    """Rule: B02: no licence, or one that is over."""

    code = "credential-not-in-force"
    rule = "B02"
    zh = "您的执业证书不在有效期内，已暂停接诊；换证后请联系本机构管理员更新"
    en = (
        "Your licence is not in force, so you cannot receive patients. Renew it and ask your administrator "
        "to enter the new dates"
    )


class NotFiledHere(NotAllowed):
    """Rule: B06."""

    code = "not-filed-here"
    rule = "B06"
    zh = "您尚未在该机构完成多机构执业注册或备案"
    en = "Your registration or filing for multi-site practice at this institution is not complete"


class MayNotReview(NotAllowed):
    """Rule: B08."""

    code = "may-not-review"
    rule = "B08"
    zh = "审方药师须具备药师及以上职称且有3年以上门急诊或病区调剂经验"
    en = "Reviewing prescriptions needs the title of pharmacist or above and three years of dispensing work"


class RealNameNeeded(NotAllowed):
    """Rule: B05."""

    code = "real-name-needed"
    rule = "B05"
    zh = "互联网诊疗实行实名制，请完成身份核验：请带身份证到就近的卫生院或卫生室办理"
    en = "Internet diagnosis needs a verified identity. Please show your identity card at the nearest clinic"


class RealNameNotConfirmed(Conflict):
    """Name and number do not agree, or the number is registered already: one answer, it must not tell which.

    Rule: B05.
    """

    code = "real-name-not-confirmed"
    rule = "B05"
    zh = "无法在线完成登记：请核对姓名和身份证号；以前登记过或换了手机号，请带身份证到就近机构办理"
    en = (
        "This cannot be completed online: check name and ID number. If you registered before or changed your "
        "phone, please bring your ID card to a clinic"
    )


class GuardianNeeded(NotAllowed):
    """Rule: B10."""

    code = "guardian-needed"
    rule = "B10"
    zh = "未满14周岁须由监护人同意并使用监护人账户"
    en = "Under 14, a guardian's consent and a guardian's account are needed"


class FamilyConsentNeeded(NotAllowed):
    """An adult is acted for with a proof of consent only."""

    code = "family-consent-needed"
    zh = "为成年家人办理须经本人同意：请输入发到对方手机的验证码；对方没有手机时请到就近机构办理"
    en = (
        "Acting for an adult needs their consent: enter the code sent to their phone. Without a phone, "
        "please go to a clinic together"
    )


class FamilyAlready(Conflict):
    """The relation is in force."""

    code = "family-already"
    zh = "这位家人已经添加过了"
    en = "This family member has been added already"


class EnrolmentOver(Gone):
    """A link that was used, replaced or is too old, or never existed."""

    code = "enrolment-over"
    zh = "这个启用链接已经用过或已过期，请向本机构管理员要一个新的"
    en = "This link was used or is too old. Ask your administrator for a new one"


class PasswordWeak(Invalid):
    """Too easy to guess."""

    code = "password-weak"
    zh = "密码太容易被猜到：至少 10 个字符，不要用常见密码、重复字符或账号本身"
    en = (
        "This password is too easy to guess: at least 10 characters, no common password, no repetition, not "
        "the account's name"
    )


class NameTaken(Conflict):
    """A username, a licence number or a name that must be unique is in use."""

    code = "name-taken"
    zh = "这个账号、编号或名称已被使用，请换一个"
    en = "This account, number or name is in use already; choose another"


class AlreadyHolds(Conflict):
    """The same post or credential twice."""

    code = "already-holds"
    zh = "已经登记过相同的岗位、证书或备案"
    en = "The same post, credential or filing is registered already"


class WrongRoleForPost(Invalid):
    """A post that this organisation or person cannot have."""

    code = "wrong-role-for-post"
    zh = "这个机构或科室不能设这个岗位，请核对"
    en = "This organisation or department cannot have that post; check it"


class WouldMakeCircle(Conflict):
    """An organisation below itself."""

    code = "would-make-circle"
    zh = "上级机构不能是它自己或它的下级"
    en = "An organisation cannot stand below itself"


class PatientsDiffer(Conflict):
    """Two records that do not look like one person, or one that was merged already."""

    code = "patients-differ"
    zh = "两份档案的姓名、手机号和出生日期对不上，或已合并过，不能合并。请对照证件改好后再试"
    en = "The records differ in name, phone and birth date, or were merged already. Compare the card and correct them first"


class MergeLater(Conflict):
    """Something of the merged record is going on."""

    code = "merge-later"
    zh = "要并入的档案正在候诊、就诊或准备视频复诊，请等结束后再合并"
    en = "The record to be merged is in a visit, waiting for one, or preparing one by video; merge it when that is over"
