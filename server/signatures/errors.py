"""Problems of signatures."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, NotAllowed, TooMany, Unavailable


class AlreadyRevoked(Conflict):
    """A certificate is revoked once."""

    code = "certificate-already-revoked"
    zh = "该签名证书已被吊销"
    en = "This signing certificate is revoked already"
    rule = "B61"


class SigningPinMissing(Conflict):
    """The person has no key to sign with yet, or it was retired."""

    code = "signing-pin-missing"
    zh = "您还没有可用的签名密钥，请先设置签名密码"
    en = "You have no signing key yet. Set a signing PIN first"
    rule = "B61"


class SigningLocked(Conflict):
    """The key is not open for this login in this process."""

    code = "signing-locked"
    zh = "签名密钥未解锁，请输入签名密码后再签名"
    en = "Your signing key is locked. Enter your signing PIN, then sign"
    rule = "B61"


class WrongSigningPin(NotAllowed):
    """Not the PIN of the key; `left` tries until a pause."""

    code = "wrong-signing-pin"
    zh = "签名密码不对，还可以试 {left} 次；忘记时请换一个新密钥"
    en = "The signing PIN is not right; {left} tries are left. If you forgot it, make a new key"
    rule = "B61"


class SigningPinPaused(TooMany):
    """Too many wrong PINs in a row."""

    code = "signing-pin-paused"
    zh = "签名密码多次输错，请在 {retry_after_s} 秒后再试；忘记时请换一个新密钥"
    en = "The signing PIN was wrong too often; try again in {retry_after_s} seconds. If you forgot it, make a new key"
    rule = "B61"


class SigningPinWeak(Invalid):
    """A PIN that would be guessed first."""

    code = "signing-pin-weak"
    zh = "签名密码太容易被猜到：请用 6 到 12 位数字，不要用连续或重复的数字"
    en = "This PIN is too easy to guess: 6 to 12 digits, no run and no repetition"
    rule = "B61"


class SigningServiceAway(Unavailable):
    """The cloud CA does not answer, or not as agreed."""

    code = "signing-service-away"
    zh = "电子签名服务暂时没有应答，签名没有完成，请稍后再试"
    en = "The signing service does not answer; nothing was signed. Try again in a moment"
