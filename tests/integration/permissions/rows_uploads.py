"""The matrix's rows of resumable uploads: one is its starter's alone, and nobody in this world has begun one."""

from __future__ import annotations

from typing import Any, Final

from .rows import Reach, Row, Table, const
from .world import Ids

_DIGEST: Final = "0" * 64
_UPLOAD: Final = "/api/uploads/{upload_id}"
_NOBODYS: Final = {"upload_id": "patient_id"}  # any other id stands for it


def _of_patient(ids: Ids) -> dict[str, Any]:
    return {"purpose": "remote_material", "patient_id": ids["patient_id"], "name": "矩阵.pdf", "size": 3}


UPLOADS: Final[Table] = {
    "POST /api/uploads": Row(Reach.OWN, _of_patient),
    f"GET {_UPLOAD}": Row(Reach.NONE, ids=_NOBODYS),
    f"PUT {_UPLOAD}/parts/{{number}}": Row(
        Reach.NONE, ids=_NOBODYS | {"number": "version"}, query=f"?sha256={_DIGEST}", upload=True
    ),
    f"POST {_UPLOAD}/finish": Row(Reach.NONE, const(sha256=_DIGEST), ids=_NOBODYS),
    f"DELETE {_UPLOAD}": Row(Reach.NONE, ids=_NOBODYS),
}
UPLOADS_ELSEWHERE: Final = UPLOADS.keys() - {"POST /api/uploads"}  # tests/integration/records/test_uploads.py
