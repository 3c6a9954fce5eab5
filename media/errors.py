"""What the media plane refuses, as problems with their sentences."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, Unavailable


class NodeFull(Unavailable):
    """Every port or seat of the node is taken."""

    code = "media-node-full"
    zh = "视频服务器已满，请稍后再试"
    en = "The video server is full; please try again shortly"


class NodeAway(Unavailable):
    """The node does not answer."""

    code = "media-node-away"
    zh = "视频服务暂时连不上，正在恢复，请稍后再试"
    en = "The video service cannot be reached just now; it is being restored. Please try again shortly"


class OfferRefused(Invalid):
    """The browser's offer is not of the agreed form."""

    code = "media-offer-refused"
    zh = "这个浏览器发来的视频请求无法使用，请换用新版浏览器"
    en = "The video request of this browser cannot be used; please try a current browser"


class RoomDiffers(Conflict):
    """A seat was asked for in a room of another size."""

    code = "media-room-differs"
    zh = "会议室的人数设置不一致，请重新进入"
    en = "The room's size does not match; please enter again"
