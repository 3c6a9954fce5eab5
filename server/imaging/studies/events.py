"""What happens to studies; the same events as imaging's, named here for those who know studies only."""

from __future__ import annotations

from server.imaging.events import StudyArrived, StudyMatched, StudyQuiet

__all__ = ["StudyArrived", "StudyMatched", "StudyQuiet"]
