"""The words on a PDF, so that a test reads what a person would."""

from __future__ import annotations

import unicodedata

import pypdfium2  # type: ignore[import-untyped]  # it has no types


def words_on(pdf: bytes) -> str:
    """All text of all pages, without blanks; characters that only look alike (⼤ for 大) are made the same."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
    return "".join(unicodedata.normalize("NFKC", text).split())
