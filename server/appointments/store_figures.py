"""Statements of the pool's figures: sums by institution and day, never rows of people. Time and days are arguments.

Each is one statement over whole days; per institution and day it goes down an index (`sessions`, `bookings`: institution
and day; the rest by the session's or slot's key), so what it costs is what was asked, not what is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.bulk import insert_many

from .model_agreed import BookingPolicy
from .model_course import OpenRate

Raw = AsyncConnection[Any]

# The instant at which a session's day begins: what comes to ONLINE from then on was not online before it.
_BEGINS = "({day}::timestamp AT TIME ZONE 'Asia/Shanghai')"
_NOT_KEPT = (
    "SELECT DISTINCT d.organisation_id, d.day FROM sessions d WHERE d.organisation_id = ANY(%(organisations)s)"
    " AND d.day BETWEEN %(first)s AND %(last)s AND d.status = 'published' AND (d.day >= %(today)s"
    " OR NOT EXISTS (SELECT 1 FROM open_rates o WHERE o.organisation_id = d.organisation_id AND o.day = d.day))"
)
# Of exact days, so that the plan is the same short one whether few or many days of a long span are asked for.
_COUNT = (
    "WITH RECURSIVE wanted AS MATERIALIZED (SELECT d.id, d.organisation_id, d.day"  # noqa: S608  # our own words, no input
    " FROM unnest(%(organisations)s::uuid[], %(days)s::date[]) AS a (organisation_id, day)"
    " JOIN sessions d ON d.organisation_id = a.organisation_id AND d.day = a.day AND d.status = 'published'),"
    " places AS (SELECT w.organisation_id, w.day, sum(q.capacity) AS total, sum(q.taken) AS booked,"
    " coalesce(sum(q.capacity) FILTER (WHERE q.quota = 'online'), 0) AS online"
    " FROM wanted w JOIN slots s ON s.session_id = w.id JOIN quotas q ON q.slot_id = s.id"
    " GROUP BY w.organisation_id, w.day),"
    # What was released only on the day itself.
    " late AS (SELECT w.organisation_id, w.day, sum(r.moved) AS places"
    " FROM wanted w JOIN slots s ON s.session_id = w.id JOIN quota_releases r ON r.slot_id = s.id"
    " WHERE r.to_quota = 'online' AND w.day <= %(today)s"
    f" AND r.released_at >= {_BEGINS.format(day='w.day')}"
    " GROUP BY w.organisation_id, w.day),"
    # Places of other quotas that were given back on the day itself, and along the releases to where they landed.
    " landed AS (SELECT p.organisation_id, p.day, b.slot_id, b.quota, b.ended_at FROM places p CROSS JOIN LATERAL"
    " (SELECT g.slot_id, g.quota, g.ended_at FROM bookings g"
    " WHERE g.organisation_id = p.organisation_id AND g.day = p.day AND g.day <= %(today)s AND g.quota <> 'online'"
    f" AND g.status IN ('cancelled', 'expired') AND g.ended_at >= {_BEGINS.format(day='p.day')}"
    " AND EXISTS (SELECT 1 FROM wanted w WHERE w.id = g.session_id)) b"
    " UNION ALL SELECT l.organisation_id, l.day, l.slot_id, r.to_quota, l.ended_at FROM landed l"
    " JOIN quota_releases r ON r.slot_id = l.slot_id AND r.from_quota = l.quota AND r.released_at <= l.ended_at),"
    " given_back AS (SELECT organisation_id, day, count(*) AS places FROM landed WHERE quota = 'online'"
    " GROUP BY organisation_id, day)"
    " SELECT p.organisation_id, p.day, p.total,"
    " greatest(p.online - coalesce(late.places, 0) - coalesce(given_back.places, 0), 0), p.booked, missed.people, waited.people"
    " FROM places p"
    " LEFT JOIN late USING (organisation_id, day) LEFT JOIN given_back USING (organisation_id, day)"
    " CROSS JOIN LATERAL (SELECT count(*) AS people FROM bookings b WHERE b.organisation_id = p.organisation_id"
    " AND b.day = p.day AND b.day <= %(today)s AND b.status = 'no_show') missed"
    " CROSS JOIN LATERAL (SELECT count(*) AS people FROM sessions d JOIN waitings w ON w.session_id = d.id"
    " WHERE d.organisation_id = p.organisation_id AND d.day = p.day AND d.status = 'published') waited"
    " ORDER BY p.day, p.organisation_id"
)
_KEPT = (
    "SELECT organisation_id, day, total, online, booked, no_shows, waited FROM open_rates"
    " WHERE organisation_id = ANY(%(organisations)s) AND day BETWEEN %(first)s AND %(last)s AND day < %(today)s"
    " ORDER BY day, organisation_id"
)
_MISSED = (
    "UPDATE open_rates o SET no_shows = missed.people, counted_at = %(now)s"
    " FROM open_rates k CROSS JOIN LATERAL (SELECT count(*) AS people FROM bookings b"
    " WHERE b.organisation_id = k.organisation_id AND b.day = k.day AND b.status = 'no_show') missed"
    " WHERE k.organisation_id = ANY(%(organisations)s) AND k.day BETWEEN %(first)s AND %(last)s"
    " AND o.organisation_id = k.organisation_id AND o.day = k.day AND o.no_shows <> missed.people"
)
_WAITED = (
    "SELECT o.level, o.id, count(*), count(*) FILTER (WHERE w.status = 'accepted'),"
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM w.offered_at - w.joined_at))"
    " FILTER (WHERE w.offered_at IS NOT NULL)"
    " FROM unnest(%(organisations)s::uuid[], %(levels)s::text[]) AS o (id, level)"
    " JOIN sessions d ON d.organisation_id = o.id AND d.day BETWEEN %(first)s AND %(last)s AND d.status = 'published'"
    " JOIN waitings w ON w.session_id = d.id GROUP BY GROUPING SETS ((o.level), (o.level, o.id))"
)


class Count(NamedTuple):
    """One institution's places of one day: all, those online before the day began, those taken; and people, as numbers."""

    organisation_id: UUID
    day: date
    total: int
    online: int
    booked: int
    no_shows: int
    waited: int


class Waited(NamedTuple):
    """Of a level, or of one institution of it: who waited, who got a place, and the median wait for an offer in seconds."""

    level: str
    organisation_id: UUID | None
    people: int
    placed: int
    median_s: float | None


async def count(raw: Raw, organisations: Collection[UUID], first: date, last: date, *, today: date) -> list[Count]:
    """Counted now from the ledger: every day that is not kept; today and later never are."""
    asked = {"organisations": list(organisations), "first": first, "last": last, "today": today}
    found = await (await raw.execute(_NOT_KEPT, asked)).fetchall()
    if not found:
        return []
    houses, days = zip(*found, strict=True)
    counted = await raw.execute(_COUNT, {"organisations": list(houses), "days": list(days), "today": today})
    return [Count(*row) for row in await counted.fetchall()]


async def kept(raw: Raw, organisations: Collection[UUID], first: date, last: date, *, today: date) -> list[Count]:
    """What was counted and kept of days that are over."""
    asked = {"organisations": list(organisations), "first": first, "last": last, "today": today}
    found = await raw.execute(_KEPT, asked)
    return [Count(*row) for row in await found.fetchall()]


async def keep(raw: Raw, counted: Sequence[Count], now: datetime) -> None:
    """Write days down; what is kept already stays."""
    await insert_many(raw, OpenRate, [each._asdict() | {"counted_at": now} for each in counted], unless_there=True)


async def count_missed(raw: Raw, organisations: Collection[UUID], first: date, last: date, now: datetime) -> None:
    """Bring the no-shows of kept days up to date; nothing else of a day can change once it is over."""
    await raw.execute(_MISSED, {"organisations": list(organisations), "first": first, "last": last, "now": now})


async def hold_keeping(raw: Raw) -> bool:
    """Whether this transaction keeps the days; False while another worker does."""
    found = await raw.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('appointments.open_rates', 0))")
    row = await found.fetchone()
    return bool(row and row[0])


async def waited(raw: Raw, levels: Mapping[UUID, str], first: date, last: date) -> list[Waited]:
    """The waiting lists of sessions of these days, by level and by institution."""
    asked = {"organisations": list(levels), "levels": list(levels.values()), "first": first, "last": last}
    found = await raw.execute(_WAITED, asked)
    return [Waited(*row) for row in await found.fetchall()]


async def own_limits(session: AsyncSession, organisations: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The limits that these institutions set themselves."""
    found = await session.scalars(select(BookingPolicy).where(BookingPolicy.organisation_id.in_(organisations)))
    return {row.organisation_id: row.limits for row in found}
