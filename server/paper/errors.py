"""What is refused about papers, in words."""

from __future__ import annotations

from server.foundation.errors import Invalid


class ReportNotGenuine(Invalid):
    """A code that we never printed: altered, made up, or cut off. One answer for all of them."""

    code = "report-not-genuine"
    zh = "没有与此二维码相符的报告，请谨防伪造；如报告是从医疗机构取得的，请带原件到该机构核对"
    en = (
        "No report belongs to this code: it may be forged. If an institution gave it to you, "
        "please take the paper there to be checked"
    )
