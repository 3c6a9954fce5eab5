"""Problems of pictures. Whoever may not see a study gets foundation's `Unknown`, like for an id that was never given."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, Problem, Unavailable


class PictureNotShown(Invalid):
    """The file is kept, but its pixels cannot be decoded; `reason` is a code."""

    code = "picture-not-shown"
    zh = "这幅图像无法解码，原文件已保存，可下载后用其他软件打开"
    en = "This picture cannot be decoded. The file itself is kept and can be downloaded"


class NotAPicture(Conflict):
    """The file has no pixels; it opens as a document."""

    code = "not-a-picture"
    zh = "这个文件没有图像，请作为文档打开"
    en = "This file has no pictures; open it as a document"


class StoredFileDamaged(Problem):
    """What the archive holds is not what was written."""

    status = 500
    code = "stored-file-damaged"
    zh = "存储的影像校验不符，已停止显示。请联系医院管理员，从备份或设备重新导入"
    en = "The stored picture fails its check and is not shown. Tell the administrator: restore it or import it again"


class ArchiveSilent(Unavailable):
    """The archive server does not answer."""

    code = "archive-unavailable"
    zh = "影像归档服务器暂时没有响应，请稍后再试"
    en = "The picture archive does not answer at the moment; try again shortly"


class NotAnonymous(Conflict):
    """The study cannot be copied for teaching; `reason` says why."""

    code = "not-anonymous"
    zh = "图像上可能印有患者信息，不能生成教学副本"
    en = "The pictures may carry the patient's details in their pixels, so no teaching copy is made"
    rule = "imaging-4"
