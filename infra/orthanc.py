"""Debian's Orthanc (`orthanc`, `orthanc-dicomweb`): a peer for benchmarks, an archive for tests; installed where it may be.

Runs in a folder and on ports of its own, on 127.0.0.1, with its default durability. The package's own service is not started.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra import steps
from infra.ports import free_port
from infra.refusal import Refusal

PACKAGES: Final = ("orthanc", "orthanc-dicomweb")
_PLUGIN: Final = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
_LOG: Final = Path(__file__).resolve().parent.parent / ".cache" / "apt.log"
_READY_WITHIN_S: Final = 30.0
_STOP_WITHIN_S: Final = 20.0
_DEBIANS_ANSWER_TO_STARTING: Final = "#!/bin/sh\nexit 101\n"  # policy-rc.d: no service may be started
_POLICY: Final = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True, slots=True)
class Orthanc:
    """One that runs: its REST address, its DICOMweb address, its DICOM port, its process."""

    address: str
    dicomweb: str
    dicom_port: int
    pid: int


def ensure() -> None:
    """Have the program and its DICOMweb plugin: installed on Debian as root, asked for elsewhere. Raises: Refusal."""
    if _program() and _PLUGIN.exists():
        return
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        raise Refusal(f"Orthanc is not installed: run `sudo apt-get install {' '.join(PACKAGES)}`, then again.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    with _no_service_starts():
        steps.run("Updating the package lists", ["apt-get", "update"], log=_LOG, env=quiet, cwd=Path("/"))
        steps.run(f"Installing {' and '.join(PACKAGES)}", install, log=_LOG, env=quiet, cwd=Path("/"))


@contextmanager
def running(folder: Path | None = None) -> Iterator[Orthanc]:
    """Orthanc with an empty archive below this folder (or a passing one). Raises: Refusal when it does not come up."""
    program = _program()
    if program is None:
        raise Refusal("Orthanc is not installed.")
    home = Path(tempfile.mkdtemp(prefix="ly-orthanc-", dir=folder))
    port, dicom_port = free_port(), free_port()
    (home / "orthanc.json").write_text(json.dumps(_configuration(home, port, dicom_port)), "utf-8")
    with (home / "orthanc.log").open("wb") as log:
        process = subprocess.Popen([program, str(home / "orthanc.json")], stdout=log, stderr=log, cwd=home)
        try:
            address = f"http://127.0.0.1:{port}"
            _await_ready(process, port, home / "orthanc.log")
            yield Orthanc(address, f"{address}/dicom-web", dicom_port, process.pid)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_WITHIN_S)
            process.kill()
            process.wait()
            shutil.rmtree(home, ignore_errors=True)


def _configuration(home: Path, port: int, dicom_port: int) -> dict[str, object]:
    return {
        "Name": "peer",
        "StorageDirectory": str(home / "storage"),
        "IndexDirectory": str(home / "storage"),
        "HttpPort": port,
        "DicomPort": dicom_port,
        "DicomAet": "ORTHANC",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [str(_PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }


def _program() -> str | None:
    return shutil.which("Orthanc", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """While Debian installs: a benchmark wants the program, not a server that listens on every address."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text(_DEBIANS_ANSWER_TO_STARTING, "utf-8")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while True:
        with suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/system", timeout=2).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text("utf-8", "replace").strip().splitlines()
            raise Refusal("Orthanc did not start:\n" + "\n".join(said[-8:] or ["it said nothing"]))
        time.sleep(0.1)
