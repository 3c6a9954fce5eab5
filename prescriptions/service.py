"""The face of prescriptions, gathered from the files that hold it."""

from __future__ import annotations

from .model import Prescription

__all__ = ["Prescription"]
