"""Problems of records. Whoever may not see a thing gets foundation's `Unknown`, like for an id that was never given."""

from __future__ import annotations

from typing import Final

from server.foundation.errors import Conflict, Gone, Invalid, TooLarge, TooMany, Unavailable, WrongType


class ConsentOutdated(Conflict):
    """The text has a newer version than the one that was read."""

    code = "consent-outdated"
    zh = "知情同意书已更新为 {current} 版，请重新阅读后再签署"
    en = "This consent has a newer version ({current}); please read it and sign again"
    rule = "B53"


class ConsentUnread(Invalid):
    """Signed faster than anybody can read it."""

    code = "consent-unread"
    zh = "请至少用 {min_read_s} 秒阅读全文后再签署"
    en = "Please take at least {min_read_s} seconds to read the text before signing"
    rule = "B53"


class WrongPlaceForConsent(Invalid):
    """A purpose given without the encounter or organisation it is for, or with one it is not for."""

    code = "consent-scope"
    zh = "这项同意须针对具体的就诊或机构，请从对应的页面签署"
    en = "This consent belongs to one visit or one organisation; please sign it from that page"


class FileTooBig(TooLarge):
    """Over the limit of an upload."""

    code = "attachment-too-large"
    zh = "文件超过 {limit_mb} MB，请压缩或分开后再上传"
    en = "The file is larger than {limit_mb} MB; make it smaller or split it"


class WrongFileType(WrongType):
    """Neither PDF, JPEG nor PNG by its content, or not of the kinds that belong here."""

    code = "attachment-wrong-type"
    zh = "只能上传 PDF、JPEG 或 PNG 文件（照片和聊天图片只能是 JPEG 或 PNG），请换一个文件"
    en = "Only PDF, JPEG and PNG files are taken (photos and chat pictures: JPEG or PNG). Please choose another file"


class PaperDamaged(Invalid):
    """It begins like a PDF or picture but cannot be read as one."""

    code = "attachment-damaged"
    zh = "文件无法打开，可能已损坏，请重新拍照或重新导出后上传"
    en = "The file cannot be opened and may be damaged. Take the picture or export the file again"


class PaperEncrypted(Invalid):
    """A PDF that asks for a password."""

    code = "attachment-encrypted"
    zh = "这个 PDF 设有密码，医生无法查看。请去除密码后再上传，或拍照上传"
    en = "This PDF has a password, so the doctor could not read it. Remove the password, or upload photos of the pages"


class PictureTooManyPixels(Invalid):
    """More pixels than we decode."""

    code = "picture-too-many-pixels"
    zh = "图片尺寸过大（超过 {limit_megapixels} 百万像素），请缩小后再上传"
    en = "The picture has more than {limit_megapixels} megapixels. Make it smaller and upload it again"


class TooManyPages(Invalid):
    """More pages than anybody reads before a visit."""

    code = "paper-too-many-pages"
    zh = "PDF 超过 {limit} 页，请只上传与本次复诊有关的页面"
    en = "The PDF has more than {limit} pages. Upload only the pages that matter for this visit"


class FileNotClean(Invalid):
    """Active content that could not be taken out."""

    code = "attachment-active-content"
    zh = "文件中含有无法去除的程序或附件，不能保存。请打印后拍照上传"
    en = "The file holds active content that cannot be removed, so it was not kept. Upload photos of the printed pages"


FILE_PROBLEMS: Final = (
    FileTooBig,
    WrongFileType,
    PaperDamaged,
    PaperEncrypted,
    PictureTooManyPixels,
    TooManyPages,
    FileNotClean,
)  # for which a file is not taken, whatever it is to be


class TooManyUploads(TooMany):
    """More files than one record takes in a day."""

    code = "too-many-uploads"
    zh = "今天上传的文件太多，请在 {retry_after_s} 秒后再试"
    en = "Too many files were uploaded today; try again in {retry_after_s} seconds"


class EncounterClosed(Conflict):
    """The encounter is over."""

    code = "encounter-closed"
    zh = "本次就诊已结束，不能再添加内容；需要更正病历请使用“修改病历”"
    en = "This encounter is closed and takes nothing new. To correct the note, amend it"


class NoteChangedElsewhere(Conflict):
    """Another window saved first; `seq` is what stands there now."""

    code = "note-changed-elsewhere"
    zh = "病历已在另一个窗口保存过。您这里的内容没有丢失，请对照后再保存"
    en = "The note was saved in another window. Nothing of yours is lost: compare the two, then save again"


class NoteIncomplete(Invalid):
    """A note that cannot be signed yet; `errors` say what is missing."""

    code = "note-incomplete"
    zh = "病历还不完整，请补充标出的内容后再签名"
    en = "The note is not complete; fill in what is marked, then sign"


class DiagnosisNeedsOffline(Invalid):
    """An acute diagnosis with a disposition that keeps the patient online."""

    code = "diagnosis-needs-offline"
    zh = "诊断“{icd10}”属于急重症，处理去向须为线下就诊或急诊"
    en = "Diagnosis {icd10} is acute: the disposition must be an in-person visit or emergency care"
    rule = "B14"


class AlreadySigned(Conflict):
    """A signed note is never edited."""

    code = "note-already-signed"
    zh = "病历已签名，修改将保留原文和修改痕迹，请使用“修改病历”"
    en = "The note is signed. An amendment keeps the original and shows the change: please amend it instead"
    rule = "B44"


class NotSignedYet(Conflict):
    """Nothing to amend or to prove."""

    code = "note-not-signed"
    zh = "病历还没有签名"
    en = "The note has not been signed yet"


class RetentionNotOver(Conflict):
    """Must be kept; `until` is the first day on which it may be deleted."""

    code = "retention-not-over"
    zh = "按规定须保存到 {until}，现在不能删除"
    en = "It must be kept until {until} and cannot be deleted now"
    rule = "B39"


class ProcessRetentionNotOver(RetentionNotOver):
    """The same for dialogue, pictures of it, and recordings."""

    code = "retention-not-over-process"
    zh = "图文和音视频过程记录须保存到 {until}，现在不能删除"
    en = "Dialogue and recordings must be kept until {until} and cannot be deleted now"
    rule = "B40"


class LegalHold(Conflict):
    """Kept for a dispute, whatever the date."""

    code = "legal-hold"
    zh = "这份记录因争议处理被封存，不能删除"
    en = "This record is held for a dispute and cannot be deleted"
    rule = "B39"


class RecordingNotReady(Unavailable):
    """The recording is still being put together."""

    code = "recording-not-ready"
    zh = "录像正在整理，请稍后再看"
    en = "The recording is still being prepared; please look again shortly"


class RecordingGone(Gone):
    """Deleted after its time."""

    code = "recording-gone"
    zh = "录像已超过保存期限并已删除"
    en = "The recording was deleted after its retention period"
    rule = "B40"


class RecordingConsentMissing(Conflict):
    """Nothing is recorded without the patient's standing consent for this encounter."""

    code = "recording-consent-missing"
    zh = "患者尚未同意录音录像（或已撤回同意），不能开始录制"
    en = "The patient has not consented to recording, or has withdrawn; nothing is recorded"
    rule = "B40"
