"""The rules of signing reports, pure: who may be the second, and when a report may be signed at all."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.identity.service import Title

# 主治医师及以上: from this title on a radiologist reviews others' reports. A product default; see docs/rules.md.
SENIOR: Final = frozenset({Title.CHIEF_PHYSICIAN, Title.ASSOCIATE_CHIEF_PHYSICIAN, Title.ATTENDING_PHYSICIAN})


def is_senior(title: Title | None) -> bool:
    """Whether somebody of that title finalises and amends. Rule: imaging-29, imaging-30"""
    return title in SENIOR


def is_another(preliminary_by: UUID | None, reviewer_id: UUID) -> bool:
    """Whether the reviewer is not the one who signed the preliminary report. Rule: imaging-29"""
    return preliminary_by is not None and preliminary_by != reviewer_id
