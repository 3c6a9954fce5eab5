"""What device accounts and peers refuse."""

from __future__ import annotations

from server.foundation.errors import Conflict, NotAllowed, NotSignedIn, TooMany


class DeviceNotKnown(NotSignedIn):
    """No token, a wrong one, or one that was revoked: one answer for all."""

    code = "device-not-known"
    zh = "设备凭证无效或已停用。请在本机构“设备账号”中重新生成"
    en = "The device's token is missing, wrong or revoked; make a new one under device accounts"
    rule = "imaging-40"


class DeviceMayNot(NotAllowed):
    """A token of the other scope."""

    code = "device-may-not"
    zh = "该设备账号没有这项权限（需要 {scope}），请另建账号"
    en = "This device account does not hold {scope}; make another account for that"
    rule = "imaging-40"


class DeviceNeedsTls(NotAllowed):
    """A token over a line that anybody could read."""

    code = "device-needs-tls"
    zh = "设备凭证只能经 HTTPS 发送。请改用 https 地址；该凭证可能已泄露，请重新生成"
    en = (
        "A device's token may only travel over HTTPS: use the https address, and renew the token, it may have been read"
    )
    rule = "imaging-40"


class DeviceRevoked(Conflict):
    """What was revoked stays so; a new account is made in seconds."""

    code = "device-revoked"
    zh = "该设备账号已停用，不能恢复。请新建一个"
    en = "This device account was revoked for good; make a new one"


class DeviceBusy(TooMany):
    """More at one time than a device is given."""

    code = "device-busy"
    zh = "该设备同时发送的请求过多，请在 {retry_after_s} 秒后再试"
    en = "This device has too many requests open; try again in {retry_after_s} seconds"


class TooManyDevices(Conflict):
    """An institution's list is as long as somebody can oversee."""

    code = "too-many-devices"
    zh = "本机构的设备账号已达 {limit} 个，请先停用不再使用的"
    en = "This institution has {limit} device accounts; revoke those no longer used first"


class PeerKnown(Conflict):
    """Address and AE title say whose it is, so they stand for one institution only."""

    code = "peer-known"
    zh = "这个地址和 AE 标题已经登记过"
    en = "This address and AE title are registered already"
    rule = "imaging-41"
