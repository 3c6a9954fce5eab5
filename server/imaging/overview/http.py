"""What waits, over HTTP."""

from __future__ import annotations

from pydantic import Field

from server.foundation.routes import Routes, View
from server.foundation.work import Work

from .counting import MOST, counts

routes = Routes()


class ImagingDeskView(View):
    """Counts for the ways to the parts of imaging, each at most a hundred."""

    reads: bool = Field(description="Whether examinations are read in a department of the asker's: there is a worklist")
    waiting: int = Field(le=MOST, description="To be read in the own departments")
    unmatched: int = Field(le=MOST)
    critical: int = Field(le=MOST, description="Critical values that nobody has acknowledged")
    returned: int = Field(le=MOST, description="Reports that came back and wait to be acknowledged")


@routes.get("/api/imaging/desk", may="imaging.order")
async def see_imaging_desk(work: Work) -> ImagingDeskView:
    """What waits for the asker."""
    return ImagingDeskView.model_validate(await counts(work))
