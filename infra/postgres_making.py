"""How a new cluster is made: initdb, two roles, one database. Starting and stopping it is `embedded_postgres`'s.

Everything is made in a draft folder without ever listening, then renamed: a cluster that exists is a whole one.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from infra.folders import kept_secret, private
from infra.postgres_account import Place
from infra.refusal import Refusal

DATABASE: Final = "lianyi"
SUPERUSER: Final = "postgres"
OWNER: Final = "lianyi_owner"
APPLICATION: Final = "lianyi_app"
ROLES: Final = (SUPERUSER, OWNER, APPLICATION)

# Only the socket, and only with a password: whoever can reach the socket is not believed for that.
_ACCESS: Final = "local all all scram-sha-256\nlocal replication all scram-sha-256\n"

# One statement a line: the single-user mode reads them so. {owner} and {application} are random url-safe texts.
_SETUP: Final = """\
CREATE ROLE lianyi_owner LOGIN PASSWORD '{owner}'
CREATE ROLE lianyi_app LOGIN PASSWORD '{application}'
ALTER ROLE lianyi_owner SET statement_timeout = '10min'
ALTER ROLE lianyi_owner SET lock_timeout = '10s'
ALTER ROLE lianyi_app SET statement_timeout = '15s'
ALTER ROLE lianyi_app SET lock_timeout = '5s'
ALTER ROLE lianyi_app SET idle_in_transaction_session_timeout = '60s'
CREATE DATABASE lianyi OWNER lianyi_owner
REVOKE ALL ON DATABASE lianyi FROM PUBLIC
GRANT CONNECT ON DATABASE lianyi TO lianyi_app
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC
"""


def passwords(data_dir: Path, *, made: bool) -> dict[str, str]:
    """The roles' passwords from the keys folder; random ones are kept there before the cluster is made.

    Raises: Refusal when the cluster exists and a password is gone.
    """
    keys = private(data_dir / "keys")
    files = {role: keys / f"database-{role}" for role in ROLES}
    lost = [file.name for file in files.values() if made and not file.exists()]
    if lost:
        raise Refusal(
            f"The embedded database in {data_dir / 'pg'} exists but {', '.join(lost)} is missing in {keys}: "
            "put the keys folder back from its backup."
        )
    return {role: kept_secret(file) for role, file in files.items()}


def make(place: Place, cluster: Path, secrets: dict[str, str], *, sync: bool) -> None:
    """Make the cluster folder with its roles and its empty database.

    Raises: Refusal with PostgreSQL's own words.
    """
    draft = cluster.with_name(f"{cluster.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)  # what an interrupted start left; nobody has used it
    _initdb(place, draft, secrets[SUPERUSER], sync=sync)
    (draft / "pg_hba.conf").write_text(_ACCESS, "ascii")
    setup = _SETUP.format(owner=secrets[OWNER], application=secrets[APPLICATION])
    made = place.run([place.program("postgres"), "--single", "-D", str(draft), SUPERUSER], input=setup, cwd=place.home)
    if made.returncode != 0 or "ERROR" in made.stderr:
        raise Refusal(f"The embedded PostgreSQL could not be set up: {_last_line(made.stderr)}")
    draft.rename(cluster)


def _initdb(place: Place, folder: Path, password: str, *, sync: bool) -> None:
    note = place.home / ".password"
    note.touch(mode=0o600)
    place.give(note)
    note.write_text(password, "ascii")
    command = [
        place.program("initdb"),
        *("-D", str(folder), "-U", SUPERUSER, f"--pwfile={note}", "--auth=scram-sha-256", "--encoding=UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),  # the same on every machine
        *(() if sync else ("--no-sync",)),
    ]
    try:
        made = place.run(command, cwd=place.home)
    finally:
        note.unlink()
    if made.returncode != 0:
        raise Refusal(f"The embedded PostgreSQL could not be made: {_last_line(made.stderr or made.stdout)}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
