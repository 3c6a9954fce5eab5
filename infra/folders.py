"""The folder `.data/` and the modes of what lies in it. What is written there is other modules' business.

Nothing relies on the mode of a parent: every private folder and every secret file is closed by itself.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from infra.refusal import Refusal

PRIVATE: Final = ("keys", "vault", "run", "logs", "heads")


def prepare(data_dir: Path) -> None:
    """Make the data folder and its private folders, with the modes they must have.

    The data folder itself lets others pass but not look (0711), because as root PostgreSQL runs under its own account.
    Raises: Refusal when it cannot be written, as after a start under another account.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        data_dir.chmod(0o711)
        for name in PRIVATE:
            private(data_dir / name)
    except OSError as refused:
        raise Refusal(
            f"The data folder {data_dir} cannot be used by this account ({refused.strerror}: {refused.filename}): start as "
            "the account that made it, or set LIANYI_DATA_DIR to another folder."
        ) from None


def private(folder: Path) -> Path:
    """The folder, made if missing, readable by its owner only."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def kept_secret(file: Path, *, size: int = 24) -> str:
    """The text kept in a 0600 file; a random one is written there the first time."""
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(size).encode())
    return file.read_text("ascii").strip()


def write_secret(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
