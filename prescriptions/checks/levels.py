"""From the words of the data files to levels (block and contraindicated stop, warn and major are confirmed twice)."""

from __future__ import annotations

from typing import Final

from prescriptions.formulary.entries import Action, Severity

from .finding import Level

OF_ACTION: Final = {
    Action.BLOCK: Level.STOP,
    Action.WARN: Level.CONFIRM,
    Action.INFORM: Level.INFORMATION,
}
OF_SEVERITY: Final = {
    Severity.CONTRAINDICATED: Level.STOP,
    Severity.MAJOR: Level.CONFIRM,
    Severity.MODERATE: Level.WARNING,
}
