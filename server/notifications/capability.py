"""What notifications add to the product."""

from __future__ import annotations

from server.foundation.actor import Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic
from server.foundation.work import Work
from server.identity.events import SignInCodeIssued

from . import jobs, service
from .http import routes


async def _own_inbox(work: Work, subject: str) -> bool:
    """One's own inbox may be watched, and those of one's wards."""
    return subject in {str(person_id) for person_id in await service.addressees(work)}


CAPABILITY = Capability(
    name="notifications",
    routes=(routes,),
    permissions={"notifications.read": frozenset(Role) - {Role.GUEST}},
    subscribers=(Subscriber(SignInCodeIssued, jobs.send_code),),
    jobs=jobs.JOBS,
    topics=(Topic("inbox", _own_inbox),),
)
