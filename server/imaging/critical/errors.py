"""What critical values refuse."""

from __future__ import annotations

from server.foundation.errors import Conflict


class NoCriticalValue(Conflict):
    """There is none that could be called in or acknowledged."""

    code = "imaging-no-critical"
    rule = "imaging-33"
    zh = "这份检查没有待处理的危急值，可能已被确认，请刷新后再看"
    en = "This examination has no critical value to deal with; it may have been acknowledged. Refresh and look again"


class CriticalAlreadyOpen(Conflict):
    """One at a time: add to its calls, or wait until it is acknowledged."""

    code = "imaging-critical-already-open"
    rule = "imaging-33"
    zh = "这份检查已有未确认的危急值，请先完成回报和确认；补充内容可在回报中说明"
    en = "This examination has an unacknowledged critical value already: call it in first; add what is new to the call"
