"""What a file is by its content, never by its name or declared type."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from .rules import AttachmentKind


class Form(StrEnum):
    """The forms we take, by their media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


HEAD_BYTES: Final = 16
_MAGIC: Final = ((b"%PDF-", Form.PDF), (b"\xff\xd8\xff", Form.JPEG), (b"\x89PNG\r\n\x1a\n", Form.PNG))

PAPERS: Final = frozenset(Form)
PICTURES: Final = frozenset({Form.JPEG, Form.PNG})
TAKEN: Final = {
    AttachmentKind.DIAGNOSIS_PAPER: PAPERS,
    AttachmentKind.PHOTO: PICTURES,
    AttachmentKind.CHAT_PICTURE: PICTURES,
    AttachmentKind.CHAT_FILE: PAPERS,
    AttachmentKind.REMOTE_MATERIAL: PAPERS,
}


def form_of(head: bytes) -> Form | None:
    """The form that these first bytes begin, at their very start; None for anything else."""
    return next((form for magic, form in _MAGIC if head.startswith(magic)), None)


def form_taken(head: bytes, taken: Collection[Form]) -> Form | None:
    """The form, if it is one of those."""
    form = form_of(head)
    return form if form in taken else None
