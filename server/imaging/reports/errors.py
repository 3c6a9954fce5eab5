"""What reports refuse, each the sentence's subject: the reason, then the way out."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed


class ReportChangedElsewhere(Conflict):
    """Somebody saved or signed in between; `version` stands now."""

    code = "imaging-report-changed"
    zh = "报告在别处已有新内容（现为第 {version} 次保存），请刷新核对后再继续，您刚写的内容请先复制"
    en = "The report was changed elsewhere (save {version} stands now): copy what you wrote, refresh, compare and go on"


class ReportIncomplete(Invalid):
    """Findings or impression are missing."""

    code = "imaging-report-incomplete"
    rule = "imaging-31"
    zh = "影像所见和诊断意见都要填写后才能签名"
    en = "Write the findings and the impression before you sign"


class SamePersonFinalises(NotAllowed):
    """A report is signed by two different people."""

    code = "imaging-same-person"
    rule = "imaging-29"
    zh = "初步报告由您签名，最终报告须由另一位医师审核签发"
    en = "You signed the preliminary report: the final one has to be signed by another radiologist"


class NotSenior(NotAllowed):
    """Only attending radiologists and above finalise and amend."""

    code = "imaging-not-senior"
    rule = "imaging-29"
    zh = "最终报告和更正须由主治医师及以上职称的医师签发，请交给上级医师"
    en = "Final reports and amendments are signed by attending physicians and above: leave it to a senior colleague"


class NothingToAmend(Conflict):
    """An amendment that says what the report says already."""

    code = "imaging-nothing-to-amend"
    rule = "imaging-30"
    zh = "内容与现有报告相同，无需更正"
    en = "This says what the report says already; there is nothing to amend"


class NoReportYet(Conflict):
    """Nothing was signed that could be printed."""

    code = "imaging-no-report-yet"
    zh = "报告尚未签发，暂不能打印"
    en = "The report is not signed yet and cannot be printed"


class TemplateNameTaken(Conflict):
    """Names of templates are unique among one's own, and in an institution."""

    code = "imaging-template-name-taken"
    zh = "已有同名模板，请换一个名称"
    en = "There is a template of this name already; choose another"


class TooManyImagingTemplates(Conflict):
    """A list that nobody could look through."""

    code = "imaging-templates-enough"
    zh = "模板已达 {most} 个，请先删除不用的"
    en = "There are {most} templates already; delete some first"
