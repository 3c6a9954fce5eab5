"""What DICOMweb refuses, beyond what its neighbours do."""

from __future__ import annotations

from server.foundation.errors import MalformedRequest, Problem, WrongType


class NotAcceptable(Problem):
    """None of the representations asked for is one that we can make of this."""

    status = 406
    code = "not-acceptable"
    zh = "无法按要求的格式（Accept）提供，可以提供：{offered}"
    en = "None of the accepted media types can be given; on offer: {offered}"


class WrongStoreType(WrongType):
    """STOW-RS takes DICOM files, in parts or one alone."""

    code = "wrong-store-type"
    zh = '请以 multipart/related; type="application/dicom" 或 application/dicom 发送'
    en = 'Send multipart/related with type="application/dicom", or a single application/dicom'


class BadDicomQuery(MalformedRequest):
    """A parameter that QIDO-RS or WADO-RS does not have here, or a value it cannot have."""

    code = "bad-dicom-query"
    zh = "不支持查询参数 {parameter}，或其取值有误"
    en = "The query parameter {parameter} is not supported, or its value cannot be right"


class NothingToShow(WrongType):
    """A report, a waveform: no picture can be made of it."""

    code = "nothing-to-show"
    zh = "这个文件没有图像，请取原文件或元数据"
    en = "This file holds no picture; fetch the file itself or its metadata"
