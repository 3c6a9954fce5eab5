"""What reviewing shows: the queue, a claim, the whole of one review, the figures, the samples."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from server.foundation.routes import View


class ClaimView(View):
    """A prescription that is now the asker's to decide, and until when."""

    id: UUID
    number: str
    version: int
    submitted_at: datetime
    claimed_until: datetime
