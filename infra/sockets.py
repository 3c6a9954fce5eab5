"""Where a Unix socket can be made: the path of one has room for about a hundred bytes, projects lie deeper than that."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from infra.refusal import Refusal

PATH_LIMIT: Final = 103  # macOS has 104 bytes with the closing zero, Linux 108


def folder_for(preferred: Path, name: str, owner: tuple[int, int] | None = None) -> Path:
    """The preferred folder, or a short private one under /tmp where a socket of this name would not fit.

    `owner` is the account that will make the socket, ourselves by default.
    Raises: Refusal when somebody else has taken the short folder.
    """
    if len(os.fsencode(preferred / name)) <= PATH_LIMIT:
        return preferred
    uid, gid = owner or (os.geteuid(), os.getegid())
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
    short = Path("/tmp") / f"lianyi-{digest}"  # noqa: S108  # a folder of our own in it, whose owner is checked
    with suppress(FileExistsError):
        short.mkdir(mode=0o700)
        os.chown(short, uid, gid)
    if short.is_symlink() or short.stat().st_uid != uid:
        raise Refusal(f"{short} belongs to somebody else: remove it, or move the project to a shorter path.")
    short.chmod(0o700)
    return short
