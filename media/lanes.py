"""Who is in which lane of one seat. A person who leaves and comes back finds the old lane, if it is still free."""

from __future__ import annotations


class Lanes:
    """The fixed lanes of one seat: which other seat each shows now, and which it showed last."""

    def __init__(self, count: int) -> None:
        self._now: list[str | None] = [None] * count
        self._before: list[str | None] = [None] * count
        self._left_at: list[int] = [0] * count
        self._turn = 0

    def put(self, seat: str) -> int | None:
        """The lane that shows this seat from now on; None when all are taken."""
        if seat in self._now:
            return self._now.index(seat)
        free = [lane for lane, held in enumerate(self._now) if held is None]
        if not free:
            return None
        lane = next((n for n in free if self._before[n] == seat), None)
        if lane is None:  # rather one that nobody may come back to, then the one left longest ago
            lane = min(free, key=lambda n: (self._before[n] is not None, self._left_at[n], n))
        self._now[lane] = self._before[lane] = seat
        return lane

    def free(self, seat: str) -> int | None:
        """The lane that showed this seat until now."""
        if seat not in self._now:
            return None
        lane = self._now.index(seat)
        self._turn += 1
        self._now[lane], self._left_at[lane] = None, self._turn
        return lane

    def shown(self) -> dict[str, int]:
        """Seat -> lane."""
        return {seat: lane for lane, seat in enumerate(self._now) if seat is not None}
