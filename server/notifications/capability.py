"""What notifications add to the product."""

from __future__ import annotations

from server.foundation.actor import Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic
from server.foundation.work import Work
from server.identity.events import SignInCodeIssued

from . import jobs
from .http import routes


async def _own_inbox(work: Work, subject: str) -> bool:
    """Only one's own inbox may be watched."""
    return subject == str(work.actor.person_id)


CAPABILITY = Capability(
    name="notifications",
    routes=(routes,),
    permissions={"notifications.read": frozenset(Role)},
    subscribers=(Subscriber(SignInCodeIssued, jobs.send_code),),
    jobs=jobs.JOBS,
    topics=(Topic("inbox", _own_inbox),),
)
