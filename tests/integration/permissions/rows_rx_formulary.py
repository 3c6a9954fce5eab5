"""The matrix's rows of drug data: about nobody. A list is always the caller's own institution's; no id names another's."""

from __future__ import annotations

from typing import Any, Final

from .rows import Row, Table, const

_PICTURE: Final[dict[str, Any]] = {
    "patient": {"age": 60, "sex": "male"},
    "items": [{"name": "氨氯地平", "dose": 5, "unit": "mg", "route": "PO", "frequency": "qd", "days": 7}],
}

FORMULARY: Final[Table] = {
    "GET /api/drugs": Row(query="?q=aldp"),
    "GET /api/formulary": Row(),
    "POST /api/prescription-checks": Row(body=const(**_PICTURE)),
    "GET /api/prescription-checks/schema": Row(),
    "GET /api/institution-drugs": Row(),
    "POST /api/institution-drugs": Row(upload=True),
    "GET /api/code-tables": Row(),
    "GET /api/codes": Row(query="?system=atc&q=c08"),
}
