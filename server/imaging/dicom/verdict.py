"""What is decided about a part before anything in it is decoded: the reasons, their sentences, the limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Reason(StrEnum):
    """Why a part is not taken as it is. The first group is refused (not kept), the rest quarantined (kept aside)."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_DICOM = "not-dicom"
    MEDIA_DIRECTORY = "media-directory"

    NO_META = "no-meta"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    TRAILING_BYTES = "trailing-bytes"
    POLYGLOT = "polyglot"
    ENCRYPTED = "encrypted"
    UNKNOWN_SYNTAX = "unknown-transfer-syntax"
    WRONG_SYNTAX = "wrong-transfer-syntax"
    VIDEO = "video"
    NO_SOP_CLASS = "no-sop-class"
    NO_UIDS = "no-uids"
    BAD_UID = "bad-uid"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MANY_FRAMES = "too-many-frames"
    TOO_MANY_ELEMENTS = "too-many-elements"
    TOO_DEEP = "too-deep"
    BOMB = "expands-too-far"
    PIXELS_MISSING = "pixels-missing"
    OTHER_CONTENT = "same-uid-other-content"
    OTHER_PATIENT = "same-study-other-patient"


REFUSED: Final = frozenset({Reason.EMPTY, Reason.TOO_LARGE, Reason.NOT_DICOM, Reason.MEDIA_DIRECTORY})

# Reason, then way out; Chinese, English.
SENTENCES: Final[dict[Reason, tuple[str, str]]] = {
    Reason.EMPTY: ("文件是空的，请重新导出", "The file is empty; export it again"),
    Reason.TOO_LARGE: ("单个文件超过允许的大小，请分开导出", "The file is larger than allowed; export it in parts"),
    Reason.NOT_DICOM: ("不是 DICOM 文件，没有保存", "This is not a DICOM file and was not kept"),
    Reason.MEDIA_DIRECTORY: (
        "这是光盘目录（DICOMDIR），不是影像；请上传目录里的影像文件",
        "This is a disc's directory (DICOMDIR), not a picture; upload the pictures it lists",
    ),
    Reason.NO_META: (
        "文件缺少 DICOM 文件头，无法确定格式，请从设备重新导出",
        "The file has no DICOM file header, so its form is unknown; export it again from the device",
    ),
    Reason.TRUNCATED: ("文件不完整（中途截断），请重新传输", "The file is cut off; send it again"),
    Reason.MALFORMED: (
        "文件结构损坏，无法读取，请重新导出",
        "The file's structure is damaged; export it again from the device",
    ),
    Reason.TRAILING_BYTES: (
        "影像数据之后还有不明内容，已隔离待查",
        "Something unknown follows the picture's data; it was set aside for checking",
    ),
    Reason.POLYGLOT: (
        "文件开头藏有其他格式的内容，已隔离待查",
        "The file begins like a program or document of another kind; it was set aside for checking",
    ),
    Reason.ENCRYPTED: (
        "文件已加密，系统无法读取，请导出未加密的文件",
        "The file is encrypted and cannot be read; export it without encryption",
    ),
    Reason.UNKNOWN_SYNTAX: (
        "不支持这种（厂商私有的）编码，请在设备上改用标准编码导出",
        "This (private) encoding is not supported; export with a standard transfer syntax",
    ),
    Reason.WRONG_SYNTAX: (
        "文件声明的编码与内容不符，请重新导出",
        "The declared encoding does not fit the content; export it again",
    ),
    Reason.VIDEO: ("暂不支持视频，请导出静态图像", "Videos are not supported; export still pictures"),
    Reason.NO_SOP_CLASS: ("文件没有说明检查类型（SOP Class）", "The file does not say what it is (no SOP Class)"),
    Reason.NO_UIDS: ("文件缺少检查、序列或影像的唯一编号", "The file lacks a study, series or instance UID"),
    Reason.BAD_UID: ("文件的唯一编号不合规范", "A UID in the file is not well formed"),
    Reason.TOO_MANY_PIXELS: ("图像尺寸超出系统允许的范围", "The picture has more pixels than we decode"),
    Reason.TOO_MANY_FRAMES: ("帧数超出系统允许的范围", "The file has more frames than we take"),
    Reason.TOO_MANY_ELEMENTS: ("文件头条目过多，疑似异常文件", "The header has more elements than any real file"),
    Reason.TOO_DEEP: ("文件头嵌套过深，疑似异常文件", "The header is nested deeper than any real file"),
    Reason.BOMB: ("压缩内容展开后过大，疑似恶意文件", "The compressed content expands too far"),
    Reason.PIXELS_MISSING: (
        "图像数据比文件头所说的少，请重新传输",
        "There is less picture data than the header says; send it again",
    ),
    Reason.OTHER_PATIENT: (
        "同一次检查里已有另一位患者的影像，这个文件没有并入，已隔离待查",
        "This study holds another patient's pictures already; the file was not added to it but set aside",
    ),
    Reason.OTHER_CONTENT: (
        "系统中已有同一编号但内容不同的影像，没有覆盖，已隔离待查",
        "A picture with this UID but other content is here already; nothing was overwritten, this one was set aside",
    ),
}


class Kind(StrEnum):
    """What a kept file holds."""

    IMAGE = "image"
    DOCUMENT = "document"
    NO_PIXELS = "no_pixels"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a part we look at; real files stay far below every one."""

    bytes: int = 256 * 2**20
    elements: int = 400_000
    depth: int = 16
    fragments: int = 100_000
    frames: int = 20_000
    frame_pixels: int = 64 * 2**20
    inflated_bytes: int = 256 * 2**20
    inflate_ratio: int = 200


class NotTaken(Exception):
    """The part is not taken, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Uids:
    """Whose file it is, in DICOM's own identifiers; each has the form of a UID."""

    sop_class: str
    sop: str
    series: str
    study: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a kept part's header says. `attributes` are for viewers and name nobody; `names` say who, for sealing."""

    uids: Uids
    transfer_syntax: str
    kind: Kind
    frames: int
    rows: int
    columns: int
    bits: int
    number: int | None
    series_number: int | None
    modality: str
    body_part: str
    accession_number: str
    study_date: str
    study_time: str
    offset_from_utc: str
    attributes: dict[str, Any]
    names: dict[str, str] = field(repr=False)
    series_description: str = field(repr=False)
    pixels_at: int | None
    frame_table: bytes | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """About one part: its header when it is kept, its reason when not; `content` is what to store (preamble zeroed)."""

    content: bytes | bytearray | memoryview = field(repr=False)
    header: Header | None = None
    reason: Reason | None = None
    uids: Uids | None = None

    @property
    def refused(self) -> bool:
        """Whether the part is not even worth setting aside."""
        return self.reason in REFUSED
