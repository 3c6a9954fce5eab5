"""Problems by meaning. A capability names its own in `errors.py`; the edges turn them into RFC 9457 and socket acks.

A problem is a class: `code` is stable for programs, `zh` and `en` are the sentence for people (reason, then way out).
Fields given to the constructor fill the sentence's `{}` and travel as members of the problem; they hold no personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: an RFC 6901 pointer into the body, and the sentence in both languages."""

    pointer: str
    zh: str
    en: str


class Problem(Exception):
    """What was asked cannot be done, for a reason that the asker is told."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    zh: ClassVar[str] = "系统出错了，您的操作没有完成。请再试一次；仍不行请报支持编号"
    en: ClassVar[str] = "Something failed on our side; nothing was changed. Try again, or tell us the support number"
    rule: ClassVar[str | None] = None

    def __init__(
        self, *, errors: tuple[FieldError, ...] = (), retry_after_s: int | None = None, **members: Any
    ) -> None:
        super().__init__(self.code)
        self.errors = errors
        self.retry_after_s = retry_after_s
        self.members = members
        self.keeps_effects = False

    def keeping_effects(self) -> Self:
        """This refusal, after the transaction's effects are committed (a counted wrong password, say)."""
        self.keeps_effects = True
        return self

    def sentence(self, language: str) -> str:
        """The sentence for people in `zh` or `en`."""
        text = self.en if language == "en" else self.zh
        return text.format(**self.members) if self.members else text


class Invalid(Problem):
    """The request itself is wrong; `errors` says where."""

    status = 422
    code = "invalid"
    zh = "填写的内容有误，请按提示修改"
    en = "Some of what was entered is not right; see the marks"


class MalformedBody(Problem):
    """The body could not be read at all."""

    status = 400
    code = "malformed-body"
    zh = "提交的数据无法读取"
    en = "The data sent could not be read"


class NotSignedIn(Problem):
    """Nobody, or a login that is over."""

    status = 401
    code = "not-signed-in"
    zh = "登录已失效，请重新登录"
    en = "You are not signed in, or your sign-in has ended. Please sign in again"


class NotAllowed(Problem):
    """This role may not do this to anything."""

    status = 403
    code = "not-allowed"
    zh = "您的岗位没有这项权限，需要时请联系本机构管理员"
    en = "Your role does not include this. Ask your organisation's administrator if you need it"


class MalformedRequest(Problem):
    """What came is no HTTP request that we take: a broken line, an address or headers of absurd length."""

    status = 400
    code = "malformed-request"
    zh = "请求格式有误，未能处理"
    en = "The request could not be understood"


class Unknown(Problem):
    """There is no such thing, or the asker may not know that there is: one answer for both, so never subclassed."""

    status = 404
    code = "not-found"
    zh = "没有找到这条记录，或您无权查看"
    en = "There is no such record, or it is not yours to see"


class NoSuchPath(Problem):
    """No route has this path."""

    status = 404
    code = "no-such-path"
    zh = "没有这个地址"
    en = "There is nothing at this address"


class NoSuchMethod(Problem):
    """The path exists, the method does not."""

    status = 405
    code = "no-such-method"
    zh = "这个地址不支持这种操作"
    en = "This address does not take that method"


class Conflict(Problem):
    """The world has moved on: the thing is not in a state in which this can be done."""

    status = 409
    code = "conflict"
    zh = "情况已经变化，请刷新后再看"
    en = "Things have changed meanwhile; refresh and look again"


class Gone(Problem):
    """It was there and is over."""

    status = 410
    code = "gone"
    zh = "已经失效"
    en = "It is over"


class TooLarge(Problem):
    """More bytes than we take."""

    status = 413
    code = "too-large"
    zh = "内容太大，超过了允许的大小"
    en = "This is larger than allowed"


class WrongType(Problem):
    """A content type that we do not take."""

    status = 415
    code = "wrong-type"
    zh = "不支持这种格式"
    en = "This format is not supported"


class TooMany(Problem):
    """Too often; `retry_after_s` says when again."""

    status = 429
    code = "too-many"
    zh = "操作太频繁，请在 {retry_after_s} 秒后再试"
    en = "Too often; try again in {retry_after_s} seconds"

    def __init__(self, *, retry_after_s: int, **members: Any) -> None:
        super().__init__(retry_after_s=retry_after_s, **members)
        self.members["retry_after_s"] = retry_after_s


class Unavailable(Problem):
    """A part that we need does not answer; it is worth trying again."""

    status = 503
    code = "unavailable"
    zh = "系统暂时繁忙，您的操作没有完成，几秒后会恢复，请再试一次"
    en = "The system is briefly unavailable and nothing was changed; it recovers by itself, please try again"
