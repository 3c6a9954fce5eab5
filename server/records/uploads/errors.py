"""Problems of resumable uploads. Somebody else's upload is foundation's `Unknown`."""

from __future__ import annotations

from server.foundation.errors import Conflict, Invalid, TooMany


class TooManyUnfinished(TooMany):
    """One person's files on their way have a limit, so that nobody fills the disk."""

    code = "too-many-unfinished-uploads"
    zh = "还有太多文件没有传完，请等它们传完，或删掉不要的再传"
    en = "Too many files are still on their way. Wait for them, or remove those you do not need"
    rule = "records-3"


class PartOfWrongSize(Invalid):
    """Not as long as this part of this file must be."""

    code = "upload-part-size"
    zh = "文件的这一段大小不对，页面会自动重传"
    en = "This part of the file has the wrong size; the page sends it again"


class PartDamaged(Invalid):
    """Its content is not what its digest says."""

    code = "upload-part-damaged"
    zh = "文件的这一段在路上损坏了，页面会自动重传"
    en = "This part of the file was damaged on its way; the page sends it again"


class PartDiffers(Conflict):
    """Another content arrived under this number before: the file was changed between two tries."""

    code = "upload-file-changed"
    zh = "文件在两次上传之间被改动过，请删除这一份后重新选择文件"
    en = "The file was changed between two tries. Remove it here and choose it again"


class UploadNotWhole(Conflict):
    """Finished too early."""

    code = "upload-not-whole"
    zh = "文件还缺 {missing} 段，请等它传完"
    en = "{missing} parts of the file are still missing; wait until they have arrived"


class UploadDiffers(Conflict):
    """Every part arrived, but together they are not the file that was meant."""

    code = "upload-digest-differs"
    zh = "收到的文件与选择的文件不一致，请删除这一份后重新上传"
    en = "What arrived is not the file that was chosen. Remove it here and upload it again"


class UploadFinished(Conflict):
    """Nothing can be added to a file that is whole."""

    code = "upload-finished"
    zh = "这个文件已经传完"
    en = "This file has arrived already"
