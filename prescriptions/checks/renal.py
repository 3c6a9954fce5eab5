"""Kidney function from creatinine: the two published equations for adults, and nothing of our own.

Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41.
Inker LA, et al. New creatinine- and cystatin C-based equations to estimate GFR without race. N Engl J Med 2021;385:1737-49
(CKD-EPI 2021, creatinine).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

ADULT_YEARS: Final = 18
_UMOL_PER_MG_DL: Final = 88.4  # creatinine, 113.12 g/mol
_IN_MG_DL: Final = {
    "mg/dl": 1.0, "umol/l": 1 / _UMOL_PER_MG_DL, "μmol/l": 1 / _UMOL_PER_MG_DL, "µmol/l": 1 / _UMOL_PER_MG_DL,
}  # fmt: skip


def creatinine_mg_dl(value: Decimal, unit: str) -> float | None:
    """Serum creatinine in mg/dL; None for a unit that cannot be read or a value that is no measurement."""
    factor = _IN_MG_DL.get(unit.strip().lower().replace(" ", ""))
    return float(value) * factor if factor and value.is_finite() and value > 0 else None


def cockcroft_gault(age: int, weight_kg: Decimal, creatinine: float, *, female: bool) -> float:
    """Creatinine clearance in mL/min; creatinine in mg/dL."""
    clearance = (140 - age) * float(weight_kg) / (72 * creatinine)
    return clearance * 0.85 if female else clearance


def ckd_epi_2021(age: int, creatinine: float, *, female: bool) -> float:
    """Estimated GFR in mL/min/1.73 m2; creatinine in mg/dL."""
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    rate: float = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938**age
    return rate * 1.012 if female else rate
