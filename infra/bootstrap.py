"""Makes `.venv` with the locked dependencies, then becomes the program that was asked for.

`python3 -m infra.bootstrap requirements infra.start ...` runs `infra.start` with the dependencies of
infra/requirements.txt. Only the standard library is used here, and only syntax that older Pythons read too, so that
they get a sentence instead of a traceback. A second run costs nothing: a stamp holds the lock's hash.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from infra.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
LEAST = (3, 11)
LOCKS = ("requirements", "dev")  # the second holds the first, in the same versions (`make lock` sees to it)
SUPPORTED = (
    "Linux (glibc) on x86-64 or arm64 and macOS 15 on Apple silicon, with CPython 3.11 to 3.14 (on Windows: WSL)"
)


def main(arguments: Sequence[str]) -> NoReturn:
    """Prepare the environment of the named lock, then run the named module in it."""
    lock, module, *rest = arguments
    try:
        check_python(sys.version_info[:2])
        python = ensure(lock, ROOT / ".venv")
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        sys.exit(2)
    become(python, ["-m", module, *rest])


def become(python: Path, arguments: Sequence[str]) -> NoReturn:
    """Go on as another program, in the same process: signals and the exit code are then its own."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(python, [str(python), *arguments])  # noqa: S606  # no shell is wanted


def check_python(found: Sequence[int]) -> None:
    """Refuse a Python that is too old, or one without the module that makes environments."""
    if tuple(found) < LEAST:
        has = ".".join(map(str, found))
        raise Refusal(
            f"Lianyi needs Python >= 3.11 and `python3` is {has}: install one, then `make run PYTHON=python3.12`."
        )
    try:
        import ensurepip  # noqa: F401  # Debian ships venv without it
        import venv  # noqa: F401  # asked for, not used: it is run as a program
    except ImportError:
        raise Refusal(
            "This Python cannot make virtual environments: on Debian and Ubuntu run `apt install python3-venv`, then again."
        ) from None


def ensure(lock: str, folder: Path) -> Path:
    """The interpreter of an environment that holds exactly what the lock says; made or mended where needed."""
    python = folder / "bin" / "python"
    held = LOCKS[: LOCKS.index(lock) + 1]
    if python.exists() and _stamp(folder, lock).exists() and _stamp(folder, lock).read_text() == _key(lock):
        return python
    if not _works(python):
        _say("Making .venv ...")
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], "The virtual environment could not be made")
    install(python, ROOT / "infra" / f"{lock}.txt")
    for name in held:
        _stamp(folder, name).write_text(_key(name))
    return python


def install(python: Path, lock: Path) -> None:
    """Install a lock with its hashes, wheels only; counts the packages while it goes on.

    Raises: Refusal that names the package without a wheel, or the index that does not answer.
    """
    expected = sum(1 for line in lock.read_text("utf-8").splitlines() if "==" in line and line[:1].isalnum())
    started = time.monotonic()
    _say(f"Installing up to {expected} packages from {lock.name} ...")
    command = [str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "-r", str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        said = list(_counted(pip.stdout, expected))
    if pip.returncode != 0:
        raise Refusal(explained(said))
    _say(f"Installed in {time.monotonic() - started:.0f} s.")


def explained(said: Sequence[str]) -> str:
    """What went wrong with pip, in one sentence and the way out."""
    for line in said:
        if "No matching distribution found for" in line:
            package = line.rpartition(" for ")[2].split()[0]
            if any("connection broken" in each or "NewConnectionError" in each for each in said):
                return f"The package index does not answer ({package}): check the network or pip's index, then again."
            here = f"{sysconfig.get_platform()}, Python {sys.version_info[0]}.{sys.version_info[1]}"
            return f"{package} has no wheel for this machine ({here}). Lianyi runs on {SUPPORTED}."
        if "No space left on device" in line:
            return "The disk is full: free about 1 GB, then again."
        if "DO NOT MATCH THE HASHES" in line:
            return "A downloaded package is not the one that was locked; nothing was installed. Try another index."
    return "The packages could not be installed: " + (said[-1] if said else "pip said nothing") + "."


def _counted(lines: Iterator[str], expected: int) -> Iterator[str]:
    """Pass pip's lines on, showing how far it is."""
    done = 0
    terminal = sys.stdout.isatty()
    for line in lines:
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            done += 1
            package = line.split()[-1 if line.startswith("Collecting") else 3].partition("==")[0]
            if terminal:
                print(f"\r  {done} of {expected}: {package:<40}", end="", flush=True)
            elif done % 20 == 0:
                _say(f"  {done} of {expected}")
        elif line.startswith("Installing collected"):
            _say(f"{chr(13) if terminal else ''}  {'unpacking ...':<50}")
        if line.strip():
            yield line.strip()


def _run(command: Sequence[str], failed: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise Refusal(f"{failed}: {words[-1]}")


def _works(python: Path) -> bool:
    """Whether the interpreter starts; one whose system Python was removed does not."""
    try:
        return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def _key(lock: str) -> str:
    content = (ROOT / "infra" / f"{lock}.txt").read_bytes()
    return hashlib.sha256(content + sys.version.encode() + sysconfig.get_platform().encode()).hexdigest()


def _stamp(folder: Path, lock: str) -> Path:
    return folder / f"lianyi-{lock}.sha256"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
